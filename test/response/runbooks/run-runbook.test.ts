import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { standingMitigations } from '../../../src/controls/actions/mitigations.journal.ts';
import { readChain } from '../../../src/ground/audit/audit.journal.ts';
import { verifyChain } from '../../../src/ground/audit/verify-chain.ts';
import { unableError } from '../../../src/ground/errors.ts';
import { heldLeases, takeLease } from '../../../src/ground/store/lease.ts';
import type { Journal } from '../../../src/ground/store/port.ts';
import { openPassingJournal } from '../../../src/ground/store/sqlite.ts';
import { duePosts } from '../../../src/oversight/notify/outbox.journal.ts';
import { readAct } from '../../../src/response/runbooks/acts.ts';
import { lockLease } from '../../../src/response/runbooks/open-locks.ts';
import type { Plan } from '../../../src/response/runbooks/plan.ts';
import { recordApprovers, recordRunApproval } from '../../../src/response/runbooks/record-approval.ts';
import type { RunAids, RunResult } from '../../../src/response/runbooks/run.ts';
import { endRunEarly, requireRun, resumeRun, runRunbook } from '../../../src/response/runbooks/run-runbook.ts';
import { hour } from '../../support/facts.ts';
import { type FakeClock, fakeClock, fakeRandom } from '../../support/fake-context.ts';
import { aChange, anOrder, aPlan, aVerification, idleStep, peerAids, runContext, runFleet, throttled } from '../../support/run-order.ts';

let clock: FakeClock;
let journal: Journal;
beforeEach(async () => {
  clock = fakeClock();
  journal = await openPassingJournal(() => clock.now());
});
afterEach(async () => {
  const { broken } = await verifyChain(readChain(journal), null);
  await journal.close();
  expect(broken).toBeNull();
});

const quiet = () => undefined;
const random = fakeRandom();
const run = (plan: Plan, aids: RunAids, signal?: AbortSignal): Promise<RunResult> =>
  runRunbook(runContext(journal, { clock, random, ...(signal === undefined ? {} : { signal }) }), runFleet, anOrder(plan), aids, quiet);
const resume = (id: string, aids: RunAids, word?: { step: string; says: 'done' | 'skip' }): Promise<RunResult> =>
  resumeRun(runContext(journal, { clock }), runFleet, id, aids, quiet, word);
const statuses = ({ steps }: RunResult): Record<string, string> => Object.fromEntries(steps.map(({ id, status }) => [id, status]));
const told = async (): Promise<string[]> => {
  const words: string[] = [];
  for await (const page of readChain(journal))
    for (const record of page) {
      const act = readAct(record);
      words.push([act?.kind, act?.step, act?.status].filter((word) => word != null).join(' '));
    }
  return words;
};

describe('a run', () => {
  test('acts, sees, verifies and puts in force, and tells the chain so', async () => {
    const { peer, planned } = throttled({ verify: aVerification(), ttlMs: 2 * hour });
    const result = await run(aPlan([planned]), peerAids({ throttle: peer }));
    expect(result).toMatchObject({ status: 'done', resumeCommand: null, containMs: 0 });
    expect(statuses(result)).toEqual({ throttle: 'verified' });
    expect(peer.touched).toEqual({ limit: 10 });
    expect(await standingMitigations(journal)).toMatchObject([
      { agent: 'support', action: 'throttle', status: 'active', expiresAt: clock.now() + 2 * hour },
    ]);
    expect(await told()).toEqual([
      'runbook.start',
      'runbook.step throttle intent',
      'runbook.step throttle done',
      'mitigation.start throttle',
      'runbook.confirm throttle seen',
      'runbook.verify throttle pass',
      'runbook.end done',
    ]);
    expect(await heldLeases(journal, '')).toEqual([]);
  });

  test('takes back what was done, last first, where a later step is seen to fail', async () => {
    const [first, second] = [throttled({ id: 'one' }), throttled({ id: 'two', verify: aVerification() })];
    const last = idleStep({ id: 'tell', kind: 'notify', args: { message: 'over' } });
    const result = await run(aPlan([first.planned, second.planned], [last]), peerAids({ one: first.peer, two: second.peer }, ['fail']));
    expect(result.status).toBe('undone');
    expect(statuses(result)).toEqual({ one: 'undone', two: 'undone', tell: 'done' });
    expect([...second.peer.effects, ...first.peer.effects].map((effect) => effect.split(' ')[0])).toEqual([
      'apply',
      'undo',
      'apply',
      'undo',
    ]);
    expect((await told()).filter((word) => word.startsWith('runbook.undo'))).toEqual([
      'runbook.undo two intent',
      'runbook.undo two undone',
      'runbook.undo one intent',
      'runbook.undo one undone',
    ]);
    expect(await standingMitigations(journal)).toEqual([]);
  });

  test('does not overwrite what somebody else made of a target meanwhile: a person is called', async () => {
    const { peer, planned } = throttled({ verify: aVerification() });
    const aids = peerAids({ throttle: peer });
    const verify = async () => {
      peer.touched['limit'] = 99;
      return { verdict: 'fail' as const, evidence: 'still burning' };
    };
    const result = await run(aPlan([planned]), { ...aids, verify });
    expect(result).toMatchObject({ status: 'paused', resumeCommand: `agentops runbook resume ${result.run.id}` });
    expect(peer.touched).toEqual({ limit: 99 });
    peer.touched['limit'] = 10;
    expect((await resume(result.run.id, aids)).status).toBe('undone');
    expect(peer.touched).toEqual({ limit: null });
  });

  test('does not count on what was so when the plan was drawn, and is no longer', async () => {
    const { peer, planned } = throttled({ onFail: 'stop' });
    const driver = { ...peer.driver, plan: () => (peer.touched['limit'] === 10 ? null : aChange()) };
    const aids: RunAids = { ...peerAids({}), open: async () => driver };
    const stopped = await run(aPlan([{ ...planned, change: null, isSettled: true }]), aids);
    expect([stopped.status, statuses(stopped)]).toEqual(['paused', { throttle: 'failed' }]);
    expect(peer.calls).toEqual([]);
    peer.touched['limit'] = 10;
    const done = await resume(stopped.run.id, aids);
    expect([done.status, statuses(done)]).toEqual(['done', { throttle: 'skipped' }]);
  });

  test('pauses where nobody can tell whether it helped, and looks again when it is resumed', async () => {
    const { peer, planned } = throttled({ verify: aVerification({ deadlineMs: 0 }) });
    const aids = peerAids({ throttle: peer }, ['inconclusive', 'pass']);
    const result = await run(aPlan([planned]), aids);
    expect(result).toMatchObject({ status: 'paused', why: 'as the test says' });
    expect((await resume(result.run.id, aids)).status).toBe('done');
    expect(peer.effects).toHaveLength(1);
  });

  test('goes on by no other plan than the one that was begun', async () => {
    const { peer, planned } = throttled({ verify: aVerification({ deadlineMs: 0 }) });
    const aids = peerAids({ throttle: peer }, ['inconclusive']);
    const { run: head } = await run(aPlan([planned]), aids);
    for (const plan of [JSON.stringify({ ...head.plan, steps: [] }), JSON.stringify({ ...head.plan, steps: [{}] }), '{']) {
      await journal.commit([{ sql: 'UPDATE runbook_run SET plan = ? WHERE id = ?', params: [plan, head.id] }]);
      await expect(resume(head.id, aids)).rejects.toMatchObject({ kind: 'unable', code: 'run_altered' });
    }
    const intact = { sql: 'UPDATE runbook_run SET plan = ? WHERE id = ?', params: [JSON.stringify(head.plan), head.id] };
    await journal.commit([intact, { sql: "UPDATE runbook_event SET body = '{' WHERE seq = 2", params: [] }]);
    await expect(resume(head.id, aids)).rejects.toMatchObject({ kind: 'unable', code: 'run_altered' });
    expect(peer.calls).toHaveLength(1);
  });

  test('waits as long as the target asks, and tries no more often than it may', async () => {
    const { peer, planned } = throttled({ retries: 1, onFail: 'stop' });
    const busy = { result: 'rejected', retry: true, retryAfterMs: 7000, evidence: 'too many requests' } as const;
    peer.answers.push(busy);
    expect((await run(aPlan([planned]), peerAids({ throttle: peer }))).status).toBe('done');
    expect(clock.slept).toContain(7000);
    peer.touched['limit'] = null;
    peer.answers.push(busy, busy);
    expect(await run(aPlan([planned]), peerAids({ throttle: peer }))).toMatchObject({ status: 'paused', why: 'too many requests' });
  });

  test('settles an answer that got lost by looking', async () => {
    const { peer, planned } = throttled();
    peer.answers.push('act and break');
    expect((await run(aPlan([planned]), peerAids({ throttle: peer }))).status).toBe('done');
    expect(peer.effects).toHaveLength(1);
  });

  test('asks a target that cannot be read and counts every call at most once, and leaves the doubt to a person', async () => {
    const { peer, planned } = throttled({}, { readable: false, idempotent: false });
    peer.answers.push('act and break');
    const aids = peerAids({ throttle: peer });
    const result = await run(aPlan([planned]), aids);
    expect(result.status).toBe('paused');
    expect(statuses(result)).toEqual({ throttle: 'in_doubt' });
    expect((await resume(result.run.id, aids)).status).toBe('paused');
    expect(peer.calls).toHaveLength(1);
    expect((await resume(result.run.id, aids, { step: 'throttle', says: 'done' })).status).toBe('done');
    expect(peer.calls).toHaveLength(1);
  });

  test('goes on after a failure that it may, and does what is to be done whatever happened', async () => {
    const { peer, planned } = throttled({ onFail: 'continue' });
    peer.answers.push({ result: 'rejected', retry: false, retryAfterMs: null, evidence: 'no such key' });
    const next = throttled({ id: 'next' });
    const result = await run(aPlan([planned, next.planned]), peerAids({ throttle: peer, next: next.peer }));
    expect(result).toMatchObject({ status: 'failed', why: 'throttle: no such key' });
    expect(statuses(result)).toEqual({ throttle: 'failed', next: 'done' });
  });

  test('waits for what only a person can do, and holds nobody else up meanwhile', async () => {
    const { peer, planned } = throttled();
    const look = idleStep({ id: 'look', kind: 'manual', args: { instruction: 'Look at the queue' } });
    const aids = peerAids({ throttle: peer });
    const result = await run(aPlan([look, planned]), aids);
    expect(result).toMatchObject({
      status: 'waiting',
      why: 'Look at the queue',
      resumeCommand: `agentops runbook resume ${result.run.id} --done look`,
    });
    expect(peer.calls).toEqual([]);
    expect(await heldLeases(journal, '')).toEqual([]);
    expect((await resume(result.run.id, aids, { step: 'look', says: 'done' })).status).toBe('done');
  });

  test('takes no word for an approval, nor for time that has to pass, nor for a notice', async () => {
    const { peer, planned } = throttled();
    const aids = peerAids({ throttle: peer });
    const asked = await run(aPlan([idleStep({ id: 'ask', kind: 'approve', args: { message: 'Go on?' } }), planned]), aids);
    for (const says of ['done', 'skip'] as const)
      await expect(resume(asked.run.id, aids, { step: 'ask', says })).rejects.toMatchObject({
        code: 'step_needs_approval',
        hint: `agentops runbook approve ${asked.run.id}`,
      });
    expect((await resume(asked.run.id, aids)).status).toBe('waiting');
    const waiting = await run(aPlan([idleStep({ id: 'pause', kind: 'wait', args: { ms: hour } }), planned]), aids);
    await expect(resume(waiting.run.id, aids, { step: 'pause', says: 'done' })).rejects.toMatchObject({ code: 'step_not_open' });
    expect(peer.calls).toEqual([]);
  });

  test('that is interrupted ends the step under way and begins no other', async () => {
    const stop = new AbortController();
    const [first, second] = [throttled({ id: 'one' }), throttled({ id: 'two' })];
    const aids = peerAids({ one: first.peer, two: second.peer });
    const open: RunAids['open'] = (agent, slot, access) => {
      if (access === 'write') stop.abort();
      return aids.open(agent, slot, access);
    };
    const result = await run(aPlan([first.planned, second.planned]), { ...aids, open }, stop.signal);
    expect(result).toMatchObject({ status: 'paused', why: 'it was interrupted' });
    expect(statuses(result)).toEqual({ one: 'done', two: 'pending' });
    expect((await resume(result.run.id, aids)).status).toBe('done');
  });

  test('is refused where another run holds what it would hold, and nothing is done', async () => {
    await takeLease(journal, { name: lockLease('agent/support'), owner: 'throttle-x 1', ttlMs: hour });
    const { peer, planned } = throttled();
    await expect(run(aPlan([planned]), peerAids({ throttle: peer }))).rejects.toMatchObject({
      kind: 'refused',
      code: 'locked',
      message: 'lock agent/support is held by run throttle-x',
    });
    expect(peer.calls).toEqual([]);
    expect(await heldLeases(journal, 'run ')).toEqual([]);
  });

  test('that lost its lease writes nothing more, and does nothing more', async () => {
    const [first, second] = [throttled({ id: 'one' }), throttled({ id: 'two' })];
    const aids = peerAids({ one: first.peer, two: second.peer });
    let other: Promise<RunResult> | null = null;
    const takeOver = async () => {
      const [held] = await heldLeases(journal, 'run ');
      clock.advance(60_000);
      other = resume(held?.owner.split(' ')[0] ?? '', aids);
      await other;
      return { ...first.peer.driver, confirm: async () => 'seen' as const };
    };
    let opened = 0;
    const open: RunAids['open'] = async (agent, slot, access) => {
      opened += 1;
      // The first runner stands still between its act and looking at it, for longer than its lease lasts.
      return opened === 2 ? takeOver() : aids.open(agent, slot, access);
    };
    await expect(run(aPlan([first.planned, second.planned]), { ...aids, open })).rejects.toMatchObject({
      kind: 'handover',
      code: 'lock_lost',
    });
    expect(await other).toMatchObject({ status: 'done' });
    expect([...first.peer.effects, ...second.peer.effects]).toHaveLength(2);
    expect((await told()).filter((word) => word === 'runbook.confirm one seen')).toHaveLength(1);
  });

  test('is taken back later by one command, and ended early by another', async () => {
    const { peer, planned } = throttled();
    const aids = peerAids({ throttle: peer });
    const { run: head } = await run(aPlan([planned]), aids);
    const undone = await endRunEarly(
      runContext(journal, { clock }),
      runFleet,
      head.id,
      { kind: 'request', what: 'undo', why: 'by maria' },
      aids,
      quiet,
    );
    expect(undone?.status).toBe('undone');
    expect(peer.touched).toEqual({ limit: null });
    const waiting = await run(aPlan([idleStep({ id: 'ask', kind: 'approve', args: { message: 'Go on?' } }), planned]), aids);
    const aborted = await endRunEarly(
      runContext(journal, { clock }),
      runFleet,
      waiting.run.id,
      { kind: 'request', what: 'abort', why: 'by maria' },
      aids,
      quiet,
    );
    expect(aborted).toMatchObject({ status: 'aborted', why: 'by maria' });
    expect(peer.touched).toEqual({ limit: null });
  });

  test('is refused where two people have to sign and one has', async () => {
    const { peer, planned } = throttled({ approval: 'two' });
    const order = anOrder(aPlan([planned]), { approvals: [{ by: 'maria', isSigned: true, breakGlass: null }] });
    await expect(runRunbook(runContext(journal), runFleet, order, peerAids({ throttle: peer }), quiet)).rejects.toMatchObject({
      kind: 'refused',
      code: 'approval_missing',
      message: 'two people have to sign this plan, and only maria has',
    });
  });

  test('does not take what it cannot see for a failure', async () => {
    const { peer, planned } = throttled();
    const aids = peerAids({
      throttle: {
        ...peer,
        driver: { ...peer.driver, confirm: async () => Promise.reject(unableError({ code: 'x', message: 'no network' })) },
      },
    });
    const result = await run(aPlan([planned]), aids);
    expect(result).toMatchObject({ status: 'paused', why: 'nobody could see whether it took effect' });
    expect(peer.touched).toEqual({ limit: 10 });
    expect((await resume(result.run.id, peerAids({ throttle: peer }))).status).toBe('done');
  });

  test('takes nobody for having signed a step whose signature is not there', async () => {
    const { peer, planned } = throttled();
    const aids = peerAids({ throttle: peer });
    const ask = { ...idleStep({ id: 'ask', kind: 'approve', args: { message: 'Go on?' } }), approval: 'two' as const };
    const { run: head } = await run(aPlan([ask, planned]), aids);
    await recordApprovers(runContext(journal, { clock }), head, 'ask', ['maria', 'tom']);
    const going = (signers: readonly string[]) => resume(head.id, { ...aids, signersOf: async () => signers });
    expect(await going(['maria'])).toMatchObject({ status: 'waiting' });
    expect(await going(['maria', 'tom'])).toMatchObject({ status: 'done' });
  });

  test('tells people once when it stops and once when it ends, whoever resumes it and however often', async () => {
    const told = { ...runFleet, notify: { oncall: {} } } as unknown as typeof runFleet;
    const { peer, planned } = throttled();
    const aids = peerAids({ throttle: peer });
    const plan = aPlan([planned, idleStep({ id: 'ask', kind: 'approve', args: { message: 'Go on?' } })]);
    const waiting = await runRunbook(runContext(journal, { clock }), told, anOrder(plan), aids, quiet);
    expect(waiting).toMatchObject({ status: 'waiting', resumeCommand: `agentops runbook approve ${waiting.run.id}` });
    const known = await requireRun(journal, waiting.run.id);
    const vouching = { key: null, signers: 'nowhere' };
    expect(await recordRunApproval(runContext(journal, { clock }), known, vouching)).toMatchObject({
      by: 'maria@desk',
      approvers: ['maria@desk'],
    });
    const done = await resumeRun(runContext(journal, { clock }), told, waiting.run.id, aids, quiet);
    expect(done.status).toBe('done');
    expect(statuses(done)).toEqual({ throttle: 'done', ask: 'done' });
    const posts = await duePosts(journal, { now: clock.now(), limit: 10 });
    expect(posts.map(({ message }) => [message.severity, message.title, message.next])).toEqual([
      ['notify', 'Runbook throttle on support waits for a person: Go on?', `agentops runbook approve ${waiting.run.id}`],
      ['notify', 'Runbook throttle on support is done', null],
    ]);
  });

  test('leaves a step out whose condition no longer holds, and stops where nobody can tell', async () => {
    const { peer, planned } = throttled();
    const plan = aPlan([{ ...planned, condition: 'steps.look.verdict == "pass"' }]);
    const decided = (value: boolean | 'inconclusive') => ({
      ...peerAids({ throttle: peer }),
      decide: async () => ({ value, why: 'no figures' }),
    });
    expect(statuses(await run(plan, decided(false)))).toEqual({ throttle: 'skipped' });
    const stopped = await run(plan, decided('inconclusive'));
    expect(stopped).toMatchObject({ status: 'paused', why: 'no figures' });
    expect(peer.calls).toEqual([]);
    expect((await resume(stopped.run.id, decided(true))).status).toBe('done');
  });

  test('judges what came after its last effect where it only looks, over no window of its own', async () => {
    const { peer, planned } = throttled();
    const asked: number[] = [];
    const aids: RunAids = {
      ...peerAids({ throttle: peer }),
      verify: async (_verification, _agent, since) => {
        asked.push(since);
        return { verdict: 'pass', evidence: '' };
      },
    };
    const look = (id: string, args: Record<string, number>) =>
      idleStep({ id, kind: 'query', args: { expression: 'figures.errors == 0', ...args } });
    const begunAt = clock.now();
    const rest = idleStep({ id: 'rest', kind: 'wait', args: { ms: 600_000 } });
    const plan = aPlan([planned, rest, look('since', {}), look('over', { window: 60_000 })]);
    expect((await run(plan, aids)).status).toBe('done');
    expect(asked).toEqual([begunAt, begunAt + 600_000 - 60_000]);
    asked.length = 0;
    await run(aPlan([look('alone', {})]), aids);
    expect(asked).toEqual([clock.now()]);
  });

  test('measures how long it takes an agent that it stopped to fall silent, and does not wait for one that it lets go on', async () => {
    const heard: string[] = [];
    const waiting = (peers: Parameters<typeof peerAids>[0]): RunAids => ({
      ...peerAids(peers),
      quietSince: async (agent, tell) => {
        tell('its last request ended 3 s ago', 60_000);
        heard.push(agent);
        await clock.sleep(9000, new AbortController().signal);
        return clock.now() - 4000;
      },
    });
    const { peer, planned } = throttled();
    expect(await run(aPlan([planned]), waiting({ throttle: peer }))).toMatchObject({ status: 'done', quietMs: null });
    expect(heard).toEqual([]);
    const door = throttled({ id: 'door', kind: 'disable' });
    const stop = { ...door.planned, change: { ...aChange({ action: 'disable' }), target: 'the door' } };
    expect(await run(aPlan([stop]), waiting({ door: door.peer }))).toMatchObject({ status: 'done', quietMs: 5000 });
    expect(heard).toEqual(['support']);
  });
});
