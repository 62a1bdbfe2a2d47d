import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeIncidents } from '../../../../src/desk/demo/history/incident.ts';
import { loadHistory } from '../../../../src/desk/demo/history/load-history.ts';
import { incidentsFile } from '../../../../src/desk/demo/history/schema.ts';
import { parseYaml, plainValue } from '../../../../src/fleet/yaml.ts';
import { systemFiles } from '../../../../src/ground/runtime/files.ts';
import type { Cache, Journal } from '../../../../src/ground/store/port.ts';
import { openSqliteJournal } from '../../../../src/ground/store/sqlite.ts';
import { openSqliteCache } from '../../../../src/ground/store/sqlite-cache.ts';
import { scoreIncidents } from '../../../../src/oversight/alerts/labelled-incident.ts';
import { loadIncidents } from '../../../../src/oversight/alerts/load-incidents.ts';
import { readPast } from '../../../../src/oversight/alerts/read-past.ts';
import { episodeSink, replayAlerts } from '../../../../src/oversight/alerts/replay-alerts.ts';
import { rulesOf } from '../../../../src/oversight/alerts/rules.ts';
import { collectTrend } from '../../../../src/telemetry/stats/collect-trend.ts';
import { readFigures } from '../../../../src/telemetry/stats/figures.cache.ts';
import type { Grouping } from '../../../../src/telemetry/stats/grouping.ts';
import { readMarks } from '../../../../src/telemetry/traces/marks.journal.ts';
import { contentOf } from '../../../support/cache.ts';
import { fakeClock, fakeContext } from '../../../support/fake-context.ts';
import { load } from '../../../support/load-manifest.ts';
import { scratch } from '../../../support/run-cli.ts';

const fixtures = resolve(import.meta.dirname, '../../../../fixtures/demo');
const incidents = join(fixtures, 'incidents.yaml');
const now = Date.UTC(2026, 9, 15, 12);
const dayMs = 86_400_000;

const folder = scratch({ 'agentops.yaml': readFileSync(join(fixtures, 'agentops.yaml'), 'utf8') });
let cache: Cache;
let journal: Journal;

const fill = async () => {
  const { fleet } = await load(folder.path);
  const ctx = fakeContext({ clock: fakeClock(now), files: systemFiles, cache: async () => cache, journal: async () => journal });
  return loadHistory(ctx, fleet, incidents);
};
const figures = (by: Grouping, daysAgo: number, days: number) =>
  readFigures(cache, { window: { fromUs: (now - daysAgo * dayMs) * 1000, toUs: (now - (daysAgo - days) * dayMs) * 1000 }, by });
const rowOf = (by: Grouping, key: string, daysAgo: number, days: number) => {
  const row = figures(by, daysAgo, days).rows.find((each) => each.key === key);
  if (row === undefined) throw new Error(`nothing was seen of ${key}`);
  return row;
};

beforeAll(async () => {
  cache = await openSqliteCache(join(folder.path, 'cache.db'));
  journal = await openSqliteJournal(join(folder.path, 'journal.db'), () => now);
  await fill();
});
afterAll(async () => {
  cache.close();
  await journal.close();
  folder[Symbol.dispose]();
});

describe('the labelled incidents of the demo', () => {
  const labels = async () => {
    const { fleet } = await load(folder.path);
    const ctx = fakeContext({ clock: fakeClock(now), files: systemFiles, cache: async () => cache, journal: async () => journal });
    const agents = fleet.agents.map(({ name }) => name);
    return { ctx, fleet, incidents: loadIncidents(ctx, { path: join(fixtures, 'labels.yaml'), agents, cwd: fixtures }) };
  };

  test('are those that the month was made with', async () => {
    const { root } = parseYaml(readFileSync(incidents, 'utf8'), incidents);
    if (root === null) throw new Error('the file of incidents is empty');
    const made = placeIncidents(incidentsFile.parse(plainValue(root)).incidents, now * 1000);
    const placed = (await labels()).incidents.map(({ id, agents, from, to }) => ({
      id,
      agent: agents[0],
      fromUs: from * 1000,
      toUs: to * 1000,
    }));
    expect(placed).toEqual(made.map(({ id, agent, fromUs, toUs }) => ({ id, agent, fromUs, toUs })));
  });

  test('are all found by the rules of a fleet that names none, with hardly a false alarm', async () => {
    const { ctx, fleet, incidents: labelled } = await labels();
    const rules = rulesOf(fleet);
    const [from, lagMs] = [now - 10 * dayMs, 120_000];
    const { pasts } = await readPast(ctx, fleet, { rules, from: from - 10 * dayMs, to: now }, () => undefined);
    const sink = episodeSink(lagMs);
    // The demo names no channel.
    const heard = { ...fleet, notify: { oncall: { kind: 'exec', config: {}, at: { file: '', line: 1, column: 1 } } } };
    await replayAlerts(ctx, heard, { rules, agents: fleet.agents, pasts, from, until: now, stepMs: 300_000, lagMs }, (event) => {
      if (!('event' in event)) sink.take(event);
    });
    const score = scoreIncidents(labelled, sink.episodes(from), { from, until: now });
    expect(score.incidents.map(({ incident, by }) => [incident.id, by?.agent])).toEqual([
      ['summarizer-cost', 'summarizer'],
      ['orders-errors', 'orders'],
      ['onboarding-loop', 'onboarding'],
    ]);
    expect(score.precision).toBeGreaterThan(0.7);
  });
});

describe('the history of the demo, in the cache', () => {
  test('is the fleet of its manifest: every span is owned, and every agent has some', async () => {
    const { fleet } = await load(folder.path);
    const seen = figures('agent', 30, 30).rows.map(({ key }) => key);
    expect(seen.toSorted()).toEqual(fleet.agents.map(({ name }) => name).toSorted());
  });

  test('costs by agent and by model what it costs in all; one model has no price', () => {
    const costs = (by: Grouping) => figures(by, 30, 30).rows.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0);
    expect(costs('agent')).toBe(figures('agent', 30, 30).totals.costNanos);
    expect(costs('model')).toBe(costs('agent'));
    const models = figures('model', 30, 30).rows;
    expect(models.filter(({ unpriced }) => unpriced > 0).map(({ key }) => key)).toEqual(['draft-2']);
    expect(models.length).toBeGreaterThan(6);
  });

  test('shows each incident in a figure of the week', () => {
    expect(rowOf('agent', 'summarizer', 7, 7).costVsBaseline).toBeGreaterThan(2);
    expect(rowOf('agent', 'orders', 7, 7).errorRate).toBeGreaterThan(0.05);
    expect(rowOf('agent', 'onboarding', 7, 7)).toMatchObject({ stepsMax: 180 });
    expect(rowOf('agent', 'onboarding', 7, 7).costVsBaseline).toBeGreaterThan(5);
    for (const steady of ['support', 'policy-bot', 'invoices']) {
      expect(rowOf('agent', steady, 7, 7).errorRate).toBeLessThan(0.05);
      expect(rowOf('agent', steady, 7, 7).costVsBaseline).toBeLessThan(1.3);
    }
  });

  test('showed none of them the week before', () => {
    expect(rowOf('agent', 'summarizer', 14, 7).costVsBaseline).toBeLessThan(1.3);
    expect(rowOf('agent', 'orders', 14, 7).errorRate).toBeLessThan(0.05);
    expect(rowOf('agent', 'onboarding', 14, 7).stepsMax).toBeLessThan(10);
  });

  test('is fresh, graded, and has hand-offs and releases to group by', () => {
    expect(figures('agent', 7, 7).coverage).toMatchObject({ syncedUs: now * 1000, pending: 0 });
    expect(rowOf('agent', 'support', 7, 7).quality).toBeCloseTo(0.9, 1);
    expect(figures('caller', 7, 7).rows.map(({ key }) => key)).toEqual(expect.arrayContaining(['support', 'orders']));
    expect(figures('release', 30, 30).rows.map(({ key }) => key)).toEqual(expect.arrayContaining(['5.1.0', '5.2.0', '2.3.1', '2.4.0']));
  });

  test('has each deploy of the month on its time line, at the first request with it', async () => {
    const ctx = fakeContext({ clock: fakeClock(now), cache: async () => cache, journal: async () => journal });
    const { fleet } = await load(folder.path);
    const trend = await collectTrend(ctx, fleet, { windowMs: 30 * dayMs, split: null, filter: { agent: 'support' } });
    expect(trend.marks.map(({ release, source }) => [release, source])).toEqual([['5.2.0', 'seen']]);
    expect((now - (trend.marks[0]?.at ?? 0)) / dayMs).toBeCloseTo(19, 0);
    expect(await readMarks(journal)).toHaveLength(5);
  });

  test('sent again changes nothing', async () => {
    const [before, marks] = [contentOf(cache), await readMarks(journal)];
    expect(await fill()).toMatchObject({ spans: 0 });
    expect([contentOf(cache), await readMarks(journal)]).toEqual([before, marks]);
  });
});
