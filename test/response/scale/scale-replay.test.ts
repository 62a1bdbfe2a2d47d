import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { flapsOf, type Load, mostInHour, replay } from '../../../src/response/scale/scale-replay.ts';
import type { ScaleRule } from '../../../src/response/scale/scale-rule.ts';
import { fixedScaler, ruleScaler, targetScaler } from '../../../src/response/scale/scalers.ts';

const minute = 60_000;
const rule: ScaleRule = { upAt: 5, downAt: 1, forMs: 10 * minute, waitMs: 30_000, coolDownMs: 3 * minute, step: 1, min: 1, max: 20 };
const load = (arrivals: readonly number[]): Load => ({ from: 0, stepMs: minute, arrivals });
const plant = { perMinute: 6, startMs: minute, workers: 1 };

describe('a replay', () => {
  it('lets work wait as long as a fixed number of workers needs for what came before it', () => {
    // 60 at once, 6 a minute: the last is begun in the tenth minute.
    const { waits, lateShare, workerHours, acts, deepest } = replay(
      load([60, ...new Array<number>(59).fill(0)]),
      plant,
      fixedScaler(1),
      30_000,
    );
    expect(acts).toEqual([]);
    expect(workerHours).toBeCloseTo(1);
    expect(deepest).toBe(55);
    expect(waits.p50Ms).toBeGreaterThanOrEqual(4 * minute);
    expect(waits.p50Ms).toBeLessThan(5.5 * minute);
    expect(waits.longestMs).toBeLessThan(10 * minute);
    expect(lateShare).toBeGreaterThan(0.8);
  });

  it('lets none wait where there are workers enough, and knows of no wait where there is no work', () => {
    expect(replay(load(new Array<number>(60).fill(5)), plant, fixedScaler(1), 30_000).waits.p95Ms).toBeLessThan(minute);
    expect(replay(load([0, 0, 0]), plant, fixedScaler(1), 30_000)).toMatchObject({ waits: { p50Ms: null }, lateShare: null });
  });

  it('begins the work of workers that were asked for when they are there', () => {
    const course = (startMs: number) =>
      replay(load(new Array<number>(120).fill(30)), { ...plant, startMs }, ruleScaler(rule), null).waits.p95Ms ?? 0;
    expect(course(10 * minute)).toBeGreaterThan(course(minute));
  });

  it('scales to what comes, and back when it is over', () => {
    const day = [...new Array<number>(60).fill(1), ...new Array<number>(120).fill(50), ...new Array<number>(300).fill(1)];
    const ours = replay(load(day), plant, ruleScaler(rule), 30_000);
    expect(ours.mostWorkers).toBeGreaterThanOrEqual(9);
    expect(ours.acts.at(-1)?.to).toBeLessThanOrEqual(2);
    const fixed = replay(load(day), plant, fixedScaler(1), 30_000);
    expect(ours.lateShare).toBeLessThan((fixed.lateShare ?? 0) / 2);
  });
});

it('counts a flap where what was taken away less than an hour before is put back', () => {
  const acts = [
    { at: 0, from: 1, to: 3 },
    { at: 10 * minute, from: 3, to: 2 },
    { at: 20 * minute, from: 2, to: 4 },
    { at: 25 * minute, from: 4, to: 8 },
    { at: 40 * minute, from: 8, to: 7 },
    { at: 101 * minute, from: 7, to: 9 },
  ];
  expect(flapsOf(acts)).toEqual([20 * minute]);
  expect(mostInHour([0, 30 * minute, 60 * minute, 61 * minute])).toBe(3);
});

/** Loads of all kinds: steady, waves of any length, bursts and pauses, noise; in pieces a minute. */
const anyLoad = fc
  .array(
    fc.oneof(
      fc.record({ kind: fc.constant('steady' as const), length: fc.integer({ min: 5, max: 180 }), level: fc.nat(80) }),
      fc.record({
        kind: fc.constant('wave' as const),
        length: fc.integer({ min: 20, max: 360 }),
        level: fc.nat(80),
        period: fc.integer({ min: 4, max: 120 }),
      }),
      fc.record({
        kind: fc.constant('bursts' as const),
        length: fc.integer({ min: 20, max: 360 }),
        level: fc.nat(400),
        period: fc.integer({ min: 2, max: 90 }),
      }),
      fc.record({
        kind: fc.constant('noise' as const),
        length: fc.integer({ min: 5, max: 120 }),
        level: fc.nat(80),
        seed: fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 5, maxLength: 20 }),
      }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) =>
    parts.flatMap((part) =>
      Array.from({ length: part.length }, (_, at) => {
        if (part.kind === 'steady') return part.level;
        if (part.kind === 'wave') return Math.round(part.level * (1 + Math.sin((2 * Math.PI * at) / part.period)));
        if (part.kind === 'bursts') return at % part.period === 0 ? part.level : 0;
        return Math.round(part.level * (part.seed[at % part.seed.length] ?? 0));
      }),
    ),
  );

test('whatever comes, the rule puts back what it took away at most once an hour', () => {
  let flaps = 0;
  let ofTarget = 0;
  fc.assert(
    fc.property(
      anyLoad,
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      (arrivals, perMinute, startMinutes, step) => {
        const own = { ...plant, perMinute, startMs: startMinutes * minute };
        const course = replay(load(arrivals), own, ruleScaler({ ...rule, step }), 30_000);
        expect(course.flapsInHour).toBeLessThanOrEqual(1);
        expect(course.mostWorkers).toBeLessThanOrEqual(20);
        flaps = Math.max(flaps, course.flapsInHour);
        ofTarget = Math.max(ofTarget, replay(load(arrivals), own, targetScaler(rule), 30_000).flapsInHour);
      },
    ),
    { numRuns: 300 },
  );
  // It was put to the test: some of these loads make any scaler flap.
  expect(flaps).toBe(1);
  expect(ofTarget).toBeGreaterThan(1);
});

test('work is neither lost nor made: what came was begun, or still waits', () => {
  fc.assert(
    fc.property(anyLoad, fc.integer({ min: 1, max: 30 }), (arrivals, perMinute) => {
      const rested = [...arrivals, ...new Array<number>(1200).fill(0)];
      const course = replay(load(rested), { ...plant, perMinute }, ruleScaler(rule), 30_000);
      const come = arrivals.reduce((sum, each) => sum + each, 0);
      if (come === 0) return;
      expect(course.waits.longestMs).toBeGreaterThanOrEqual(course.waits.p95Ms ?? 0);
      expect(course.waits.p95Ms).toBeGreaterThanOrEqual(course.waits.p50Ms ?? 0);
      expect(course.deepest).toBeLessThanOrEqual(come + 20);
    }),
    { numRuns: 50 },
  );
});
