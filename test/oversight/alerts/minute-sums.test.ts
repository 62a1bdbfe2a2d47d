import fc from 'fast-check';
import { expect, it } from 'vitest';
import { minuteSums } from '../../../src/oversight/alerts/minute-sums.ts';

const minuteMs = 60_000;

it('sums what was added in a range of minutes, as adding it up would', () => {
  const event = fc.record({ minute: fc.nat(200), values: fc.tuple(fc.nat(100), fc.nat(100)) });
  fc.assert(
    fc.property(fc.array(event), fc.nat(220), fc.nat(220), (given, a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const events = given.toSorted((x, y) => x.minute - y.minute);
      const sums = minuteSums(2);
      for (const { minute, values } of events) sums.add(minute * minuteMs + 7, values);
      const inside = events.filter(({ minute }) => minute >= from && minute < to);
      const expected = [0, 1].map((at) => inside.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
      expect(sums.between(from * minuteMs, to * minuteMs)).toEqual(expected);
    }),
  );
});

it('refuses what comes too late', () => {
  const sums = minuteSums(1);
  sums.add(10 * minuteMs, [1]);
  expect(() => sums.add(9 * minuteMs, [1])).toThrow(RangeError);
});
