import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/ground/math/seeded.ts';
import { traceSamples } from '../../../src/oversight/alerts/collect-samples.ts';
import { lookBackMs } from '../../../src/oversight/alerts/past.ts';
import { readPast } from '../../../src/oversight/alerts/read-past.ts';
import { episodeSink, replayAlerts } from '../../../src/oversight/alerts/replay-alerts.ts';
import { rulesOf } from '../../../src/oversight/alerts/rules.ts';
import type { Samples } from '../../../src/oversight/alerts/samples.ts';
import { openFreshCache } from '../../../src/telemetry/stats/open-fresh-cache.ts';
import { fleetOwnership } from '../../../src/telemetry/traces/fleet-ownership.ts';
import type { Score } from '../../../src/telemetry/traces/span.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { noon } from '../../support/facts.ts';
import { traceIdOf } from '../../support/figures-fleet.ts';
import { minuteOf, openWatchedFleet, type WatchedFleet, watchedManifest } from '../../support/watched-fleet.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const unsafeManifest = watchedManifest.replace('    sla:', '    tools: { deny: [search_kb] }\n    safety: [polite]\n    sla:');

/** Nine days of an agent, busy or not, dear or cheap, by the hour. */
const history = async (): Promise<WatchedFleet> => {
  const watched = await openWatchedFleet(unsafeManifest);
  const random = seededRandom(7);
  for (let at = noon - 9 * dayMs; at < noon; at += (20 + Math.floor(random() * 40)) * minuteMs) {
    const [n, bad] = [1 + Math.floor(random() * 8), Math.floor(random() * 2)];
    watched.take(minuteOf(at, { n, bad, costNanos: Math.round(1e7 * (1 + random())) }));
  }
  const ownership = fleetOwnership(watched.fleet);
  const scores = Array.from({ length: 200 }, (_, at): Score => {
    const givenUs = (noon - Math.floor(random() * 3 * 1440) * minuteMs) * 1000;
    const value = Math.round(random());
    const of = { traceId: traceIdOf(1 + Math.floor(random() * 1200)), spanId: null, name: 'polite', label: null, source: 'api' };
    return { id: `s${at}`, ...of, value, atUs: givenUs, updatedUs: null };
  });
  upsertPage(watched.cache, ownership, { source: 'prod', spans: [], scores });
  return watched;
};

const read = (watched: WatchedFleet) => {
  const rules = rulesOf(watched.fleet);
  const to = watched.clock.now();
  return readPast(
    watched.ctx,
    watched.fleet,
    { rules, from: noon - 9 * dayMs - lookBackMs(rules, watched.fleet.agents), to },
    () => undefined,
  );
};

/** All that rules ask of the samples of a moment. */
const asked = (samples: Samples) => ({
  errors: [15, 60, 240, 20].map((minutes) => samples.errors(minutes * minuteMs, null)),
  slow: samples.slow(hourMs, 10_000),
  costs: [1, 2, 4, 6].map((hours) => samples.costs(hours * hourMs)),
  before: samples.costsBefore(hourMs),
  spent: (['hour', 'day', 'month'] as const).map((per) => samples.spent(per)),
  depth: { ...samples.depth(hourMs), now: { ...samples.depth(hourMs)?.now, squares: 'counted by sketches live' } },
  forecast: samples.forecast(),
  scores: samples.scores(hourMs, null),
  safety: [15, 60, 240].map((minutes) =>
    samples
      .safety(minutes * minuteMs)
      ?.map(({ reason }) => reason)
      .sort(),
  ),
});

/** Sums of logarithms are kept in millionths in the cache. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, each) => (typeof each === 'number' ? Number(each.toPrecision(5)) : each)));

describe('the past in memory', () => {
  it('says of any moment what a live evaluation of that moment is told', async () => {
    const watched = await history();
    const live = traceSamples(await openFreshCache(watched.ctx), watched.fleet);
    const { pasts } = await read(watched);
    const random = seededRandom(3);
    for (let round = 0; round < 60; round++) {
      const moment = noon - Math.floor(random() * 2 * 1440) * minuteMs;
      const past = pasts.get('support');
      if (past === undefined) throw new Error('support has a past');
      expect([moment, rounded(asked(past.at(moment)))]).toEqual([moment, rounded(asked(live(moment)('support')))]);
    }
  });

  it('is replayed as evaluations were made, minute by minute', async () => {
    const watched = await openWatchedFleet();
    const seen: string[] = [];
    for (let minute = 0; minute < 80; minute++) {
      watched.take(minuteOf(watched.clock.now(), { n: 10, bad: minute < 20 ? 5 : 0, costNanos: 1000 }));
      for (const { to, rule, at } of (await watched.evaluate()).transitions) seen.push(`${rule} ${to} at ${(at - noon) / minuteMs}`);
      watched.clock.advance(minuteMs);
    }
    const replayed: string[] = [];
    const sink = episodeSink(2 * minuteMs);
    const rules = rulesOf(watched.fleet);
    const { pasts } = await read(watched);
    const request = { rules, agents: watched.fleet.agents, pasts, from: noon, until: noon + 79 * minuteMs };
    await replayAlerts(watched.ctx, watched.fleet, { ...request, stepMs: minuteMs, lagMs: 2 * minuteMs }, (event) => {
      if ('event' in event) return;
      sink.take(event);
      for (const { to, rule, at } of event.outcome.transitions) replayed.push(`${rule} ${to} at ${(at - noon) / minuteMs}`);
    });
    expect(replayed).toEqual(seen);
    expect(seen.length).toBeGreaterThan(2);
    expect(sink.episodes(noon)).toMatchObject([
      { rule: 'errors', agent: 'support', letters: [{ channel: 'oncall' }, { kind: 'resolve' }] },
    ]);
  });
});
