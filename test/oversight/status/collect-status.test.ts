import { describe, expect, test } from 'vitest';
import type { Agent } from '../../../src/fleet/agent.ts';
import type { Context } from '../../../src/ground/runtime/context.ts';
import type { Journal } from '../../../src/ground/store/port.ts';
import { collectHealth, type StatusRequest } from '../../../src/oversight/status/collect-status.ts';
import type { CheckResult } from '../../../src/quality/health/result.ts';
import { saveResults } from '../../../src/quality/health/results.journal.ts';
import { aCheck, aFleet, anAgent, aResult, aSlot, day, hour, minute, noon, selectedOf } from '../../support/facts.ts';
import { fakeClock, fakeContext } from '../../support/fake-context.ts';
import { temporaryJournal } from '../../support/temporary.ts';

interface Given {
  readonly agents?: readonly Agent[];
  readonly stored?: readonly CheckResult[];
  readonly results?: readonly CheckResult[];
  readonly mode?: StatusRequest['mode'];
  readonly journal?: Journal | null;
  readonly ctx?: Partial<Context>;
}

const collect = async ({ agents = [anAgent()], stored = [], results = [], mode = 'run', journal, ctx = {} }: Given) => {
  const fleet = aFleet(...agents);
  const kept = journal === undefined ? await temporaryJournal() : journal;
  // As a run does: what it found is stored before it is judged.
  if (kept !== null) await saveResults(kept, [...stored, ...results]);
  return collectHealth(fakeContext(ctx), fleet, { selected: selectedOf(fleet), results, journal: kept, mode, tookMs: 1, alerts: null });
};
const only = async (given: Given) => {
  const { agents } = await collect(given);
  const [agent] = agents;
  if (agent === undefined) throw new Error('there is no agent');
  return agent;
};
/** Slots ten minutes apart, oldest first, the last at noon. */
const slots = (...statuses: readonly CheckResult['status'][]) =>
  statuses.toReversed().map((status, index) => aSlot({ status, endedAt: noon - index * 10 * minute }));

describe('a run that a person asked for', () => {
  test('judges itself, whatever came before or beside it', async () => {
    const stored = [...slots('fail', 'fail'), aResult({ status: 'fail', endedAt: noon })];
    expect(await only({ stored, results: [aResult({ endedAt: noon - 1 })] })).toMatchObject({ state: 'green' });
    expect(await only({ stored: slots('pass'), results: [aResult({ status: 'fail' })] })).toMatchObject({ state: 'red' });
  });

  test.each(['run', 'slots'] as const)('does not grow old while slower agents are waited for (%s)', async (mode) => {
    const agents = [anAgent({ checks: [aCheck({ schedule: { kind: 'every', everyMs: 1000 } })] })];
    expect(await only({ agents, mode, results: [aSlot({ endedAt: noon - minute })] })).toMatchObject({ state: 'green' });
  });

  test('without a store judges what it has', async () => {
    expect(await only({ journal: null, results: [aResult()] })).toMatchObject({ state: 'green', uptime24h: null, since: noon });
    expect(await only({ journal: null })).toMatchObject({ state: 'unknown', reasons: ['ping: has not run yet'], checks: [] });
  });

  test('counts itself once in the streak, which began with the first of its kind', async () => {
    const stored = [aResult({ status: 'fail', endedAt: noon - 9 }), aResult({ endedAt: noon - 5 }), aResult({ endedAt: noon - 3 })];
    expect(await only({ stored, results: [aResult()] })).toMatchObject({ since: noon - 5, checks: [{ streak: 3 }] });
  });

  test('is yellow since it is, however long it was green before, and the other way round', async () => {
    const stored = [aResult({ endedAt: noon - day }), aResult({ endedAt: noon - hour })];
    const slow = aResult({ status: 'degraded', endedAt: noon - 5 });
    expect(await only({ stored, results: [slow] })).toMatchObject({ state: 'yellow', since: noon - 5, checks: [{ streak: 1 }] });
    expect(await only({ stored: [...stored, slow], results: [aResult()] })).toMatchObject({ state: 'green', since: noon });
    expect(await only({ stored, results: [aResult({ drift: ['model'] })] })).toMatchObject({ state: 'yellow', since: noon });
  });

  test('that skipped a check has seen nothing, whatever was seen before', async () => {
    const results = [aResult({ status: 'skipped', reason: 'no budget' })];
    for (const status of ['pass', 'fail'] as const) {
      expect(await only({ stored: [aResult({ status, endedAt: noon - 5 * minute })], results })).toMatchObject({
        state: 'unknown',
        reasons: ['ping: no budget'],
        checks: [{ status: 'skipped', streak: 1 }],
      });
    }
  });

  test('that was given up is not green by what was seen last week', async () => {
    const controller = new AbortController();
    controller.abort();
    const report = await collect({ stored: [aResult({ endedAt: noon - 7 * day })], ctx: { signal: controller.signal } });
    expect(report).toMatchObject({ complete: false, state: 'yellow', agents: [{ state: 'unknown' }] });
  });
});

describe('scheduled runs', () => {
  const patient = anAgent({ checks: [aCheck({ failAfter: 2, recoverAfter: 2 })] });
  const judged = (stored: readonly CheckResult[], agent = patient) => only({ agents: [agent], stored, mode: 'slots' });

  test('judge stored slots where nothing is due', async () => {
    expect(await judged(slots('pass'))).toMatchObject({ state: 'green', checks: [{ status: 'pass' }] });
    expect(await judged(slots('pass', 'fail'))).toMatchObject({ state: 'yellow' });
    expect(await judged(slots('fail', 'fail'))).toMatchObject({ state: 'red', since: noon - 10 * minute });
  });

  test('that skip a check stand by an earlier slot while that is fresh, and show what was skipped', async () => {
    const skipped = aSlot({ status: 'skipped', reason: 'no budget', endedAt: noon });
    const earlier = (minutes: number) => aSlot({ endedAt: noon - minutes * minute });
    expect(await judged([earlier(25), skipped])).toMatchObject({ state: 'green', checks: [{ status: 'skipped', reason: 'no budget' }] });
    expect(await judged([earlier(26), skipped])).toMatchObject({ state: 'unknown', reasons: ['ping: no budget'] });
  });

  test('an outage that is recovering is told by what broke, since it broke', async () => {
    const agent = await judged(slots('pass', 'fail', 'fail', 'fail', 'pass'));
    expect(agent).toMatchObject({
      state: 'red',
      since: noon - 30 * minute,
      reasons: ['ping: passes again, but not often enough since: it is fail'],
      checks: [{ status: 'pass', streak: 1 }],
    });
  });

  test('manual runs change neither state nor streak', async () => {
    const manual = [aResult({ status: 'fail', endedAt: noon }), aResult({ status: 'fail', endedAt: noon - 1 })];
    expect(await judged([...slots('pass', 'pass'), ...manual])).toMatchObject({ state: 'green', checks: [{ streak: 2 }] });
  });

  test('stale evidence is unknown since it ran out', async () => {
    const stored = slots('pass').map((slot) => ({ ...slot, endedAt: noon - hour }));
    expect(await judged(stored)).toMatchObject({ state: 'unknown', since: noon - 35 * minute });
  });

  test('what was just run is not hidden by a clock that was set back meanwhile', async () => {
    const clock = fakeClock(noon - hour);
    const results = [aSlot({ status: 'fail', endedAt: noon })];
    expect(await only({ results, mode: 'slots', ctx: { clock } })).toMatchObject({ state: 'red' });
  });

  test('what a clock that was ahead has stored decides nothing before its time', async () => {
    const ahead = aSlot({ status: 'fail', endedAt: noon + hour });
    expect(await judged([...slots('pass'), ahead], anAgent())).toMatchObject({ state: 'green' });
  });
});

describe('several agents', () => {
  const results = (failed: readonly string[], passed: readonly string[]) => [
    ...failed.map((agent) => aResult({ id: agent, agent, status: 'fail' })),
    ...passed.map((agent) => aResult({ id: agent, agent })),
  ];
  const always = [{ cron: '* * * * *', zone: 'UTC', forMs: minute }];
  const states = async (given: Given) => {
    const report = await collect({ journal: null, ...given });
    const agents = report.agents.map(({ agent, state, suppressedBy, inMaintenance }) => [agent, state, suppressedBy, inMaintenance]);
    return { fleet: report.state, agents };
  };

  test('a red parent suppresses what depends on it, and only its own tier decides', async () => {
    const agents = [anAgent({ name: 'kb', tier: 2 }), anAgent({ name: 'app', tier: 1, dependsOn: ['kb'] })];
    expect(await states({ agents, results: results(['kb', 'app'], []) })).toEqual({
      fleet: 'yellow',
      agents: [
        ['kb', 'red', null, false],
        ['app', 'red', 'kb', false],
      ],
    });
  });

  test('maintenance of a parent excuses its children too; where nobody counts, nothing is known', async () => {
    const agents = [anAgent({ name: 'kb', maintenance: always }), anAgent({ name: 'app', tier: 1, dependsOn: ['kb'] })];
    expect(await states({ agents, results: results(['kb', 'app'], []) })).toEqual({
      fleet: 'unknown',
      agents: [
        ['kb', 'red', null, true],
        ['app', 'red', 'kb', false],
      ],
    });
  });

  test('a red parent hides no safety event: it decides, now and for its window', async () => {
    const app = anAgent({ name: 'app', tier: 1, dependsOn: ['kb'], checks: [aCheck({ safety: true })] });
    const agents = [anAgent({ name: 'kb', tier: 2 }), app];
    const kb = aResult({ id: 'kb', agent: 'kb', status: 'fail' });
    const ended = (parts: Partial<CheckResult>) => aResult({ id: `app${parts.endedAt}`, agent: 'app', safety: true, ...parts });
    const leaked = ended({ status: 'fail', outcome: 'ok', reason: 'it told a password' });
    expect(await states({ agents, results: [kb, leaked] })).toMatchObject({
      fleet: 'red',
      agents: [
        ['kb', 'red', null, false],
        ['app', 'red', null, false],
      ],
    });
    const since = {
      agents,
      stored: [ended({ status: 'fail', outcome: 'ok', endedAt: noon - 10 * minute })],
      journal: await temporaryJournal(),
    };
    const down = ended({ status: 'fail', outcome: 'unreachable' });
    expect(await states({ ...since, results: [kb, down] })).toMatchObject({ fleet: 'red', agents: [{}, ['app', 'red', null, false]] });
    // What fails because nothing answers is what a red parent explains.
    expect(await states({ agents, results: [kb, down] })).toMatchObject({ fleet: 'yellow', agents: [{}, ['app', 'red', 'kb', false]] });
  });

  test('a parent that is not selected suppresses nobody', async () => {
    const agents = [anAgent({ name: 'app', tier: 1, dependsOn: ['kb'] })];
    expect(await states({ agents, results: results(['app'], []) })).toEqual({ fleet: 'red', agents: [['app', 'red', null, false]] });
  });

  test('selected checks are judged alone', async () => {
    const agent = anAgent({ checks: [aCheck({ id: 'good' }), aCheck({ id: 'bad' })] });
    const journal = await temporaryJournal();
    await saveResults(journal, [aResult({ check: 'bad', status: 'fail' })]);
    const good = aResult({ check: 'good' });
    const fleet = aFleet(agent);
    const selected = [{ agent, checks: agent.checks.filter(({ id }) => id === 'good') }];
    const report = await collectHealth(fakeContext(), fleet, { selected, results: [good], journal, mode: 'run', tookMs: 1, alerts: null });
    expect(report.agents).toMatchObject([{ state: 'green', checks: [{ check: 'good' }] }]);
  });

  test('uptime is that of a day, over all checks of an agent', async () => {
    const stored = [
      aResult({ status: 'fail', endedAt: noon - 2 * day }),
      aResult({ status: 'fail', endedAt: noon - hour, check: 'other' }),
    ];
    expect(await only({ stored, results: [aResult()] })).toMatchObject({ uptime24h: 0.5 });
  });
});

test('a probe budget that cannot stop a check is a warning beside the state', async () => {
  const checks = [
    aCheck({ id: 'told' }),
    aCheck({ id: 'untold' }),
    aCheck({ id: 'down' }),
    aCheck({ id: 'look', kind: 'probe' }),
    aCheck({ id: 'cases', kind: 'suite' }),
  ];
  const results = [
    aResult({ id: '5', check: 'cases', costNanos: null }),
    aResult({ id: '1', check: 'told', costNanos: 5 }),
    aResult({ id: '2', check: 'untold', costNanos: null }),
    aResult({ id: '3', check: 'down', status: 'fail', outcome: 'unreachable' }),
    aResult({ id: '4', check: 'look' }),
  ];
  const warned = await only({ agents: [anAgent({ probeBudgetNanos: 1_000_000_000, checks })], results });
  expect(warned.warnings).toEqual([
    'the probe budget of $1.00 a day cannot stop untold and cases: the cost is not known (name the model under prices)',
  ]);
  expect((await only({ agents: [anAgent({ checks })], results })).warnings).toEqual([]);
});

test('a safety event keeps an agent red for its window, however well it answers since', async () => {
  const agent = anAgent({ checks: [aCheck({ safety: true })] });
  const failedAt = (ago: number) => [aResult({ status: 'fail', safety: true, endedAt: noon - ago })];
  expect(await only({ agents: [agent], stored: failedAt(15 * minute), results: [aResult()] })).toMatchObject({
    state: 'red',
    since: noon - 15 * minute,
  });
  expect(await only({ agents: [agent], stored: failedAt(16 * minute), results: [aResult()] })).toMatchObject({ state: 'green' });
});

test('a safety event is remembered behind any number of good answers, and also where a person has met it', async () => {
  const agents = [anAgent({ checks: [aCheck({ safety: true })] })];
  const met = aResult({ status: 'fail', reason: 'it told a password', endedAt: noon - 10 * minute });
  const since = Array.from({ length: 100 }, (_, index) => aSlot({ endedAt: noon - index * 1000 }));
  for (const mode of ['run', 'slots'] as const) {
    expect(await only({ agents, mode, stored: [met, ...since] })).toMatchObject({
      state: 'red',
      reasons: ['ping: a safety event in the last 15 m: it told a password'],
    });
  }
});
