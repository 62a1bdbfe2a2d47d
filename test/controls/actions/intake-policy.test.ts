import fc from 'fast-check';
import { expect, it } from 'vitest';
import { intakePolicy } from '../../../src/controls/actions/intake-policy.ts';

const bound = { max_length: 5, overflow: 'reject-publish' };
/** `\z` is not JavaScript's: there `$` is the very end. */
const patternOf = (queue: string) => new RegExp(intakePolicy(queue, {}, bound, []).pattern.replace(/\\z$/, '$'));
const name = fc.oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.stringMatching(/^[a.*+?^$\\()|[\]{}\n/-]{1,6}$/));

it('a policy matches its queue and no other, whatever the names are', () => {
  fc.assert(
    fc.property(name, name, (queue, other) => {
      expect(patternOf(queue).test(queue)).toBe(true);
      expect(patternOf(queue).test(other)).toBe(other === queue);
    }),
  );
});

it('a policy holds what applied before, and stands above all others', () => {
  const policy = intakePolicy('q', { 'message-ttl': 7, 'max-length': 1000, 'dead-letter-exchange': 'dead' }, bound, [3, 250, 9]);
  expect(policy).toMatchObject({
    definition: { 'message-ttl': 7, 'dead-letter-exchange': 'dead', 'max-length': 5, overflow: 'reject-publish' },
    priority: 251,
  });
});
