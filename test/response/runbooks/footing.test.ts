import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Touched } from '../../../src/controls/actions/port.ts';
import { readChain } from '../../../src/ground/audit/audit.journal.ts';
import { verifyChain } from '../../../src/ground/audit/verify-chain.ts';
import type { Journal } from '../../../src/ground/store/port.ts';
import { openPassingJournal } from '../../../src/ground/store/sqlite.ts';
import type { PlannedStep } from '../../../src/response/runbooks/plan.ts';
import { endRunEarly, runRunbook } from '../../../src/response/runbooks/run-runbook.ts';
import { type FakeClock, fakeClock, fakeRandom } from '../../support/fake-context.ts';
import { aChange, anOrder, aPlan, aStep, peerAids, runContext, runFleet, throttled } from '../../support/run-order.ts';

let clock: FakeClock;
let journal: Journal;
beforeEach(async () => {
  clock = fakeClock();
  journal = await openPassingJournal(() => clock.now());
});
afterEach(async () => {
  expect((await verifyChain(readChain(journal), null)).broken).toBeNull();
  await journal.close();
});

const quiet = () => undefined;
const limitOf = (parts: Partial<PlannedStep>, limit: number): Partial<PlannedStep> => {
  const args = { requests_per_minute: limit };
  return { ...parts, args, step: aStep({ id: parts.id ?? '', args }) };
};

/** Two steps on one target, of which the first is refused once and passed over. */
const twoSteps = (second: Partial<PlannedStep>, first: Partial<PlannedStep> = {}) => {
  const { peer, planned } = throttled({ id: 'one', onFail: 'continue', retries: 0 });
  const plan = (want: { params: Readonly<Record<string, unknown>> }, { touched }: { touched: Touched }) => {
    const to = { limit: Number(want.params['requests_per_minute']) };
    return touched['limit'] === to.limit ? null : aChange({ from: touched, to });
  };
  const aids = peerAids({ one: { ...peer, driver: { ...peer.driver, plan } } });
  return {
    peer,
    aids,
    order: anOrder(
      aPlan([
        { ...planned, ...first },
        { ...planned, id: 'two', ...second },
      ]),
    ),
  };
};
const refused = { result: 'rejected', retry: false, retryAfterMs: null, evidence: 'no' } as const;
const context = () => runContext(journal, { clock, random: fakeRandom() });

test('a step that was planned on one that failed is planned anew, and taken back to what it found', async () => {
  const { peer, aids, order } = twoSteps(limitOf({ id: 'two', change: aChange({ from: { limit: 10 }, to: { limit: 20 } }) }, 20));
  peer.answers.push(refused);
  const result = await runRunbook(context(), runFleet, order, aids, quiet);
  expect(result.steps).toMatchObject([{ status: 'failed' }, { status: 'done' }]);
  expect(peer.touched).toEqual({ limit: 20 });
  await endRunEarly(context(), runFleet, result.run.id, { kind: 'request', what: 'undo', why: 'by maria' }, aids, quiet);
  expect(peer.touched).toEqual({ limit: null });
});

test('what the failed step would have left as wanted is done by the later one', async () => {
  const { peer, aids, order } = twoSteps(limitOf({ id: 'two', change: null, isSettled: true }, 10));
  peer.answers.push(refused);
  const result = await runRunbook(context(), runFleet, order, aids, quiet);
  expect(result.steps).toMatchObject([{ status: 'failed' }, { status: 'done' }]);
  expect(peer.touched).toEqual({ limit: 10 });
});

test('a step after a conditional one that was done begins with what that left', async () => {
  const first = { condition: 'steps.look.verdict == "pass"' };
  const { peer, aids, order } = twoSteps(limitOf({ id: 'two', change: aChange({ to: { limit: 20 } }) }, 20), first);
  const result = await runRunbook(context(), runFleet, order, aids, quiet);
  expect(result.steps).toMatchObject([{ status: 'done' }, { status: 'done' }]);
  expect(peer.touched).toEqual({ limit: 20 });
});

test('where all went as planned, a change of somebody else in between is not written over', async () => {
  const { peer, aids, order } = twoSteps(limitOf({ id: 'two', change: aChange({ from: { limit: 10 }, to: { limit: 20 } }) }, 20));
  const open: typeof aids.open = (agent, slot, access) => {
    if (peer.effects.length === 1 && access === 'write') peer.touched['limit'] = 3;
    return aids.open(agent, slot, access);
  };
  const result = await runRunbook(context(), runFleet, order, { ...aids, open }, quiet);
  expect(result.steps[1]).toMatchObject({ status: 'failed' });
  expect(peer.touched['limit']).toBe(3);
});
