import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openTwins } from '../../../src/controls/actions/open-twins.ts';
import { systemClock } from '../../../src/ground/runtime/clock.ts';
import { breakLease, heldLeases, takeLease } from '../../../src/ground/store/lease.ts';
import { openSqliteJournal } from '../../../src/ground/store/sqlite.ts';
import { runLease } from '../../../src/response/runbooks/open-locks.ts';
import { agentsOf } from '../../../src/response/runbooks/plan.ts';
import { openRunRecorder } from '../../../src/response/runbooks/record-run.ts';
import type { RunHead, RunNews } from '../../../src/response/runbooks/run.ts';
import { runMoves } from '../../../src/response/runbooks/run-moves.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { plainRunbook, rehearsalOf } from '../../support/rehearsal.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const steps = { wait: '- wait: 9m\n', confirm: '- throttle: { requests_per_minute: 10 }\n  target: "{{ params.agent }}"\n  timeout: 9m\n' };

/** Carries a run out by the clock of this machine, under a lease that is broken as soon as `isThere` says so of it. */
const brokenOff = async (yaml: string, isThere: (news: RunNews) => boolean) => {
  const journal = await openSqliteJournal(join(temporaryFolder(), 'journal.db'), () => Date.now());
  onTestFinished(() => journal.close());
  const { plan, real } = await rehearsalOf(plainRunbook(yaml));
  const { open } = openTwins({ real, clock: systemClock });
  const head: RunHead = {
    ...{ id: 'plain-7', runbook: 'plain', class: 'other', agents: agentsOf(plan), plan, cause: { kind: 'person' } },
    ...{ actor: 'maria', incident: null, startedAt: Date.now() },
  };
  const lease = await takeLease(journal, { name: runLease(head.id), owner: 'plain-7 first', ttlMs: 600 });
  if (lease === null) throw new Error('the lease is held');
  const ctx = fakeContext({ clock: systemClock, env: { AGENTOPS_ACTOR: 'maria' }, journal: async () => journal });
  const recorder = await openRunRecorder(ctx, head, [lease], async () => undefined);
  onTestFinished(() => recorder.close());
  await recorder.record({ kind: 'status', status: 'running', why: '', step: null });
  const broken: Promise<void>[] = [];
  const takeOver = async () => journal.commit((await heldLeases(journal, runLease(head.id))).map(breakLease));
  const aids = {
    open: async (...[agent, slot, access]: Parameters<typeof open>) => ({
      ...(await open(agent, slot, access)),
      confirm: async () => 'not-yet' as const,
    }),
    verify: async () => ({ verdict: 'pass', evidence: '' }) as const,
    decide: async () => ({ value: true, why: null }) as const,
  };
  const on = (news: RunNews) => {
    if (broken.length === 0 && isThere(news)) broken.push(takeOver());
  };
  const ended = runMoves({ ctx, fleet: 'acme', channels: [], run: head, recorder, aids, on });
  const events = async () => (await journal.all<{ n: number }>('SELECT count(*) AS n FROM runbook_event'))[0]?.n;
  return { ended: ended.finally(() => Promise.all(broken)), events };
};

const lost = { kind: 'handover', code: 'lock_lost', message: expect.stringContaining('run plain-7 stopped') };

test('a run that waits ends at its next heartbeat once its lock was broken, and writes nothing more', async () => {
  const { ended, events } = await brokenOff(steps.wait, ({ kind }) => kind === 'pause');
  await expect(ended).rejects.toMatchObject(lost);
  // Its beginning, and that it began to wait.
  expect(await events()).toBe(2);
}, 10_000);

test('a run that looks for its effect, which no person cuts short, ends all the same once its lock was broken', async () => {
  const isActed = (news: RunNews) => news.kind === 'step' && news.step.status === 'done';
  const { ended, events } = await brokenOff(steps.confirm, isActed);
  await expect(ended).rejects.toMatchObject(lost);
  expect(await events()).toBe(3);
}, 10_000);
