import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinParts, type SharedParts, shareParts } from '../../src/fleet/shared-parts.ts';
import type { Json } from '../../src/ground/json.ts';

const through = (value: Json): Json => joinParts(JSON.parse(JSON.stringify(shareParts(value))) as SharedParts);

describe('the shared parts of a value', () => {
  it('give the same value back, also where its own keys look like references', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('=', '==', '=x', 'x=', '__proto__'));
    const { value } = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<Json>(null, true, 0, 1, 'short', 'a text that is long enough'),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        expect(through([given, given])).toEqual([given, given]);
      }),
    );
  });

  it('are written and held once', () => {
    const checks = Array.from({ length: 1000 }, (_, at) => ({ id: `check-${at}`, retry: { max: 1, on: ['unreachable'] } }));
    expect(JSON.stringify(shareParts(checks)).length).toBeLessThan(JSON.stringify(checks).length * 0.8);
    const [first, second] = through(checks) as unknown as typeof checks;
    expect(first?.retry).toBe(second?.retry);
  });
});
