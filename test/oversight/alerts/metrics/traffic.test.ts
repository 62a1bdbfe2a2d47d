import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cache } from '../../../../src/ground/store/port.ts';
import { trafficOf } from '../../../../src/oversight/alerts/metrics/traffic.ts';
import { rebuildRollups } from '../../../../src/telemetry/stats/rebuild-rollups.ts';
import { noon } from '../../../support/facts.ts';
import { type RequestWish, takeRequests, traceIdOf } from '../../../support/figures-fleet.ts';
import { openTraceStore } from '../../../support/trace-store.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const quarterMs = 15 * minuteMs;

interface Run {
  readonly agent: string;
  readonly start_us: number;
  readonly dur_us: number;
  readonly is_error: number;
  readonly error_type: number;
  readonly steps: number;
  readonly tokens: number;
  readonly cost_nanos: number | null;
  readonly quality_n: number;
  readonly quality_micro: number;
}

/** Every single request, to count by hand. */
const runsOf = (cache: Cache): readonly Run[] =>
  cache.all(
    `SELECT word AS agent, start_us, dur_us, is_error, error_type, steps, in_tok + out_tok AS tokens, cost_nanos, quality_n, quality_micro
     FROM run JOIN dict ON dict.id = run.agent`,
  );

const between = (runs: readonly Run[], agent: string, from: number, to: number): readonly Run[] =>
  runs.filter((run) => run.agent === agent && run.start_us >= from * 1000 && run.start_us < to * 1000);

const sum = <Thing>(things: readonly Thing[], of: (thing: Thing) => number): number =>
  things.reduce((total, thing) => total + of(thing), 0);

/** Where a window begins, by the rule that stands in the docs: a whole quarter, a wide one a whole hour. */
const beginOf = (moment: number, widthMs: number): number => {
  const grain = widthMs <= 4 * hourMs ? quarterMs : hourMs;
  return Math.floor((moment - widthMs) / grain) * grain;
};

const costOf = (windowMs: number, runs: readonly Run[]) => {
  const priced = runs.flatMap(({ cost_nanos }) => cost_nanos ?? []);
  return {
    windowMs,
    n: priced.length,
    nanos: sum(priced, (cost) => cost),
    logSum: expect.closeTo(sum(priced, Math.log), 3),
    logSquares: expect.closeTo(
      sum(priced, (cost) => Math.log(cost) ** 2),
      3,
    ),
  };
};

const wish = fc.record({
  /** Minutes before the moment: mostly the last hours, and the same hours of earlier days. */
  ago: fc.oneof(
    fc.integer({ min: 0, max: 400 }),
    fc.integer({ min: -30, max: 7 * 60 }).map((minutes) => minutes),
    fc.integer({ min: 0, max: 8 * 1440 }),
  ),
  isError: fc.boolean(),
  costNanos: fc.option(fc.integer({ min: 1, max: 10 ** 9 })),
  research: fc.option(fc.constantFrom('fine' as const, 'failed' as const), { nil: undefined }),
});

describe('what traces say as of a moment', () => {
  it('is what counting single requests comes to, in every window', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { maxLength: 60 }), fc.integer({ min: 0, max: 120 }), async (wishes, offset) => {
        const { cache } = await openTraceStore();
        const moment = noon + offset * minuteMs;
        const requests = wishes.map(
          ({ ago, research, ...facts }, at): RequestWish => ({
            ...{ no: at + 1, startUs: (moment - ago * minuteMs) * 1000 + at, ...facts },
            ...(research === undefined ? {} : { research }),
          }),
        );
        takeRequests(cache, moment * 1000, requests);
        rebuildRollups(cache);
        const runs = runsOf(cache);
        const samples = trafficOf(cache)(moment);
        for (const agent of ['support', 'research']) {
          const begins = { hour: moment - hourMs, day: Math.floor(moment / dayMs) * dayMs, month: Date.UTC(2026, 2) };
          for (const per of ['hour', 'day', 'month'] as const) {
            const inside = between(runs, agent, begins[per], moment);
            expect(samples(agent).spent(per)).toEqual({ n: inside.length, nanos: sum(inside, (run) => run.cost_nanos ?? 0) });
          }
          for (const widthMs of [quarterMs, 30 * minuteMs, 50 * minuteMs, hourMs, 4 * hourMs, 6 * hourMs, dayMs]) {
            const from = beginOf(moment, widthMs);
            const [inside, seen] = [between(runs, agent, from, moment), samples(agent)];
            const windowMs = moment - from;
            const failed = inside.filter(({ is_error }) => is_error === 1);
            expect(seen.errors(widthMs, null)).toEqual({ windowMs, n: inside.length, bad: failed.length });
            const timedOut = failed.filter(({ error_type }) => error_type === 4);
            expect(seen.errors(widthMs, 'timeout')).toEqual({ windowMs, n: inside.length, bad: timedOut.length });
            expect(seen.slow(widthMs, 1000)).toEqual({
              windowMs,
              n: inside.length,
              bad: inside.filter(({ dur_us }) => dur_us > 10 ** 6).length,
            });
            expect(seen.costs(widthMs)?.now).toEqual(costOf(windowMs, inside));
            const [depth, steps] = [seen.depth(widthMs), inside.map((run) => run.steps)];
            expect(depth?.now).toMatchObject({ windowMs, n: steps.length, sum: sum(steps, (each) => each) });
            expect(depth?.now.squares).toBeCloseTo(
              sum(steps, (each) => each ** 2),
              -1,
            );
            for (const day of [1, 2, 3, 4, 5, 6, 7]) {
              const [start, end] = [Math.floor((moment - widthMs) / hourMs) * hourMs, Math.ceil(moment / hourMs) * hourMs];
              const then = between(runs, agent, start - day * dayMs, end - day * dayMs);
              expect(seen.costs(widthMs)?.days[day - 1]).toEqual(costOf(end - start, then));
              expect(depth?.days[day - 1]).toEqual({ windowMs: end - start, n: then.length, sum: sum(then, (run) => run.steps) });
            }
            const before = between(runs, agent, from - 7 * dayMs, from);
            expect(seen.costsBefore(widthMs)).toEqual({ now: costOf(windowMs, inside), before: costOf(7 * dayMs, before) });
          }
        }
      }),
      { numRuns: 25, seed: 6 },
    );
  }, 120_000);

  it('names the request that is the worst by each measure, also one that began before the window and is under way in it', async () => {
    const { cache } = await openTraceStore();
    takeRequests(cache, noon * 1000, [
      { no: 1, startUs: (noon - 5 * minuteMs) * 1000, costNanos: 7 },
      { no: 2, startUs: (noon - 3 * minuteMs) * 1000, costNanos: 9 },
      // It took two seconds and was over when the window began.
      { no: 3, startUs: (noon - 40 * minuteMs) * 1000, costNanos: 11 },
      { no: 4, startUs: (noon - quarterMs) * 1000 - 1_000_000, costNanos: 10 },
    ]);
    rebuildRollups(cache);
    const extremes = trafficOf(cache)(noon)('support').extremes(quarterMs);
    expect(extremes?.nanos).toMatchObject({ value: 10, traceId: traceIdOf(4) });
    expect(extremes).toMatchObject({ n: 3, steps: { value: 3 }, tokens: { value: 1100 } });
    expect(trafficOf(cache)(noon)('nobody').extremes(quarterMs)).toEqual({ steps: null, tokens: null, nanos: null, n: 0 });
  });
});
