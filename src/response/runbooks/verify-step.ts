import type { Change } from '../../controls/actions/port.ts';
import { OpsError } from '../../ground/errors.ts';
import { digNumber, digString } from '../../ground/json.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import type { PlannedStep } from './plan.ts';
import type { Judgement, Seen } from './run.ts';
import { dieAt, driverOf, pause, type Running, tellStep } from './run-step.ts';
import type { Verification } from './runbook.ts';
import { type RunState, stepState } from './step-state.ts';

const firstLookMs = 250;
const longestLookMs = 5000;

const seenWords: Readonly<Record<Seen, string>> = {
  seen: 'effect seen',
  'not-yet': 'no effect seen',
  contradicted: 'somebody else changed it',
  unseen: 'could not be looked at',
};

/** Looks whether what was done took effect, until it did or the time that its control needs, and the timeout of the step, are over. */
export const confirmStep = async (running: Running, planned: PlannedStep): Promise<void> => {
  const { ctx, recorder } = running;
  const { change } = planned;
  if (change === null) throw new Error(`step ${planned.id} changed nothing that could be seen`);
  const { actedAt } = stepState(recorder.state(), planned.id);
  const seen = await lookFor(running, planned, change);
  const afterMs = Math.max(0, ctx.clock.now() - (actedAt ?? ctx.clock.now()));
  await recorder.record({ kind: 'confirmed', step: planned.id, seen, afterMs });
  tellStep(running, planned, `${seenWords[seen]} after ${humanDuration(afterMs)}`);
  dieAt(running, planned, 'after-confirm');
};

/** What is seen of a change by the time that it must have taken effect. @param change of the step, or that change reversed */
export const lookFor = async (running: Running, planned: PlannedStep, change: Change): Promise<Seen> => {
  const { ctx, recorder } = running;
  const { clock } = ctx;
  const until = clock.monotonic() + (planned.traits?.effectMs ?? 0) + planned.step.timeoutMs;
  let everyMs = firstLookMs;
  let seen = await lookOnce(running, planned, change);
  // What cannot be read at all shows no more by waiting: what it answered is all there is.
  if (planned.traits?.readable === false) return seen === 'not-yet' ? 'unseen' : seen;
  while ((seen === 'not-yet' || seen === 'unseen') && clock.monotonic() + everyMs <= until) {
    // Cut short by no person, since without it nobody knows whether the act did anything, but by whoever took the run over.
    await clock.sleep(everyMs, recorder.lost).catch((thrown: unknown) => {
      throw recorder.lost.aborted ? recorder.lost.reason : thrown;
    });
    everyMs = Math.min(everyMs * 2, longestLookMs);
    seen = await lookOnce(running, planned, change);
  }
  return seen;
};

const lookOnce = async (running: Running, planned: PlannedStep, change: Change): Promise<Seen> => {
  const signal = AbortSignal.timeout(planned.step.timeoutMs);
  try {
    const driver = await driverOf(running, planned, 'read');
    return await driver.confirm(change, signal);
  } catch (thrown) {
    if (!(thrown instanceof OpsError) && !signal.aborted) throw thrown;
    return 'unseen';
  }
};

const firstJudgeMs = 5000;
const longestJudgeMs = 60_000;

/** Looks whether a step did what it is for: over its window, and where that leaves it open again until its deadline. */
export const verifyStep = async (running: Running, planned: PlannedStep): Promise<void> => {
  const { ctx, recorder } = running;
  const state = stepState(recorder.state(), planned.id);
  const verification = verificationOf(planned);
  const begunAt = ctx.clock.now();
  const since = state.seenAt ?? state.actedAt ?? lookedBackTo(planned, recorder.state(), begunAt);
  const holdUntil = state.actedAt === null ? begunAt : since + verification.windowMs;
  const giveUpAt = Math.max(holdUntil, (state.actedAt === null ? begunAt : since) + verification.deadlineMs);
  tellStep(running, planned, 'verifying');
  if (!(await pause(running, planned, holdUntil - ctx.clock.now(), 'it has to hold so long'))) return;
  let everyMs = firstJudgeMs;
  let found = await judgeOnce(running, planned, verification, since);
  while (found.verdict === 'inconclusive' && ctx.clock.now() + everyMs <= giveUpAt) {
    if (!(await pause(running, planned, everyMs, found.evidence))) return;
    everyMs = Math.min(everyMs * 2, longestJudgeMs);
    found = await judgeOnce(running, planned, verification, since);
  }
  await recorder.record({ kind: 'verified', step: planned.id, verdict: found.verdict, evidence: ctx.secrets.mask(found.evidence) });
  tellStep(running, planned, '');
  dieAt(running, planned, 'after-verify');
};

/** What a step that only looks is about: its window, else what came after the last effect of the run, since what was there before is no news. */
const lookedBackTo = ({ args }: PlannedStep, { steps }: RunState, now: number): number => {
  const window = digNumber(args, 'window');
  if (window !== null) return now - window;
  return Math.max(0, ...[...steps.values()].map(({ seenAt }) => seenAt ?? 0)) || now;
};

/** How a step is verified; a step that only looks is nothing but its verification. */
const verificationOf = ({ id, step, args }: PlannedStep): Verification => {
  if (step.verify !== null) return step.verify;
  const nothing = { check: null, eval: null, expression: null, windowMs: 0, deadlineMs: step.timeoutMs };
  if (step.kind === 'check') return { ...nothing, check: digString(args, 'check') };
  if (step.kind === 'eval') return { ...nothing, eval: digString(args, 'suite') };
  if (step.kind === 'query') return { ...nothing, expression: digString(args, 'expression') };
  throw new Error(`step ${id} says nothing of how it is verified`);
};

const judgeOnce = async ({ aids }: Running, { agent }: PlannedStep, verification: Verification, since: number): Promise<Judgement> => {
  try {
    return await aids.verify(verification, agent, since);
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return { verdict: 'inconclusive', evidence: thrown.message };
  }
};
