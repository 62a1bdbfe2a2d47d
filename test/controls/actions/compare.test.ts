import { describe, expect, it } from 'vitest';
import { hindrance, reversed, seenOf, standsAs } from '../../../src/controls/actions/compare.ts';
import type { Change } from '../../../src/controls/actions/port.ts';

const change: Change = {
  action: 'throttle',
  target: 'key support',
  from: { rpm_limit: null, aliases: { a: 1, b: 2 } },
  to: { rpm_limit: 10, aliases: {} },
  version: null,
  reversible: true,
  lasting: null,
};

describe('a change against a target', () => {
  it('counts a field that is not there as null, keys in any order, and nothing that is not touched', () => {
    expect(standsAs(change.from, { aliases: { b: 2, a: 1 }, spend: 99 })).toBe(true);
    expect(standsAs(change.to, { rpm_limit: '10', aliases: {} })).toBe(false);
  });

  it('is done, still to be done, or somebody else’s', () => {
    expect(seenOf(change, { rpm_limit: 10, aliases: {} })).toBe('seen');
    expect(seenOf(change, { rpm_limit: null, aliases: { a: 1, b: 2 } })).toBe('not-yet');
    expect(seenOf(change, { rpm_limit: 10, aliases: { a: 1 } })).toBe('contradicted');
  });

  it('is hindered by what somebody else did, and tells which field', () => {
    expect(hindrance(change, change.from)).toBeNull();
    expect(hindrance(change, change.to)).toMatchObject({ result: 'already' });
    const theirs = hindrance(change, { ...change.from, rpm_limit: 60 });
    expect(theirs).toMatchObject({ result: 'conflict', evidence: 'key support was changed by somebody else: rpm_limit is 60, not null' });
    expect(hindrance(reversed(change), change.from)).toMatchObject({ result: 'already' });
    expect(hindrance(reversed(change), change.to)).toBeNull();
  });
});
