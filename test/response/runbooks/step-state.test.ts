import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { standingMitigations } from '../../../src/controls/actions/mitigations.journal.ts';
import type { Capabilities } from '../../../src/controls/actions/port.ts';
import { readChain } from '../../../src/ground/audit/audit.journal.ts';
import { verifyChain } from '../../../src/ground/audit/verify-chain.ts';
import { openPassingJournal } from '../../../src/ground/store/sqlite.ts';
import { nextMove } from '../../../src/response/runbooks/next-move.ts';
import type { PlannedStep } from '../../../src/response/runbooks/plan.ts';
import type { RunAids, RunResult, Verdict } from '../../../src/response/runbooks/run.ts';
import { resumeRun, runRunbook } from '../../../src/response/runbooks/run-runbook.ts';
import type { Step } from '../../../src/response/runbooks/runbook.ts';
import { findRuns, readEvents } from '../../../src/response/runbooks/runs.journal.ts';
import { foldRun, hasEnded, settle } from '../../../src/response/runbooks/step-state.ts';
import { type ControlPeer, controlPeer } from '../../support/control-peer.ts';
import { fakeClock, fakeRandom } from '../../support/fake-context.ts';
import { plainTraits } from '../../support/plain-control.ts';
import { aChange, actingStep, anOrder, aPlan, aVerification, peerAids, runContext, runFleet } from '../../support/run-order.ts';

interface Drawn {
  readonly traits: Pick<Capabilities, 'readable' | 'idempotent'>;
  readonly onFail: Step['onFail'];
  readonly verdict: Verdict | null;
}

const drawnStep: fc.Arbitrary<Drawn> = fc.record({
  traits: fc.record({ readable: fc.boolean(), idempotent: fc.boolean() }),
  onFail: fc.constantFrom('undo', 'stop', 'continue'),
  verdict: fc.constantFrom('pass', 'pass', 'fail', 'inconclusive', null),
});

class Killed extends Error {}

/** How everything stands when a run has come to rest, having been killed at the given boundaries (counted over all lives). */
const rest = async (drawn: readonly Drawn[], kills: readonly number[]) => {
  const clock = fakeClock();
  const journal = await openPassingJournal(() => clock.now());
  const peers: Record<string, ControlPeer> = {};
  const steps: PlannedStep[] = drawn.map(({ traits, onFail, verdict }, at) => {
    const id = `step${at}`;
    const peer = controlPeer(traits);
    peers[id] = peer;
    return actingStep(
      { id, onFail, verify: verdict === null ? null : aVerification({ check: id, deadlineMs: 0 }) },
      { traits: peer.driver.traits },
    );
  });
  let boundaries = 0;
  const aids: RunAids = {
    ...peerAids(peers),
    verify: async ({ check }) => ({ verdict: drawn[Number(check?.slice(4))]?.verdict ?? 'pass', evidence: 'as drawn' }),
    crash: () => {
      boundaries += 1;
      if (kills.includes(boundaries)) throw new Killed();
    },
  };
  const ctx = runContext(journal, { clock, random: fakeRandom() });
  const live = async (): Promise<RunResult> => {
    const [known] = await findRuns(journal, { since: 0, open: false }, 1);
    try {
      return known === undefined
        ? await runRunbook(ctx, runFleet, anOrder(aPlan(steps)), aids, () => undefined)
        : await resumeRun(ctx, runFleet, known.head.id, aids, () => undefined);
    } catch (thrown) {
      if (!(thrown instanceof Killed)) throw thrown;
      return live();
    }
  };
  const result = await live();
  const events = await readEvents(journal, result.run.id, 0);
  const { broken } = await verifyChain(readChain(journal), null);
  const standing = (await standingMitigations(journal)).map(({ step }) => step);
  await journal.close();
  return { result, peers, events, broken, standing, boundaries };
};

const statuses = ({ steps }: RunResult) => steps.map(({ id, status }) => `${id} ${status}`);
const touched = (peers: Readonly<Record<string, ControlPeer>>) => Object.values(peers).map((peer) => peer.touched);

const safe = ({ traits }: Drawn) => traits.readable || traits.idempotent;

describe('a run that is killed', () => {
  test('anywhere, however often, comes to rest where it would have undisturbed: nothing is done twice and nothing is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(drawnStep.filter(safe), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
        async (drawn, kills) => {
          const undisturbed = await rest(drawn, []);
          const killed = await rest(drawn, kills);
          expect(killed.result.status).toBe(undisturbed.result.status);
          expect(statuses(killed.result)).toEqual(statuses(undisturbed.result));
          expect(touched(killed.peers)).toEqual(touched(undisturbed.peers));
          expect(killed.standing).toEqual(undisturbed.standing);
          expect(killed.broken).toBeNull();
          for (const { driver, effects } of Object.values(killed.peers))
            if (driver.traits.readable) expect(effects).toEqual([...new Set(effects)]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('asks a target that can neither be read nor asked twice once at most, and leaves what is in doubt to a person', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(drawnStep, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 30 }), async (drawn, kill) => {
        const { result, peers } = await rest(drawn, [kill]);
        const steps = drawn.map((each, at) => ({ ...each, id: `step${at}`, calls: peers[`step${at}`]?.calls ?? [] }));
        for (const step of steps.filter((each) => !safe(each))) expect(step.calls).toEqual([...new Set(step.calls)]);
        for (const { id, status } of result.steps) if (status === 'in_doubt') expect([id, result.status]).toEqual([id, 'paused']);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the fold of a journal', () => {
  test('says of every prefix what is next, and repeats nothing that stands in it', async () => {
    const { events, result } = await rest([{ traits: { readable: true, idempotent: false }, onFail: 'undo', verdict: 'fail' }], []);
    const moves = events.map((_, at) => nextMove(result.run.plan, foldRun(events.slice(0, at + 1))).kind);
    expect(events.map(({ event }) => event.kind)).toEqual([
      'status',
      'intent',
      'result',
      'confirmed',
      'verified',
      'undo-intent',
      'undo-result',
      'status',
    ]);
    expect(moves).toEqual(['act', 'settle', 'confirm', 'verify', 'undo', 'settle-undo', 'end', 'end']);
    expect(hasEnded(foldRun(events).status)).toBe(true);
  });
});

describe('an attempt in doubt', () => {
  const change = aChange({ from: { limit: null }, to: { limit: 10 } });
  const decided = (traits: Partial<Capabilities>, limit: number | null) =>
    settle(change, { ...plainTraits, ...traits }, { limit }).decision;

  test.each([
    ['is adopted where the target is as wanted', 10, 'adopt'],
    ['is tried again where it is as before', null, 'retry'],
    ['is a person’s where it is neither', 99, 'stop'],
  ] as const)('%s', (_, limit, decision) => expect(decided({ idempotent: false }, limit)).toBe(decision));

  test('on a target that cannot be read is tried again only where twice is as good as once', () => {
    expect(decided({ readable: false, idempotent: true }, null)).toBe('retry');
    expect(decided({ readable: false, idempotent: false }, 10)).toBe('stop');
    expect(settle(change, plainTraits, null).decision).toBe('stop');
  });
});
