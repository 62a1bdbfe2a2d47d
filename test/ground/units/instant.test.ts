import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatInstant, parseInstant } from '../../../src/ground/units/instant.ts';

test('what is written is read back to the microsecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: -2e15, max: 7e15 }), (us) => {
      expect(parseInstant(formatInstant(us))).toBe(us);
    }),
  );
});

test.each([
  ['2026-11-22T18:04:11Z', 1795370651000000],
  ['2026-11-22T18:04:11.2Z', 1795370651200000],
  ['2026-11-22T18:04:11.201000+00:00', 1795370651201000],
  ['2026-11-22T19:04:11.201234567+01:00', 1795370651201234],
  ['2026-11-22T19:04:11+0100', 1795370651000000],
  ['2026-11-22T19:04:11+01', 1795370651000000],
  ['2026-11-22 18:04:11.201', 1795370651201000],
  ['2026-11-22t18:04:11z', 1795370651000000],
])('%s', (text, us) => expect(parseInstant(text)).toBe(us));

test.each(['', 'yesterday', '2026-11-22', '2026-13-22T18:04:11Z', '1795370651', '18:04:11', '2026-11-22T18:04:11 oder so'])(
  'no instant: %s',
  (text) => expect(parseInstant(text)).toBeNull(),
);
