import { describe, expect, it } from 'vitest';
import type { Mitigation } from '../../../src/controls/actions/mitigation.ts';
import { startWrite } from '../../../src/controls/actions/mitigations.journal.ts';
import { seededRandom } from '../../../src/ground/math/seeded.ts';
import { unreplayedOf } from '../../../src/oversight/alerts/backtest.ts';
import { noOwnPast, openOwnPast } from '../../../src/oversight/alerts/open-own-past.ts';
import { replayAlerts } from '../../../src/oversight/alerts/replay-alerts.ts';
import { rulesOf } from '../../../src/oversight/alerts/rules.ts';
import { saveBeat, saveResults } from '../../../src/quality/health/results.journal.ts';
import { aSlot, hour, minute, noon } from '../../support/facts.ts';
import { openWatchedFleet, type WatchedFleet } from '../../support/watched-fleet.ts';

const manifest = [
  ...['version: 1', 'fleet: acme', 'backends: { prod: { kind: otlp } }'],
  'notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }',
  'agents:',
  '  support:',
  '    traces: { backend: prod, match: { trace_name: support } }',
  '    endpoint: { protocol: openai-chat, url: "https://example.com/v1", model: m }',
  '    queue: { kind: redis-stream, url: "redis://127.0.0.1:1", stream: tasks, group: workers }',
  '    checks:',
  '      - { id: ping, every: 10m, fail_after: 2, recover_after: 2, safety: true, input: hello }',
  '      - { id: beat, heartbeat: { every: 5m, grace: 1m } }',
  'alerts:',
  '  - { type: defaults }',
  '  - { rule: silent, type: heartbeat }',
  '  - { rule: drifts, type: drift, keep_firing_for: 3m }',
  '  - { rule: late, type: mitigation_overdue }',
  '  - { rule: waits, type: queue_depth, limit: 10 }',
].join('\n');

const at = { file: 'agentops.yaml', line: 1, column: 1 };
const mitigation = (appliedAt: number, expiresAt: number): Mitigation => ({
  ...{ id: 'run/step', run: 'run', step: 'step', agent: 'support', action: 'throttle', control: { kind: 'flag-file', config: {}, at } },
  change: {
    action: 'throttle',
    target: 'support',
    from: { enabled: true },
    to: { enabled: false },
    version: null,
    reversible: true,
    lasting: null,
  },
  ...{ status: 'active', appliedAt, expiresAt, onExpiry: 'revert', endedAt: null, evidence: '' },
});

/** Every minute something may happen, seconds before the evaluation of that minute. */
const live = async (watched: WatchedFleet, minutes: number): Promise<readonly string[]> => {
  const random = seededRandom(11);
  const { journal, clock } = watched;
  const seen: string[] = [];
  let isBad = false;
  for (let at = 0; at < minutes; at += 1) {
    const now = clock.now();
    if (random() < 0.05) isBad = !isBad;
    if (at % 10 === 3) {
      const wish = { id: `r${at}`, status: isBad ? 'fail' : 'pass', endedAt: now - 5000, safety: true } as const;
      await saveResults(journal, [aSlot({ ...wish, drift: random() < 0.2 ? ['model'] : [], outcome: 'ok' })]);
    }
    if (at % 5 === 1 && random() < 0.6)
      await saveBeat(journal, 'support', 'beat', `b${at}`, { at: now - 2000, status: random() < 0.1 ? 'fail' : 'ok', note: '' });
    if (at === 50) await journal.commit([startWrite(mitigation(now - 1000, now + 20 * minute))]);
    watched.take([]);
    const queues = new Map([['support', { depth: at % 40 > 30 ? 20 : 0, workers: 1 }]]);
    for (const { rule, label, to, at: when } of (await watched.evaluate({ queues })).transitions)
      seen.push(`${rule}/${label} ${to} at ${(when - noon) / minute}`);
    clock.advance(minute);
  }
  return seen;
};

const replayed = async ({ ctx, fleet, journal }: WatchedFleet, minutes: number, own = openOwnPast) => {
  const rules = rulesOf(fleet);
  const range = { from: noon - minute, until: noon + (minutes - 2) * minute, stepMs: minute, lagMs: minute };
  const seen: string[] = [];
  const past = await own({ journal: async () => journal }, fleet, { rules, from: noon, stepMs: minute });
  await replayAlerts(ctx, fleet, { rules, agents: [], pasts: new Map(), own: past, ...range }, (event) => {
    if (!('event' in event))
      for (const { rule, label, to, at } of event.outcome.transitions) seen.push(`${rule}/${label} ${to} at ${(at - noon) / minute}`);
  });
  return { seen, found: past.found() };
};

describe('what the journal holds of the past', () => {
  it('is replayed as it was judged live: checks, heartbeats, drift, safety, mitigations and queues', async () => {
    const watched = await openWatchedFleet(manifest);
    const seen = await live(watched, 400);
    for (const rule of ['down/', 'safety/check', 'silent/', 'drifts/', 'late/', 'waits/'])
      expect([rule, seen.some((each) => each.startsWith(`${rule} firing`))]).toEqual([rule, true]);
    const again = await replayed(watched, 400);
    // In the order of the journal, or of what was seen first: of one moment either will do.
    expect([...again.seen].sort()).toEqual([...seen].sort());
    expect(again.found).toMatchObject({ results: noon + 3 * minute - 5000, queues: noon });
  });

  it('goes back for what was so before the first moment', async () => {
    const watched = await openWatchedFleet(manifest);
    const failures = [20, 10].map((ago) => aSlot({ id: `f${ago}`, status: 'fail', endedAt: noon - ago * minute, outcome: 'ok' }));
    await saveResults(watched.journal, failures);
    await saveBeat(watched.journal, 'support', 'beat', 'b', { at: noon - 100 * 24 * hour, status: 'ok', note: '' });
    expect((await replayed(watched, 3)).seen).toEqual(['safety/check firing at 0', 'down/ firing at 0', 'silent/ firing at 0']);
  });
});

it('says of rules of which nothing was kept that they were not replayed, and why', async () => {
  const { fleet } = await openWatchedFleet(manifest);
  const rules = rulesOf(fleet);
  const range = { from: noon - 30 * 24 * hour, until: noon };
  const kept = { requests: range.from, results: noon - 30 * minute, beats: null, queues: null, toldOnly: new Set<string>() };
  const missing = unreplayedOf(rules, fleet.agents, kept, range);
  expect(missing).toEqual([
    { rule: 'down', why: 'no result of a check was kept but of the last 30 m' },
    { rule: 'silent', why: 'no heartbeat was kept of that time' },
    { rule: 'drifts', why: 'no result of a check was kept but of the last 30 m' },
    { rule: 'waits', why: 'no look of a tick at a queue was kept of that time' },
  ]);
  const all = { requests: range.from, results: range.from, beats: range.from, queues: noon - 25 * hour, toldOnly: new Set<string>() };
  expect(unreplayedOf(rules, fleet.agents, all, range)).toEqual([]);
  const told = unreplayedOf(rules, fleet.agents, { ...all, toldOnly: new Set(['support']) }, range);
  expect(told.find(({ rule }) => rule === 'errors')?.why).toBe('of support a backend tells figures alone (mode: metrics)');
  // Who has nothing of the kind lacks nothing.
  const bare = fleet.agents.map((agent) => ({ ...agent, checks: [], queue: null }));
  expect(unreplayedOf(rules, bare, { ...kept, results: null }, range)).toEqual([]);
  expect(noOwnPast.hasNews('support', 0, 1)).toBe(false);
});
