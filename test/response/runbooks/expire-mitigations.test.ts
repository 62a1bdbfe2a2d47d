import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dutyDone, readMitigation, standingMitigations } from '../../../src/controls/actions/mitigations.journal.ts';
import { takeLease } from '../../../src/ground/store/lease.ts';
import type { Journal } from '../../../src/ground/store/port.ts';
import { openPassingJournal } from '../../../src/ground/store/sqlite.ts';
import { duePosts } from '../../../src/oversight/notify/outbox.journal.ts';
import { expireMitigations, revertMitigation } from '../../../src/response/runbooks/expire-mitigations.ts';
import { lockLease } from '../../../src/response/runbooks/open-locks.ts';
import { endRunEarly, runRunbook } from '../../../src/response/runbooks/run-runbook.ts';
import type { Step } from '../../../src/response/runbooks/runbook.ts';
import type { ControlPeer } from '../../support/control-peer.ts';
import { hour } from '../../support/facts.ts';
import { type FakeClock, fakeClock, fakeRandom } from '../../support/fake-context.ts';
import { aChange, anOrder, aPlan, peerAids, runContext, runFleet, throttled } from '../../support/run-order.ts';

let clock: FakeClock;
let journal: Journal;
beforeEach(async () => {
  clock = fakeClock();
  journal = await openPassingJournal(() => clock.now());
});
afterEach(() => journal.close());

const told = { ...runFleet, notify: { oncall: {} } } as unknown as typeof runFleet;
const expire = async (peer: ControlPeer) =>
  (await expireMitigations(runContext(journal, { clock }), told, peerAids({ throttle: peer }), () => undefined)).map(
    ({ result }) => result,
  );
const begun = async (step: Partial<Step> = {}, traits: Parameters<typeof throttled>[1] = {}): Promise<ControlPeer> => {
  const { peer, planned } = throttled({ ttlMs: 2 * hour, ...step }, traits);
  await runRunbook(runContext(journal, { clock }), runFleet, anOrder(aPlan([planned])), peerAids({ throttle: peer }), () => undefined);
  return peer;
};
const status = async () => (await journal.all<{ status: string }>('SELECT status FROM mitigation'))[0]?.status;

describe('what is in force', () => {
  test('is restored when its time is over, and not before', async () => {
    const peer = await begun();
    expect(await expire(peer)).toEqual([]);
    expect(await dutyDone(journal, 'expire')).toBe(clock.now());
    clock.advance(2 * hour);
    expect(await expire(peer)).toEqual(['reverted']);
    expect(peer.touched).toEqual({ limit: null });
    expect(await standingMitigations(journal)).toEqual([]);
    expect(await expire(peer)).toEqual([]);
  });

  test('that somebody has restored already is over, and nothing is asked', async () => {
    const peer = await begun();
    clock.advance(2 * hour);
    peer.touched['limit'] = null;
    expect(await expire(peer)).toEqual(['reverted']);
    expect(peer.calls).toHaveLength(1);
  });

  test('that somebody has changed is left as it is, and people are told once', async () => {
    const peer = await begun();
    clock.advance(2 * hour);
    peer.touched['limit'] = 99;
    expect([await expire(peer), await expire(peer)]).toEqual([['overdue'], ['overdue']]);
    expect(peer.touched).toEqual({ limit: 99 });
    expect((await duePosts(journal, { now: clock.now(), limit: 10 })).map(({ message }) => message.title)).toEqual([
      'throttle of the peer is still in force past its time',
    ]);
    peer.touched['limit'] = 10;
    expect(await expire(peer)).toEqual(['reverted']);
  });

  test('of class safety is never reverted without a person, who is paged', async () => {
    const peer = await begun({ onExpiry: 'page' });
    clock.advance(2 * hour);
    expect(await expire(peer)).toEqual(['overdue']);
    expect(peer.touched).toEqual({ limit: 10 });
    expect((await duePosts(journal, { now: clock.now(), limit: 10 })).map(({ message }) => message.severity)).toEqual(['page']);
  });

  test('is not over before that is seen', async () => {
    const peer = await begun();
    clock.advance(2 * hour);
    const stuck = { ...peer, driver: { ...peer.driver, confirm: async () => 'not-yet' as const } };
    expect(await expire(stuck)).toEqual(['overdue']);
    expect(await status()).toBe('overdue');
    expect(await expire(peer)).toEqual(['reverted']);
    expect(peer.effects).toHaveLength(2);
  });

  test('is left for the next time while a run is at work on the same target', async () => {
    const peer = await begun();
    clock.advance(2 * hour);
    await takeLease(journal, { name: lockLease('agent/support'), owner: 'kill-x 1', ttlMs: hour });
    expect(await expire(peer)).toEqual(['held']);
    clock.advance(hour);
    expect(await expire(peer)).toEqual(['reverted']);
  });

  test('on a target that can neither be read nor asked twice is asked once, whatever becomes of it', async () => {
    const peer = await begun({}, { readable: false, idempotent: false });
    clock.advance(2 * hour);
    peer.answers.push('act and break');
    expect([await expire(peer), await expire(peer)]).toEqual([['overdue'], ['overdue']]);
    expect(peer.calls).toHaveLength(2);
    const [mitigation] = await standingMitigations(journal);
    expect(await readMitigation(journal, mitigation?.id ?? '')).toMatchObject({ status: 'overdue' });
  });

  test('ends in the order in which it was stacked, the last first, and the one below only once that is gone', async () => {
    const { peer, planned } = throttled({ ttlMs: hour });
    const aids = peerAids({ throttle: peer });
    const random = fakeRandom();
    const run = (to: number, from: number | null, ttlMs: number) => {
      const change = aChange({ from: { limit: from }, to: { limit: to } });
      const step = { ...planned, step: { ...planned.step, ttlMs }, change };
      clock.advance(1000);
      return runRunbook(runContext(journal, { clock, random }), runFleet, anOrder(aPlan([step])), aids, () => undefined);
    };
    await run(10, null, hour);
    await run(5, 10, 2 * hour);
    clock.advance(hour);
    expect(await expire(peer)).toEqual(['held']);
    expect(peer.touched).toEqual({ limit: 5 });
    clock.advance(hour);
    expect(await expire(peer)).toEqual(['reverted', 'reverted']);
    expect(peer.touched).toEqual({ limit: null });
  });

  test('is over where a later run opens again what it had closed', async () => {
    const { peer, planned } = throttled({ kind: 'disable' });
    const aids = peerAids({ throttle: peer });
    const random = fakeRandom();
    const run = (action: 'disable' | 'enable', from: string | null, to: string) => {
      const change = aChange({ action, from: { limit: from }, to: { limit: to } });
      return runRunbook(runContext(journal, { clock, random }), runFleet, anOrder(aPlan([{ ...planned, change }])), aids, () => undefined);
    };
    await run('disable', null, 'off');
    expect(await standingMitigations(journal)).toHaveLength(1);
    await run('enable', 'off', 'on');
    expect(await standingMitigations(journal)).toEqual([]);
  });

  test('and is over, is not taken back once more: what a later run closed again stays closed', async () => {
    const { peer, planned } = throttled({ kind: 'disable' });
    const aids = peerAids({ throttle: peer });
    const random = fakeRandom();
    const ctx = () => runContext(journal, { clock, random });
    const run = (action: 'disable' | 'enable', from: string | null, to: string | null) => {
      const change = aChange({ action, from: { limit: from }, to: { limit: to } });
      return runRunbook(ctx(), runFleet, anOrder(aPlan([{ ...planned, change }])), aids, () => undefined);
    };
    const first = await run('disable', null, 'off');
    await run('enable', 'off', null);
    await run('disable', null, 'off');
    const request = { kind: 'request', what: 'undo', why: 'maria wants it' } as const;
    const undone = await endRunEarly(ctx(), runFleet, first.run.id, request, aids, () => undefined);
    expect([undone?.status, undone?.steps[0]?.evidence]).toEqual(['undone', expect.stringMatching(/^it had ended already: run throttle-/)]);
    expect([peer.touched, await standingMitigations(journal)]).toEqual([{ limit: 'off' }, [expect.anything()]]);
  });

  test('that a person wants ended, and somebody else has changed, stays in force, and nobody is woken for it', async () => {
    const peer = await begun();
    peer.touched['limit'] = 99;
    const ctx = runContext(journal, { clock });
    const [mitigation] = await standingMitigations(journal);
    if (mitigation === undefined) throw new Error('it is in force');
    const revert = () => revertMitigation(ctx, told, mitigation, 'mitigation.revert', peerAids({ throttle: peer }));
    expect(await revert()).toMatchObject({ result: 'conflict' });
    expect([await status(), await duePosts(journal, { now: clock.now(), limit: 10 })]).toEqual(['active', []]);
    peer.touched['limit'] = 10;
    expect(await revert()).toMatchObject({ result: 'reverted' });
  });

  test('lasts as long as whoever finds it so wants it to: an agent closed for a while stays closed for safety', async () => {
    const { peer, planned } = throttled({ kind: 'disable', ttlMs: hour });
    const aids = peerAids({ throttle: peer });
    const random = fakeRandom();
    const run = (step: typeof planned) =>
      runRunbook(runContext(journal, { clock, random }), runFleet, anOrder(aPlan([step])), aids, () => undefined);
    const found = (parts: Partial<Step>) => ({ ...planned, step: { ...planned.step, ...parts }, change: null, isSettled: true });
    await run({ ...planned, change: aChange({ action: 'disable' }) });
    const begunAt = clock.now();
    const until = async () => (await standingMitigations(journal)).map(({ expiresAt, onExpiry }) => [expiresAt, onExpiry]);
    await run(found({ ttlMs: hour / 2 }));
    expect(await until()).toEqual([[begunAt + hour, 'revert']]);
    await run(found({ ttlMs: 2 * hour }));
    expect(await until()).toEqual([[begunAt + 2 * hour, 'revert']]);
    await run(found({ kind: 'kill', ttlMs: null, onExpiry: 'page' }));
    expect(await until()).toEqual([[null, 'page']]);
    clock.advance(3 * hour);
    expect(await expire(peer)).toEqual([]);
    expect(peer.touched).toEqual({ limit: 10 });
  });

  test('is not taken back by its run while another counts on it, which a person is told', async () => {
    const { peer, planned } = throttled({ kind: 'disable', ttlMs: 2 * hour });
    const aids = peerAids({ throttle: peer });
    const random = fakeRandom();
    const ctx = runContext(journal, { clock, random });
    const run = (step: typeof planned) => runRunbook(ctx, runFleet, anOrder(aPlan([step])), aids, () => undefined);
    const undo = (id: string) =>
      endRunEarly(ctx, runFleet, id, { kind: 'request', what: 'undo', why: 'undo by tester' }, aids, () => undefined);
    const first = await run({ ...planned, change: aChange({ action: 'disable' }) });
    clock.advance(1000);
    const relying = await run({ ...planned, step: { ...planned.step, kind: 'kill', ttlMs: null }, change: null, isSettled: true });
    expect(await undo(first.run.id)).toMatchObject({ status: 'paused', why: expect.stringContaining(`${relying.run.id} counts on it`) });
    expect(peer.touched).toEqual({ limit: 10 });
    expect(await undo(relying.run.id)).toMatchObject({ status: 'undone' });
    expect(await undo(first.run.id)).toMatchObject({ status: 'undone' });
    expect(peer.touched).toEqual({ limit: null });
  });

  test('is not counted on where its target ends it by itself sooner than a later run wants', async () => {
    const { peer, planned } = throttled({ kind: 'disable', ttlMs: hour });
    const aids = peerAids({ throttle: peer });
    const ctx = runContext(journal, { clock, random: fakeRandom() });
    const run = (step: typeof planned) => runRunbook(ctx, runFleet, anOrder(aPlan([step])), aids, () => undefined);
    const first = await run({ ...planned, change: { ...aChange({ action: 'disable' }), endsItself: true } });
    const found = (ttlMs: number | null) => run({ ...planned, step: { ...planned.step, ttlMs }, change: null, isSettled: true });
    expect(await found(hour / 2)).toMatchObject({ status: 'done' });
    for (const ttlMs of [2 * hour, null])
      expect(await found(ttlMs)).toMatchObject({
        status: 'failed',
        why: expect.stringContaining(`agentops mitigations revert ${first.run.id}/`),
      });
  });

  test('is all over where a later run restores what was, and that run leaves nothing that would close it again', async () => {
    const { peer, planned } = throttled({ ttlMs: hour });
    const aids = peerAids({ throttle: peer });
    const random = fakeRandom();
    const run = (from: number | null, to: number | null) => {
      const step = { ...planned, change: aChange({ from: { limit: from }, to: { limit: to } }) };
      clock.advance(1000);
      return runRunbook(runContext(journal, { clock, random }), runFleet, anOrder(aPlan([step])), aids, () => undefined);
    };
    await run(null, 10);
    await run(10, 20);
    await run(20, null);
    expect(await standingMitigations(journal)).toEqual([]);
    clock.advance(2 * hour);
    expect(await expire(peer)).toEqual([]);
    expect(peer.touched).toEqual({ limit: null });
  });
});
