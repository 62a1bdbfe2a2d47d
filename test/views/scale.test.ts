import { describe, expect, it } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { displayWidth } from '../../src/ground/output/width.ts';
import type { ScaleView } from '../../src/response/scale/scale-view.ts';
import type { ScaleSimulation } from '../../src/response/scale/simulate-scale.ts';
import { planFormats } from '../../src/views/plan.ts';
import { scalePlanFormats } from '../../src/views/scale-plan.ts';
import { scaleShownFormats } from '../../src/views/scale-show.ts';
import { scaleSimulatedFormats } from '../../src/views/scale-simulation.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { noon } from '../support/facts.ts';
import { hostileTexts } from '../support/hostile.ts';
import { plainTraits } from '../support/plain-control.ts';
import { plainRunbook } from '../support/rehearsal.ts';
import { actingStep, aPlan } from '../support/run-order.ts';

const options = (width: number | null, verbose = false) => ({ look: { ...plainLook, width }, verbose, zone: 'UTC' });
const rule = { upAt: 5, downAt: 1, forMs: 600_000, waitMs: 30_000, coolDownMs: 180_000, step: 1, min: 1, max: 20 };

const up = (word: string): ScaleView => ({
  agent: 'support',
  queue: `support.tasks/${word}`,
  kind: 'redis-stream',
  at: noon,
  facts: { depth: 42, ready: 40, inFlight: 2, workers: 3, oldestMs: 65_000.4, waitMs: 12_000, added: 900, unknown: {} },
  rates: { overMs: 600_000, inPerMinute: 12.345, outPerMinute: 9, drainPerMinute: -3.345, emptyMs: null },
  workers: { count: 3, by: 'control', problem: null },
  rule,
  decision: { move: 'up', wanted: 9, cause: 'deep', why: `14 for each worker is more than 5 ${word}` },
  lastAct: { at: noon - 3_600_000, from: 4, to: 3 },
  control: 'kubernetes',
  isAuto: true,
});
const blind = (word: string): ScaleView => ({
  ...up(word),
  agent: 'indexer',
  facts: {
    ...{ depth: null, ready: null, inFlight: null, workers: null, oldestMs: null, waitMs: null, added: null },
    unknown: { ready: `there is no queue ${word}`, workers: `there is no queue ${word}` },
  },
  rates: { overMs: null, inPerMinute: null, outPerMinute: null, drainPerMinute: null, emptyMs: null },
  workers: { count: null, by: 'queue', problem: null },
  decision: { move: 'hold', wanted: null, cause: 'unknown', why: `there is no queue ${word}` },
  lastAct: null,
  control: null,
  isAuto: false,
});
const down = (word: string): ScaleView => ({
  ...up(word),
  facts: { ...up(word).facts, depth: 2, ready: 0, inFlight: 2 },
  decision: { move: 'down', wanted: 2, cause: 'quiet', why: 'quiet' },
});

const head = { fleet: 'acme', generatedAt: noon };
const shown = (word: string) => scaleShownFormats({ ...head, views: [up(word), blind(word)], problems: [`cannot be read: ${word}`] });
const answer = (word: string) => ({
  ...({
    runbook: plainRunbook('- scale: 9'),
    source: 'live',
    stale: null,
    confirmCommand: 'agentops runbook run scale --confirm 1',
  } as const),
  plan: aPlan([
    actingStep(
      { id: 'scale', kind: 'scale', isNormal: true },
      { traits: plainTraits, change: { action: 'scale', target: word, from: { replicas: 3 }, to: { replicas: 9 } } },
    ),
  ]),
});
const planned = (word: string) =>
  scalePlanFormats({
    ...head,
    planned: [
      { view: up(word), plan: answer(word) },
      { view: blind(word), plan: null },
      { view: down(word), plan: null },
    ],
    problems: [],
  });
const simulation: ScaleSimulation = {
  ...{
    agent: 'support',
    rule,
    from: noon - 7 * 86_400_000,
    to: noon,
    source: 'queue',
    coverage: 0.9612,
    work: 12_400.2,
    perMinute: 6.2,
    rateBy: 'queue',
  },
  ...{ startMs: 60_000, workers: 3, workerHourNanos: 400_000_000 },
  courses: (['rule', 'target', 'fixed'] as const).map((policy, at) => ({
    policy,
    waits: { p50Ms: 1200, p95Ms: 61_000 * (at + 1), longestMs: 900_000 },
    lateShare: 0.034,
    deepest: 120,
    workerHours: 512.25,
    mostWorkers: 12,
    acts: [{ at: noon, from: 1, to: 2 }],
    flapsInHour: at * 3,
  })),
};
const simulated = scaleSimulatedFormats({ ...head, ...simulation });

describe('documents of scaling', () => {
  it.each(Object.entries({ word: 'word', ...hostileTexts }))('are JSON of their schemas, whatever a queue says: %s', (_name, word) => {
    for (const [name, json] of [
      ['scale show', shown(word).json()],
      ['scale plan', planned(word).json()],
      ['scale simulate', simulated.json()],
    ] as const)
      expect(documentSchemas[name].safeParse(JSON.parse(json)).error, name).toBeUndefined();
  });

  it('hold the plan of a runbook as runbook plan prints it', () => {
    const { schema_version: _, generated_at: __, fleet: ___, ...plan } = JSON.parse(planFormats({ ...head, ...answer('word') }).json());
    expect(JSON.parse(planned('word').json()).agents[0].plan).toEqual(plan);
  });
});

describe('texts of scaling', () => {
  it.each([80, 120])('fit into %d columns', (width) => {
    for (const text of [shown('word').text(options(width, true)), planned('word').text(options(width)), simulated.text(options(width))])
      for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });

  it.each(Object.entries(hostileTexts))('are inert: %s', (_name, word) => {
    for (const text of [shown(word).text(options(null, true)), planned(word).text(options(null))])
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('say a dash for what is not known, and never none', () => {
    const [, , row = ''] = shown('word').text(options(null)).split('\n');
    expect(row).toMatch(/^indexer\s+support\.tasks\/word(\s+-)+ \?$/);
  });

  it('say how many runs a step down may cut', () => {
    expect(planned('word').text(options(null))).toContain('1 run of 2 in flight may be with a worker that goes');
  });

  it('show ways to scale beside each other', () => {
    expect(simulated.text(options(null))).toMatchInlineSnapshot(`
      "support: 12,400 pieces of work from 2026-02-23 12:00 UTC to 2026-03-02 12:00 UTC, counted at its queue (96% of the time is on record; in between it goes on as before). One worker ends 6.2 a minute, as measured while all of them had work, and begins 1 m after it is asked for.

      Scaled by      Wait p50      p95  Longest  Over 30 s  Most  Worker hours     Cost  Changes  Flaps/h
      this rule        1.20 s  1 m 1 s     15 m       3.4%    12         512.3  $204.90        1        0
      a target of 5    1.20 s  2 m 2 s     15 m       3.4%    12         512.3  $204.90        1        3
      always 3         1.20 s  3 m 3 s     15 m       3.4%    12         512.3  $204.90        1        6

      Flaps/h: the most within one hour; a flap puts back what was taken away less than an hour before.
      "
    `);
  });
});
