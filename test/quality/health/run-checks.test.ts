import { describe, expect, test } from 'vitest';
import type { Agent, Check } from '../../../src/fleet/agent.ts';
import type { Slot } from '../../../src/fleet/slots.ts';
import type { Context } from '../../../src/ground/runtime/context.ts';
import type { Journal } from '../../../src/ground/store/port.ts';
import type { CheckResult } from '../../../src/quality/health/result.ts';
import { latestResults, resultsSince, saveBeat, saveResults } from '../../../src/quality/health/results.journal.ts';
import { type RunEvent, type RunOptions, runChecks } from '../../../src/quality/health/run-checks.ts';
import { aCheck, aFleet, aHeartbeat, anAgent, aResult, day, hour, minute, noon, selectedOf } from '../../support/facts.ts';
import { type Answer, fakeAgents } from '../../support/fake-agents.ts';
import { fakeClock, fakeContext, fakeRandom } from '../../support/fake-context.ts';
import { fakeJudge, passes } from '../../support/fake-judge.ts';
import { gate } from '../../support/gate.ts';
import { expectation } from '../../support/grade.ts';
import { temporaryJournal } from '../../support/temporary.ts';
import { says, turn } from '../../support/turn.ts';

interface Run {
  readonly agents: readonly Agent[];
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly journal?: Journal | null;
  readonly ctx?: Partial<Context>;
  readonly options?: Partial<RunOptions>;
}

/** One for all runs, as ids must differ between them. */
const random = fakeRandom();

/** Runs all checks of these agents, whose hosts are `<agent>.example`. */
const run = async ({ agents, answers = {}, journal = null, ctx = {}, options = {} }: Run) => {
  const fleet = aFleet(...agents);
  const { protocols, asked } = fakeAgents(answers);
  const events: RunEvent[] = [];
  const running = runChecks(
    fakeContext({ random, ...ctx }),
    fleet,
    selectedOf(fleet),
    { protocols, journal, due: false, timeoutMs: null, concurrency: { total: 16, perHost: 8 }, ...options },
    (event) => events.push(event),
  );
  return { results: await running, asked, events };
};
const byName = (results: readonly CheckResult[]) =>
  Object.fromEntries(results.map((result) => [`${result.agent}/${result.check}`, result.status]));
const stored = (journal: Journal, agent = 'support') => resultsSince(journal, agent, 0);
const expecting = async (...raw: readonly unknown[]): Promise<readonly Slot[]> =>
  Promise.all(raw.map(async (each) => ({ kind: 'expect', config: await expectation(each), at: { file: 'f', line: 1, column: 1 } })));
const down = () => turn({ outcome: 'unreachable', cause: 'refused', detail: 'it refused the connection' });

describe('a run', () => {
  test('stores what it answers, and tells of each as it ends', async () => {
    const journal = await temporaryJournal();
    const agents = [anAgent({ name: 'a' }), anAgent({ name: 'b', checks: [aCheck({ id: 'one' }), aCheck({ id: 'two' })] })];
    const { results, events } = await run({ agents, answers: { 'b.example': down }, journal });
    expect(byName(results)).toEqual({ 'a/ping': 'pass', 'b/one': 'fail', 'b/two': 'fail' });
    expect([...(await stored(journal, 'a')), ...(await stored(journal, 'b'))].map(({ id }) => id).toSorted()).toEqual(
      results.map(({ id }) => id).toSorted(),
    );
    expect(events.map((event) => (event.kind === 'ended' ? [event.done, event.checks] : event.kind))).toEqual([
      'planned',
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  test('keeps nothing without a journal', async () =>
    expect(byName((await run({ agents: [anAgent()] })).results)).toEqual({ 'support/ping': 'pass' }));

  test('answers the same whatever the order in which agents answer', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const inOrder = async (order: readonly string[]) => {
      const gates = new Map(names.map((name) => [name, gate()]));
      const slow =
        (name: string): Answer =>
        async () => {
          await gates.get(name)?.passed;
          setImmediate(() => gates.get(order[order.indexOf(name) + 1] ?? '')?.open());
          return name === 'c' ? down() : turn();
        };
      gates.get(order[0] ?? '')?.open();
      const answers = Object.fromEntries(names.map((name) => [`${name}.example`, slow(name)]));
      const { results } = await run({ agents: names.map((name) => anAgent({ name })), answers });
      expect(results.map(({ agent }) => agent)).toEqual(order);
      return byName(results);
    };
    expect(await inOrder(['d', 'b', 'a', 'c'])).toEqual(await inOrder(['a', 'c', 'b', 'd']));
  });

  test('asks no more at once than it may, in all and of one host', async () => {
    let running = 0;
    const most = { total: 0, host: 0 };
    const perHost = new Map<string, number>();
    const busy =
      (host: string): Answer =>
      async () => {
        running += 1;
        perHost.set(host, (perHost.get(host) ?? 0) + 1);
        most.total = Math.max(most.total, running);
        most.host = Math.max(most.host, perHost.get(host) ?? 0);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        perHost.set(host, (perHost.get(host) ?? 0) - 1);
        return turn();
      };
    const checks = Array.from({ length: 6 }, (_, n) => aCheck({ id: `c${n}` }));
    const agents = ['a', 'b', 'c'].map((name) => anAgent({ name, checks }));
    const answers = Object.fromEntries(['a.example', 'b.example', 'c.example'].map((host) => [host, busy(host)]));
    await run({ agents, answers, options: { concurrency: { total: 4, perHost: 2 } } });
    expect(most).toEqual({ total: 4, host: 2 });
  });

  test('is not held up by a host that hangs', async () => {
    const dead = gate();
    const agents = [anAgent({ name: 'dead', checks: [aCheck({ id: 'a' }), aCheck({ id: 'b' })] }), anAgent({ name: 'alive' })];
    const answers: Record<string, Answer> = {
      'dead.example': async () => {
        await dead.passed;
        return turn();
      },
      'alive.example': () => {
        dead.open();
        return turn();
      },
    };
    const { results } = await run({ agents, answers, options: { concurrency: { total: 2, perHost: 1 } } });
    expect(results[0]?.agent).toBe('alive');
    expect(results).toHaveLength(3);
  });

  test('takes a protocol that throws for its own fault, and goes on', async () => {
    const broken = () => {
      throw new Error('s3cret is not set');
    };
    const { results } = await run({ agents: [anAgent(), anAgent({ name: 'b' })], answers: { 'support.example': broken } });
    expect(results.find(({ agent }) => agent === 'support')).toMatchObject({
      status: 'error',
      outcome: 'checker_error',
      reason: 'the request could not be made: *** is not set',
    });
    expect(byName(results)['b/ping']).toBe('pass');
  });

  test('lets the narrowest limit count', async () => {
    const { asked } = await run({ agents: [anAgent({ checks: [aCheck({ timeoutMs: 4000 })] })] });
    expect(asked[0]?.ask.limits).toEqual({ totalMs: 4000, connectMs: 4000, firstByteMs: 4000, stallMs: 4000 });
    const { asked: hasty } = await run({ agents: [anAgent({ checks: [aCheck({ timeoutMs: 4000 })] })], options: { timeoutMs: 500 } });
    expect(hasty[0]?.ask.limits.totalMs).toBe(500);
  });
});

describe('assertions', () => {
  const check = async (...raw: readonly unknown[]) => aCheck({ expect: await expecting(...raw) });
  const judged = async (one: Check, answer: Answer) => {
    const { results, asked } = await run({ agents: [anAgent({ checks: [one] })], answers: { 'support.example': answer } });
    return { ...results[0], turns: asked.length };
  };

  test('decide, and what they saw is masked', async () => {
    const result = await judged(await check({ contains: '30 days' }), () => says('ask s3cret'));
    expect(result).toMatchObject({ status: 'fail', assertions: [{ assertion: 'contains: 30 days', pass: false }] });
    expect(JSON.stringify(result)).not.toContain('s3cret');
  });

  test('may expect an outcome', async () =>
    expect(await judged(await check({ outcome: 'interrupted' }), () => turn({ outcome: 'interrupted' }))).toMatchObject({
      status: 'pass',
    }));

  test.each([
    ['a turn that ends as its assertion expected goes on', { outcome: 'refused' }, 'refused', 'pass', 2],
    ['one that ends otherwise ends the conversation', { outcome: 'refused' }, 'timeout', 'fail', 1],
    ['also where only a refusal was expected', 'is-refusal', 'timeout', 'fail', 1],
    ['and where a refusal was ruled out', 'not-is-refusal', 'refused', 'fail', 1],
  ] as const)('%s', async (_, expected, outcome, status, turns) => {
    const two = aCheck({
      turns: [
        { input: 'one', expect: await expecting(expected) },
        { input: 'two', expect: [] },
      ],
    });
    let asked = 0;
    const answer = () => {
      asked += 1;
      return asked === 1 ? turn({ outcome, text: 'no' }) : turn();
    };
    expect(await judged(two, answer)).toMatchObject({ status, turns });
  });

  test('on a conversation that ended early are not asked', async () => {
    const two = aCheck({
      turns: [
        { input: 'one', expect: [] },
        { input: 'two', expect: [] },
      ],
      expect: await expecting({ contains: 'x' }),
    });
    expect(await judged(two, () => turn({ outcome: 'truncated' }))).toMatchObject({ status: 'fail', assertions: [], turns: 1 });
  });
});

describe('retries', () => {
  const retrying = anAgent({ checks: [aCheck({ retry: { max: 2, on: ['unreachable', 'rate_limited'] } })] });

  test('a pass on a later attempt is degraded, and says what all attempts cost', async () => {
    const clock = fakeClock();
    let asked = 0;
    const flaky = () => {
      asked += 1;
      return asked < 3 ? { ...down(), costNanos: 10 } : turn({ costNanos: 5 });
    };
    const { results } = await run({ agents: [retrying], answers: { 'support.example': flaky }, ctx: { clock } });
    expect(results[0]).toMatchObject({ status: 'degraded', attempts: 3, costNanos: 25, reason: 'passed only on attempt 3' });
    expect(clock.slept).toHaveLength(2);
  });

  test('an agent is given the time it asked for', async () => {
    const clock = fakeClock();
    const limited = () => turn({ outcome: 'rate_limited', retryAfterMs: 7000 });
    const { results } = await run({ agents: [retrying], answers: { 'support.example': limited }, ctx: { clock } });
    expect(clock.slept).toEqual([7000, 7000]);
    expect(results[0]).toMatchObject({ status: 'error', outcome: 'rate_limited', attempts: 3 });
  });
});

describe('probes', () => {
  test('are noted before anything is sent, under the ids that are sent', async () => {
    const journal = await temporaryJournal();
    const noted: (readonly unknown[])[] = [];
    const answer: Answer = async ({ traceId }) => {
      noted.push(await journal.all('SELECT agent FROM probe WHERE trace_id = ?', traceId));
      return turn();
    };
    const { results, asked } = await run({
      agents: [anAgent(), anAgent({ name: 'b' })],
      answers: { 'support.example': answer, 'b.example': answer },
      journal,
    });
    expect(noted).toHaveLength(2);
    expect(noted).toEqual(expect.arrayContaining([[{ agent: 'support' }], [{ agent: 'b' }]]));
    expect(results.map(({ traceId }) => traceId).toSorted()).toEqual(asked.map(({ ask }) => ask.traceId).toSorted());
  });

  test('that cannot be noted are not sent', async () => {
    const journal: Journal = { ...(await temporaryJournal()), commit: () => Promise.reject(new Error('the disk is full')) };
    const sent: string[] = [];
    const answer: Answer = ({ input }) => {
      sent.push(input);
      return turn();
    };
    await expect(run({ agents: [anAgent()], answers: { 'support.example': answer }, journal })).rejects.toThrow('the disk is full');
    expect(sent).toEqual([]);
  });
});

describe('due', () => {
  const due = (journal: Journal, clock = fakeClock(), agent = anAgent()) =>
    run({ agents: [agent], journal, ctx: { clock }, options: { due: true } });

  test('a slot is filled once, by whichever run comes first in it', async () => {
    const journal = await temporaryJournal();
    const clock = fakeClock();
    expect((await due(journal, clock)).results).toHaveLength(1);
    expect((await due(journal, clock)).results).toHaveLength(0);
    clock.advance(10 * minute);
    expect((await due(journal, clock)).results).toHaveLength(1);
    const slots = (await stored(journal)).map(({ slotAt }) => slotAt ?? 0);
    expect((slots[1] ?? 0) - (slots[0] ?? 0)).toBe(10 * minute);
  });

  test('a manual run fills none', async () => {
    const journal = await temporaryJournal();
    await run({ agents: [anAgent()], journal });
    expect((await due(journal)).results).toHaveLength(1);
  });

  test('a clock that was ahead once does not stop the schedule', async () => {
    const journal = await temporaryJournal();
    const clock = fakeClock(noon + 365 * day);
    await due(journal, clock);
    clock.advance(-365 * day);
    expect((await due(journal, clock)).results).toHaveLength(1);
  });

  test('two runs at once leave one result in the slot and keep the other beside it', async () => {
    const journal = await temporaryJournal();
    const [bothAsked, asked] = [gate(), new Set<number>()];
    const whenBothAsked =
      (no: number): Answer =>
      async () => {
        if (asked.add(no).size === 2) bothAsked.open();
        await bothAsked.passed;
        return turn();
      };
    const both = [1, 2].map((no) =>
      run({ agents: [anAgent()], answers: { 'support.example': whenBothAsked(no) }, journal, options: { due: true } }),
    );
    expect((await Promise.all(both)).map(({ results }) => results.length)).toEqual([1, 1]);
    const slots = await latestResults(journal, { agent: 'support', check: 'ping', series: 'slots', until: noon, limit: 9 });
    expect(slots).toHaveLength(1);
    expect(await stored(journal)).toHaveLength(2);
  });
});

describe('heartbeats', () => {
  const agent = anAgent({ endpoint: null, checks: [aHeartbeat(day, hour)] });
  test('are judged by the last beat, and nothing is sent', async () => {
    const journal = await temporaryJournal();
    expect(byName((await run({ agents: [agent], journal })).results)).toEqual({ 'support/beat': 'error' });
    await saveBeat(journal, 'support', 'beat', 'b1', { at: noon - 2 * day, status: 'ok', note: '' });
    expect(byName((await run({ agents: [agent], journal })).results)).toEqual({ 'support/beat': 'fail' });
    await saveBeat(journal, 'support', 'beat', 'b2', { at: noon, status: 'ok', note: '' });
    const { results, asked } = await run({ agents: [agent], journal });
    expect(results[0]).toMatchObject({ status: 'pass', outcome: null, traceId: null, attempts: 0 });
    expect(asked).toEqual([]);
  });

  test('cannot be judged without the store', async () =>
    expect((await run({ agents: [agent] })).results[0]).toMatchObject({ status: 'skipped' }));

  test('keep no secret that was reported with them', async () => {
    const journal = await temporaryJournal();
    await saveBeat(journal, 'support', 'beat', 'b1', { at: noon, status: 'fail', note: 's3cret expired' });
    const { results } = await run({ agents: [agent], journal });
    expect(results[0]?.reason).toContain('*** expired');
  });
});

describe('the probe budget', () => {
  const dear = () => turn({ costNanos: 600 });
  const agent = (probeBudgetNanos: number, ids: readonly string[]) =>
    anAgent({ probeBudgetNanos, checks: [...ids.map((id) => aCheck({ id })), aCheck({ id: 'look', kind: 'probe', turns: [] })] });

  test('used up by earlier runs of the day, prompts are skipped; looking costs nothing', async () => {
    const journal = await temporaryJournal();
    await saveResults(journal, [aResult({ costNanos: 2_000_000_000, endedAt: noon - 11 * hour })]);
    const { results, asked } = await run({ agents: [agent(1_000_000_000, ['a'])], journal });
    expect(byName(results)).toEqual({ 'support/a': 'skipped', 'support/look': 'pass' });
    expect(results.find(({ check }) => check === 'a')?.reason).toBe('the probe budget of $1.00 a day is used up ($2.00 spent today)');
    expect(asked).toHaveLength(1);
  });

  test('yesterday does not count', async () => {
    const journal = await temporaryJournal();
    await saveResults(journal, [aResult({ costNanos: 2_000_000_000, endedAt: noon - 13 * hour })]);
    expect(byName((await run({ agents: [agent(1_000_000_000, ['a'])], journal })).results)['support/a']).toBe('pass');
  });

  const sentOf = (results: readonly CheckResult[]): number => results.filter(({ status }) => status === 'pass').length - 1;
  const spentOf = (results: readonly CheckResult[]): number =>
    results.filter(({ check }) => check !== 'look').reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0);

  test.each([1, 16])('is never overspent, %d at once, and what it allows is asked', async (total) => {
    const { results } = await run({
      agents: [agent(2000, ['a', 'b', 'c', 'd', 'e', 'f'])],
      answers: { 'support.example': () => new Promise((answer) => setImmediate(() => answer(dear()))) },
      journal: await temporaryJournal(),
      options: { concurrency: { total, perHost: total } },
    });
    expect([sentOf(results), spentOf(results)]).toEqual([3, 1800]);
    expect(results.find(({ status }) => status === 'skipped')?.reason).toMatch(
      /^the probe budget of \S+ a day has \S+ left, and one prompt costs about \S+$/,
    );
  });

  test('holds without the store for what the run itself spends', async () => {
    const { results } = await run({ agents: [agent(1000, ['a', 'b', 'c'])], answers: { 'support.example': dear } });
    expect(sentOf(results)).toBe(1);
  });

  test('is reserved by what a check cost last time, so that cheap ones still go', async () => {
    const journal = await temporaryJournal();
    await saveResults(journal, [
      aResult({ check: 'a', costNanos: 900, endedAt: noon - 2 * day }),
      aResult({ check: 'b', costNanos: 100, endedAt: noon - 2 * day }),
      aResult({ check: 'b', costNanos: null, endedAt: noon - day }),
    ]);
    const cheap = () => turn({ costNanos: 100 });
    const { results } = await run({ agents: [agent(500, ['a', 'b'])], answers: { 'support.example': cheap }, journal });
    expect(byName(results)).toMatchObject({ 'support/a': 'skipped', 'support/b': 'pass' });
  });

  test('of prompts whose cost nobody tells, stops none and lets them go together after the first', async () => {
    let [underway, most] = [0, 0];
    const free = async () => {
      most = Math.max(most, ++underway);
      await new Promise(setImmediate);
      underway -= 1;
      return turn({ costNanos: null });
    };
    const prompts = anAgent({ probeBudgetNanos: 1000, checks: ['a', 'b', 'c', 'd'].map((id) => aCheck({ id })) });
    const { results } = await run({ agents: [prompts], answers: { 'support.example': free } });
    expect([results.filter(({ status }) => status === 'pass').length, most]).toEqual([4, 3]);
  });

  test('holds what judges take as well, where the agent does not tell its own cost', async () => {
    const rubric = await expecting({ 'llm-rubric': 'is polite' });
    const judged = ['a', 'b', 'c', 'd'].map((id) => aCheck({ id, expect: rubric }));
    const { results } = await run({
      agents: [anAgent({ probeBudgetNanos: 5_000_000, checks: judged })],
      answers: { 'support.example': () => turn({ costNanos: null }) },
      options: { judges: fakeJudge([passes()]) },
    });
    expect(results.map(({ status }) => status).toSorted()).toEqual(['pass', 'pass', 'skipped', 'skipped']);
  });

  test('is reserved for what judges took last time, too', async () => {
    const journal = await temporaryJournal();
    await saveResults(journal, [aResult({ check: 'a', costNanos: 100, judgeNanos: 900, endedAt: noon - day })]);
    expect(byName((await run({ agents: [agent(500, ['a'])], journal })).results)['support/a']).toBe('skipped');
  });

  test('keeps no agent waiting for the prompts of another', async () => {
    const [stuck, others] = [gate(), gate()];
    let answered = 0;
    const running = run({
      agents: [agent(1000, ['a', 'b', 'c']), anAgent({ name: 'other', checks: ['x', 'y', 'z'].map((id) => aCheck({ id })) })],
      answers: {
        'support.example': async () => {
          await stuck.passed;
          return dear();
        },
        'other.example': () => {
          answered += 1;
          if (answered === 3) others.open();
          return turn();
        },
      },
      options: { concurrency: { total: 3, perHost: 3 } },
    });
    await others.passed;
    stuck.open();
    expect((await running).results).toHaveLength(7);
  });

  test('is given back by a prompt that broke', async () => {
    const { results } = await run({ agents: [agent(1000, ['a', 'b'])], answers: { 'support.example': down } });
    expect(results.filter(({ status }) => status === 'fail')).toHaveLength(3);
  });
});

test('drift is what differs from the last time it was told', async () => {
  const journal = await temporaryJournal();
  const clock = fakeClock();
  const drifts: (readonly string[] | undefined)[] = [];
  for (const model of ['m-1', 'm-1', null, 'm-2', 'm-2']) {
    clock.advance(minute);
    const { results } = await run({
      agents: [anAgent()],
      answers: { 'support.example': () => turn({ model }) },
      journal,
      ctx: { clock },
    });
    drifts.push(results[0]?.drift);
  }
  expect(drifts).toEqual([[], [], [], ['model'], []]);
});

describe('our own network', () => {
  const lost = (outcome: 'unreachable' | 'timeout' | 'checker_error', cause: string) => () => turn({ outcome, cause, detail: `${cause}.` });
  const three = ['a', 'b', 'c'].map((name) => anAgent({ name }));
  const answers = {
    'a.example': lost('unreachable', 'no such host'),
    'b.example': lost('timeout', 'connect timeout'),
    'c.example': lost('checker_error', 'own network'),
  };

  test('down: no agent is to blame, and that is what is stored', async () => {
    const journal = await temporaryJournal();
    const { results } = await run({ agents: three, answers, journal });
    expect(results.map(({ status, outcome, cause }) => [status, outcome, cause])).toEqual(
      three.map(() => ['error', 'checker_error', 'own network']),
    );
    expect((await stored(journal, 'a'))[0]?.reason).toBe(
      'none of the 3 hosts asked could be reached, so it is the network of this machine: no such host.',
    );
  });

  test('is there once any host was reached, before or after', async () => {
    for (const reached of ['a.example', 'c.example']) {
      const { results } = await run({ agents: three, answers: { ...answers, [reached]: () => turn() } });
      expect(results.filter(({ status }) => status === 'pass')).toHaveLength(1);
      expect(results.find(({ agent }) => agent === 'b')).toMatchObject({ status: 'fail', outcome: 'timeout' });
      expect(results).toHaveLength(3);
    }
  });

  test('a program of this machine that answers says nothing of it', async () => {
    const local = anAgent({
      name: 'local',
      endpoint: { ...anAgent().endpoint, kind: 'fake', config: { url: { secret: 'http://127.0.0.1:1/', base: '/' } }, at: anAgent().at },
    });
    const { results } = await run({ agents: [...three, local], answers });
    expect(byName(results)).toEqual({ 'a/ping': 'error', 'b/ping': 'error', 'c/ping': 'error', 'local/ping': 'pass' });
  });

  test('a single host that is gone is a finding', async () =>
    expect(byName((await run({ agents: three.slice(0, 1), answers })).results)).toEqual({ 'a/ping': 'fail' }));
});

describe('given up', () => {
  test('what has ended is stored, what runs is dropped, nothing is started', async () => {
    const journal = await temporaryJournal();
    const controller = new AbortController();
    const answers: Record<string, Answer> = {
      'b.example': (_, signal) => {
        controller.abort(new Error('stopped'));
        return signal.aborted ? turn({ outcome: 'checker_error', cause: 'aborted' }) : turn();
      },
    };
    const { results, asked } = await run({
      agents: ['a', 'b', 'c'].map((name) => anAgent({ name })),
      answers,
      journal,
      ctx: { signal: controller.signal },
      options: { concurrency: { total: 1, perHost: 1 } },
    });
    expect(asked.map(({ host }) => host)).toEqual(['a.example', 'b.example']);
    expect(byName(results)).toEqual({ 'a/ping': 'pass' });
    expect(await stored(journal, 'a')).toHaveLength(1);
    expect(await stored(journal, 'b')).toHaveLength(0);
  });
});

test('a journal that fails is said after the run, and nothing is claimed to be stored', async () => {
  const journal = await temporaryJournal();
  const failing: Journal = {
    ...journal,
    commit: (writes) => (writes[0]?.sql.includes('check_result') ? Promise.reject(new Error('the disk is full')) : journal.commit(writes)),
  };
  const sent: string[] = [];
  const answer: Answer = ({ traceId }) => {
    sent.push(traceId);
    return turn();
  };
  const agents = [anAgent({ name: 'a' }), anAgent({ name: 'b' })];
  await expect(run({ agents, answers: { 'a.example': answer, 'b.example': answer }, journal: failing })).rejects.toThrow(
    'the disk is full',
  );
  expect(sent).toHaveLength(2);
});
