import { describe, expect, it } from 'vitest';
import type { Check } from '../../../src/fleet/agent.ts';
import { collectOwnSamples } from '../../../src/oversight/alerts/collect-samples.ts';
import { defaultRules } from '../../../src/oversight/alerts/default-rules.ts';
import type { Rule, RuleTest } from '../../../src/oversight/alerts/rule.ts';
import type { CheckResult } from '../../../src/quality/health/result.ts';
import { saveBeat, saveResults } from '../../../src/quality/health/results.journal.ts';
import { aCheck, aFleet, aHeartbeat, anAgent, aSlot, minute, noon } from '../../support/facts.ts';
import { openTraceStore } from '../../support/trace-store.ts';
import { openWatchedFleet } from '../../support/watched-fleet.ts';

const ruleOf = (test: RuleTest): Rule => ({ ...(defaultRules[0] as Rule), name: test.type, test });
const rules = [
  ...(['agent_red', 'heartbeat', 'drift', 'mitigation_overdue'] as const).map((type) => ruleOf({ type })),
  ruleOf({ type: 'safety', widths: [15 * minute] }),
];

/** What the records of one agent say at a moment. */
const samplesOf = async (checks: readonly Check[], results: readonly CheckResult[], moment = noon) => {
  const { cache, journal } = await openTraceStore();
  await saveResults(journal, results);
  const fleet = aFleet(anAgent({ checks }));
  const at = async (when: number) =>
    (await collectOwnSamples({ cache, journal }, fleet, { moment: when, rules, queues: new Map() }))('support');
  return { journal, at, samples: await at(moment) };
};

const slots = (...statuses: readonly CheckResult['status'][]) =>
  statuses.map((status, index) => aSlot({ status, endedAt: noon - (statuses.length - index) * 10 * minute, outcome: 'ok' }));

describe('what own records say of an agent', () => {
  it('is nothing where nothing checks it, or no check has run', async () => {
    const { samples } = await samplesOf([], []);
    expect([samples.red(), samples.drift(), samples.missedHeartbeats(), samples.safety(minute)]).toEqual([null, null, null, null]);
    expect((await samplesOf([aCheck()], [])).samples.red()).toBeNull();
    expect(samples.errors(minute, null)).toBeNull();
  });

  it('is red from the failure that is one too many until it has passed often enough', async () => {
    const check = aCheck({ failAfter: 2, recoverAfter: 2 });
    const red = async (...statuses: readonly CheckResult['status'][]) => (await samplesOf([check], slots(...statuses))).samples.red();
    expect(await red('pass', 'fail')).toEqual([]);
    expect(await red('pass', 'fail', 'fail')).toEqual([{ reason: 'ping: it is fail', since: noon - 20 * minute }]);
    expect(await red('fail', 'fail', 'pass')).toEqual([
      { reason: 'ping: passes again, but not often enough since: it is fail', since: noon - 30 * minute },
    ]);
    expect(await red('fail', 'fail', 'pass', 'pass')).toEqual([]);
  });

  it('is as of the moment: what came later is not known yet', async () => {
    const { at } = await samplesOf([aCheck()], slots('pass', 'fail'));
    expect((await at(noon)).red()).toHaveLength(1);
    expect((await at(noon - 15 * minute)).red()).toEqual([]);
    expect((await at(noon - 25 * minute)).red()).toBeNull();
  });

  it('tells of a heartbeat that is late, and not of one that never came', async () => {
    const { journal, at } = await samplesOf([aHeartbeat(5 * minute, minute)], []);
    expect((await at(noon)).missedHeartbeats()).toEqual([]);
    await saveBeat(journal, 'support', 'beat', 'b1', { at: noon, status: 'ok', note: '' });
    expect((await at(noon + 6 * minute)).missedHeartbeats()).toEqual([]);
    expect((await at(noon + 7 * minute)).missedHeartbeats()).toMatchObject([{ since: noon }]);
  });

  it('tells of an unannounced change until it is seen as usual', async () => {
    const [before, after] = slots('pass', 'pass');
    const changed = { ...(before as CheckResult), drift: ['model', 'tools'] };
    expect((await samplesOf([aCheck()], [changed])).samples.drift()).toEqual([
      { reason: 'ping: changed since last time: model and tools', since: changed.endedAt },
    ]);
    expect((await samplesOf([aCheck()], [changed, after as CheckResult])).samples.drift()).toEqual([]);
  });

  it('counts a failed check of safety for as long as the window is wide', async () => {
    const { at } = await samplesOf([aCheck({ safety: true })], slots('fail', 'pass'));
    const safety = async (moment: number) => (await at(moment)).safety(15 * minute);
    expect(await safety(noon - 20 * minute)).toEqual([{ reason: 'ping: it is fail', since: noon - 20 * minute }]);
    expect(await safety(noon - 5 * minute)).toHaveLength(1);
    expect(await safety(noon - 4 * minute)).toEqual([]);
    expect((await samplesOf([aCheck()], slots('fail'))).samples.safety(15 * minute)).toBeNull();
  });
});

it('are seen by the evaluation that comes some seconds after them, and once', async () => {
  const watched = await openWatchedFleet(
    [
      ...['version: 1', 'fleet: acme', 'backends: { prod: { kind: otlp } }', 'agents:', '  support:'],
      '    endpoint: { protocol: openai-chat, url: "https://example.com/v1", model: m }',
      '    checks: [{ id: ping, every: 10m, input: hello }]',
    ].join('\n'),
  );
  const said = async () => (await watched.evaluate()).transitions.map(({ rule, to, at, late }) => `${rule} ${to} ${at - noon} ${late}`);
  watched.clock.advance(12_000);
  expect(await said()).toEqual([]);
  await saveResults(watched.journal, [aSlot({ status: 'fail', outcome: 'ok', endedAt: noon + 41_000 })]);
  watched.clock.advance(30_000);
  expect(await said()).toEqual(['down firing 42000 false']);
  watched.clock.advance(5000);
  expect(await said()).toEqual([]);
  await saveResults(watched.journal, [aSlot({ id: 'later', status: 'pass', outcome: 'ok', endedAt: noon + 5 * minute + 1 })]);
  watched.clock.advance(5 * minute);
  const { transitions, moments } = await watched.evaluate();
  expect(transitions).toMatchObject([{ rule: 'down', to: 'resolved', late: false }]);
  // Those of the minutes that were missed, and now.
  expect(moments).toBe(5);
});
