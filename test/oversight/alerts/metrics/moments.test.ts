import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missedMoments, momentOf, mostMoments, watermarkOf } from '../../../../src/oversight/alerts/metrics/moments.ts';
import { noon } from '../../../support/facts.ts';

const minuteMs = 60_000;
const at = (...minutes: readonly number[]) => minutes.map((minute) => noon + minute * minuteMs);

describe('the moments that are judged', () => {
  it('are every minute, and wider apart the more were missed', () => {
    expect(missedMoments(null, noon)).toEqual({ moments: [noon], leftOutMs: 0 });
    expect(missedMoments(noon, noon)).toEqual({ moments: [], leftOutMs: 0 });
    expect(missedMoments(noon + minuteMs, noon)).toEqual({ moments: [], leftOutMs: 0 });
    expect(missedMoments(noon, noon + 3 * minuteMs).moments).toEqual(at(1, 2, 3));
    expect(missedMoments(noon, noon + 37 * minuteMs).moments).toEqual(at(5, 10, 15, 20, 25, 30, 35, 37));
    const long = missedMoments(noon, noon + 40 * 60 * minuteMs);
    expect(long).toMatchObject({ leftOutMs: 17 * 60 * minuteMs });
    expect(long.moments).toHaveLength(mostMoments);
  });

  it('rise, end with the newest, stay behind the last one and are no more than can be judged at once', () => {
    const minutes = fc.integer({ min: 0, max: 20_000 });
    fc.assert(
      fc.property(minutes, minutes, (last, missed) => {
        const newest = noon + (last + missed) * minuteMs;
        const { moments, leftOutMs } = missedMoments(noon + last * minuteMs, newest);
        expect(moments.length).toBeLessThanOrEqual(mostMoments);
        expect(moments.at(-1)).toBe(missed === 0 ? undefined : newest);
        expect(moments.every((moment, index) => moment > (moments[index - 1] ?? noon + last * minuteMs))).toBe(true);
        if (leftOutMs > 0) expect((moments[0] ?? 0) - leftOutMs).toBe(noon + last * minuteMs);
      }),
    );
  });

  it('are the same in every catch-up: what is judged does not depend on when somebody came back', () => {
    const [early, late] = [missedMoments(noon, noon + 61 * minuteMs), missedMoments(noon, noon + 63 * minuteMs)];
    expect(late.moments.slice(0, -1)).toEqual(early.moments.slice(0, -1));
  });
});

describe('up to when traces are known', () => {
  const us = (minute: number) => (noon + minute * minuteMs) * 1000;

  it.each([
    ['nothing ever came', null, null],
    ['everything was read up to a moment', { cursor: null, highUs: us(-3), syncedUs: us(-1) }, noon - 3 * minuteMs],
    ['a read that looked ahead knows no more than when it was made', { cursor: null, highUs: us(5), syncedUs: us(-1) }, noon - minuteMs],
    ['a read was cut off on its way', { cursor: 'x', highUs: us(-30), syncedUs: us(-1) }, noon - 30 * minuteMs],
    ['the first read was cut off', { cursor: 'x', highUs: null, syncedUs: us(-1) }, null],
    ['agents send by themselves', { cursor: null, highUs: null, syncedUs: us(-90) }, noon - minuteMs],
  ])('%s', (_, progress, watermark) => expect(watermarkOf(progress, noon)).toBe(watermark));

  it('is judged at whole minutes', () => expect(momentOf(noon + 59_999)).toBe(noon));
});
