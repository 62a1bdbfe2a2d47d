import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openTwins, type Twins } from '../../../src/controls/actions/open-twins.ts';
import { readChain } from '../../../src/ground/audit/audit.journal.ts';
import { verifyChain } from '../../../src/ground/audit/verify-chain.ts';
import { OpsError } from '../../../src/ground/errors.ts';
import type { Context } from '../../../src/ground/runtime/context.ts';
import type { Journal } from '../../../src/ground/store/port.ts';
import { openSqliteJournal } from '../../../src/ground/store/sqlite.ts';
import { recordFreeze } from '../../../src/response/incidents/record-freeze.ts';
import { drawPlan } from '../../../src/response/runbooks/draw-plan.ts';
import { requireGuards } from '../../../src/response/runbooks/require-guards.ts';
import { runRunbook } from '../../../src/response/runbooks/run-runbook.ts';
import type { Runbook } from '../../../src/response/runbooks/runbook.ts';
import { findRuns } from '../../../src/response/runbooks/runs.journal.ts';
import { type Call, callsFor, type FiredAlert } from '../../../src/response/runbooks/trigger.ts';
import { aFleet, anAgent, noControls, noon } from '../../support/facts.ts';
import { fakeClock, fakeContext, fakeRandom } from '../../support/fake-context.ts';
import { plainControl } from '../../support/plain-control.ts';
import { plainRunbook, plainSlot } from '../../support/rehearsal.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** More than the runs that may be: the lock of an agent alone would let each of them through. */
const names = ['support', 'refunds', 'orders', 'stock', 'invoices', 'search'];
const fleet = aFleet(
  ...names.map((name) => anAgent({ name, controls: { ...noControls, throttle: plainSlot('throttle'), disable: plainSlot('door') } })),
);

const storming = plainRunbook(
  '- throttle: { requests_per_minute: 10 }\n  target: "{{ params.agent }}"\n- notify: { message: it is slow }',
  'triggers: [{ alert: "*loop*", mode: auto }]\nguardrails: { runs_per_hour: 3 }\n',
);
const safety: Runbook = {
  ...plainRunbook('- disable: {}\n  target: "{{ params.agent }}"', 'triggers: [{ alert: "*safety*", mode: auto }]\n'),
  name: 'contain',
  class: 'safety',
};

interface Stage {
  readonly journal: Journal;
  readonly twins: Twins;
  /** A process of its own, as far as the journal can tell. */
  processes(): Promise<Context>;
}

const openStage = async (clock = fakeClock(noon)): Promise<Stage> => {
  const path = join(temporaryFolder(), 'journal.db');
  const open = async () => {
    const journal = await openSqliteJournal(path, () => clock.now());
    onTestFinished(() => journal.close());
    return journal;
  };
  const twins = openTwins({ real: async () => plainControl(), clock });
  let seed = 0;
  return {
    journal: await open(),
    twins,
    processes: async () => {
      const journal = await open();
      seed += 1;
      return fakeContext({ clock, random: fakeRandom(seed), env: { AGENTOPS_ACTOR: 'tick' }, journal: async () => journal });
    },
  };
};

/** What a job that looks at alerts does with one that calls for a runbook by itself. Answers why not, or `started`. */
const start = async (ctx: Context, { twins }: Stage, { runbook, params, mode }: Call, isAutomatic = true): Promise<string> => {
  expect(mode).toBe('auto');
  try {
    const plan = await drawPlan(ctx, fleet, { runbook, params, aids: { open: twins.open } });
    const aids = {
      open: twins.open,
      verify: async () => ({ verdict: 'pass', evidence: '' }) as const,
      decide: async () => ({ value: true, why: null }) as const,
    };
    const guard = () => requireGuards(ctx, fleet, runbook, plan, { isAutomatic, ignoresTick: false });
    await guard();
    const cause = { kind: 'alert', rule: 'loops', agent: String(params['agent']) } as const;
    await runRunbook(ctx, fleet, { plan, runbook, cause, actor: 'tick', approvals: [], incident: null, guard }, aids, () => undefined);
    return 'started';
  } catch (thrown) {
    if (!(thrown instanceof OpsError) || thrown.kind !== 'refused') throw thrown;
    return thrown.code;
  }
};

const called = (runbooks: readonly Runbook[], alert: FiredAlert): Call => {
  const [call] = callsFor(runbooks, alert, names);
  if (call === undefined) throw new Error(`${alert.rule} calls for nothing`);
  return call;
};

const runsIn = async (journal: Journal) => (await findRuns(journal, { since: 0, open: false }, 10_000)).length;

const counted = (words: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
};

test('a thousand triggers at once, in several processes, start as many runs as may be and no more', async () => {
  const stage = await openStage();
  const processes = await Promise.all(Array.from({ length: 4 }, stage.processes));
  const came = await Promise.all(
    Array.from({ length: 1000 }, (_, at) =>
      start(
        processes[at % processes.length] as Context,
        stage,
        called([storming], { rule: 'a-loop', agent: names[at % names.length] ?? '' }),
      ),
    ),
  );
  const { started = 0, ...refused } = counted(came);
  expect(started).toBe(await runsIn(stage.journal));
  expect(started).toBe(3);
  expect(Object.keys(refused).every((code) => code === 'runs_per_hour' || code === 'locked')).toBe(true);
  expect(stage.twins.acts.length).toBeLessThanOrEqual(3);
  expect((await verifyChain(readChain(stage.journal), null)).broken).toBeNull();
}, 60_000);

test('a thousand triggers in a row, one every four seconds, start three an hour', async () => {
  const clock = fakeClock(noon);
  const stage = await openStage(clock);
  const ctx = await stage.processes();
  const came: string[] = [];
  for (let at = 0; at < 1000; at++) {
    came.push(await start(ctx, stage, called([storming], { rule: 'a-loop', agent: 'support' })));
    clock.advance(4000);
  }
  expect(counted(came)).toEqual({ started: 6, runs_per_hour: 994 });
}, 60_000);

test('a frozen fleet starts nothing by itself, but what contains for safety, unless that is frozen too; people go on', async () => {
  const stage = await openStage();
  const ctx = await stage.processes();
  const loop = called([storming], { rule: 'a-loop', agent: 'support' });
  const harm = (agent: string) => called([safety], { rule: 'safety', agent });
  const wish = { agent: null, forMs: 3_600_000, reason: 'release day' };

  await recordFreeze(ctx, { ...wish, stopsSafety: false });
  expect(await start(ctx, stage, loop)).toBe('frozen');
  expect(stage.twins.acts).toEqual([]);
  expect(await start(ctx, stage, harm('support'))).toBe('started');
  expect(await start(ctx, stage, loop, false)).toBe('started');

  await recordFreeze(ctx, { ...wish, stopsSafety: true });
  expect(await start(ctx, stage, harm('refunds'))).toBe('frozen');
  expect(stage.twins.acts.map(({ action, target }) => `${action} ${target}`)).toEqual([
    'disable plain of support (2)',
    'throttle plain of support',
  ]);
});

test('an agent that only the alert knows, and words in its name, start nothing', () => {
  for (const agent of ['nobody', '; rm -rf /', '--flag', 'support\n', null]) {
    const call = called([storming], { rule: 'a-loop', agent });
    expect(call).toMatchObject({ mode: 'suggest', missing: ['agent'] });
  }
});
