import { endedBy, type Mitigation, mitigationId, restores } from '../../controls/actions/mitigation.ts';
import { revertedWrite, standingMitigations, startWrite } from '../../controls/actions/mitigations.journal.ts';
import type { Change, ControlDriver, Effect, Observed } from '../../controls/actions/port.ts';
import { messageOf, OpsError, refusedError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { responseAct } from './acts.ts';
import { hasOtherFooting } from './footing.ts';
import { longestPauseMs } from './next-move.ts';
import type { PlannedStep } from './plan.ts';
import { leave } from './record-end.ts';
import type { Beside, RunRecorder } from './record-run.ts';
import type { CrashPhase, RunAids, RunHead, RunNews } from './run.ts';
import { isOurs, resultOf, type Settlement, settle, stepState } from './step-state.ts';
import { wishOf } from './wish.ts';

/** A run while it goes on. */
export interface Running {
  readonly ctx: Context;
  /** Of the fleet, for messages. */
  readonly fleet: string;
  /** Names under `notify`. */
  readonly channels: readonly string[];
  readonly run: RunHead;
  readonly recorder: RunRecorder;
  readonly aids: RunAids;
  on(news: RunNews): void;
}

const firstBackoffMs = 1000;
const longestBackoffMs = 30_000;

export const tellStep = ({ recorder, on }: Running, planned: PlannedStep, doing: string): void =>
  on({ kind: 'step', step: resultOf(planned, stepState(recorder.state(), planned.id)), doing });

export const dieAt = ({ aids }: Running, { id }: PlannedStep, phase: CrashPhase): void => aids.crash?.(`${id}:${phase}`);

/** Sleeps; false where a person wants the run to stop meanwhile. */
export const pause = async ({ ctx, on }: Running, { id }: PlannedStep, ms: number, why: string): Promise<boolean> => {
  if (ctx.signal.aborted) return false;
  if (ms > 0) on({ kind: 'pause', step: id, ms, why });
  try {
    await ctx.clock.sleep(Math.max(0, ms), ctx.signal);
    return true;
  } catch (thrown) {
    if (ctx.signal.aborted) return false;
    throw thrown;
  }
};

export const driverOf = ({ aids }: Running, { agent, control }: PlannedStep, access: 'read' | 'write'): Promise<ControlDriver> => {
  if (control === null) throw new Error('a step without a control has no driver');
  return aids.open(agent ?? '', control, access);
};

/** One call of a driver. What breaks it off leaves the attempt in doubt; what never left this machine is refused. */
export const attempt = async ({ ctx }: Running, { step }: PlannedStep, call: (signal: AbortSignal) => Promise<Effect>): Promise<Effect> => {
  const signal = AbortSignal.timeout(step.timeoutMs);
  try {
    const effect = await call(signal);
    return { ...effect, evidence: ctx.secrets.mask(effect.evidence) };
  } catch (thrown) {
    if (!(thrown instanceof OpsError) && !signal.aborted) throw thrown;
    const wasSent = !(thrown instanceof OpsError && thrown.kind === 'usage');
    return { result: wasSent ? 'unsure' : 'rejected', retry: wasSent, retryAfterMs: null, evidence: ctx.secrets.mask(messageOf(thrown)) };
  }
};

/** How long to wait before a further attempt, ms: as asked, else twice as long each time. */
export const backoffMs = (effect: Effect | null, answers: number): number => {
  if (effect === null || answers === 0) return 0;
  return Math.min(effect.retryAfterMs ?? Math.min(firstBackoffMs * 2 ** (answers - 1), longestBackoffMs), longestPauseMs);
};

/** Does what a step is for: journals that it will, does it once, journals what came of it. */
export const runStep = async (running: Running, planned: PlannedStep): Promise<void> => {
  const { run, recorder } = running;
  const { act } = stepState(recorder.state(), planned.id);
  if (!(await pause(running, planned, backoffMs(act.effect, act.answers), act.effect?.evidence ?? ''))) return;
  dieAt(running, planned, 'before-intent');
  const isAsPlanned = act.begun > 0 || !hasOtherFooting(run.plan, recorder.state(), planned);
  const change = isAsPlanned ? planned.change : await plannedAnew(running, planned);
  if (change === null && !isAsPlanned)
    return recordResult(running, planned, { result: 'already', retry: false, retryAfterMs: null, evidence: 'it is so already' });
  if (change === null) throw new Error(`step ${planned.id} has nothing planned to be done`);
  const tried = { ...planned, change };
  const driver = await openedForWriting(running, tried);
  if (driver === null) return;
  const key = `${run.id}/${planned.id}`;
  await recorder.record({ kind: 'intent', step: planned.id, attempt: act.begun + 1, key, change });
  tellStep(running, tried, 'acting');
  dieAt(running, planned, 'after-intent');
  const effect = await attempt(running, tried, (signal) => driver.apply(change, key, signal));
  dieAt(running, planned, 'after-act');
  await recordResult(running, tried, effect);
};

/** What a step changes as its target stands now. Throws as looking and planning do, and a refused error where it could not be undone. */
const plannedAnew = async (running: Running, planned: PlannedStep): Promise<Change | null> => {
  const { step, args, params } = planned;
  const wish = wishOf(step, args, params);
  if (wish === null) return null;
  const driver = await driverOf(running, planned, 'read');
  const change = driver.plan(wish, await driver.read(wish.action, AbortSignal.timeout(step.timeoutMs)));
  if (change === null || change.reversible || step.irreversible) return change;
  throw refusedError({
    code: 'step_irreversible',
    message: `an earlier step came otherwise than planned, and as things stand ${change.target} could not be put back`,
    hint: 'look at the target, then resume the run or leave the step out with --skip',
  });
};

/** A driver that cannot be opened, for want of a credential, is a refusal: nothing was sent. */
const openedForWriting = async (running: Running, planned: PlannedStep): Promise<ControlDriver | null> => {
  try {
    return await driverOf(running, planned, 'write');
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    await recordResult(running, planned, {
      result: 'rejected',
      retry: false,
      retryAfterMs: null,
      evidence: running.ctx.secrets.mask(thrown.message),
    });
    return null;
  }
};

/** Journals what came of an attempt, with what it puts in force. */
export const recordResult = async (running: Running, planned: PlannedStep, effect: Effect): Promise<void> => {
  const { recorder } = running;
  const { begun } = stepState(recorder.state(), planned.id).act;
  const isIt = isOurs({ ...stepState(recorder.state(), planned.id), act: { begun, ended: begun, answers: 1, effect } });
  const standing = isIt ? await standingMitigations(await running.ctx.journal()) : [];
  await recorder.record({ kind: 'result', step: planned.id, effect }, (at) => {
    if (!isIt) return nothing;
    const ended = endedByStep(planned, standing);
    const [begun, over] = [inForce(running, planned, { effect, ended, at }), noLongerInForce(running, ended, at)];
    return { writes: [...over.writes, ...begun.writes], acts: [...over.acts, ...begun.acts] };
  });
  tellStep(running, planned, '');
  dieAt(running, planned, 'after-result');
};

const nothing: Beside = { writes: [], acts: [] };

const endedByStep = ({ agent, change, control }: PlannedStep, standing: readonly Mitigation[]): readonly Mitigation[] =>
  change === null || control === null ? [] : endedBy(change, { agent: agent ?? '', control }, standing);

interface Done {
  readonly effect: Effect;
  /** What it left nothing of. */
  readonly ended: readonly Mitigation[];
  /** UTC epoch ms. */
  readonly at: number;
}

/**
 * What can be taken back later is noted with the result it stands on. That somebody is let in again, or that all is as it was before, is
 * nothing to take back: it would close again what was opened.
 */
const inForce = ({ run }: Running, { id, step, agent, change, control }: PlannedStep, { effect, ended, at }: Done): Beside => {
  if (change === null || control === null || !change.reversible || change.action === 'enable' || step.isNormal) return nothing;
  if (ended.some((each) => restores(change, each))) return nothing;
  const { evidence } = effect;
  const expiresAt = step.ttlMs === null ? null : at + step.ttlMs;
  const mitigation = mitigationId(run.id, id);
  return {
    writes: [
      startWrite({
        id: mitigation,
        run: run.id,
        step: id,
        agent: agent ?? '',
        action: change.action,
        control,
        change,
        status: 'active',
        appliedAt: at,
        expiresAt,
        onExpiry: step.onExpiry,
        endedAt: null,
        evidence,
      }),
    ],
    acts: [
      responseAct('mitigation.start', agent ?? run.id, {
        run: run.id,
        incident: run.incident,
        mitigation,
        step: id,
        action: change.action,
        target: change.target,
        expiresAt,
      }),
    ],
  };
};

/** What the change leaves nothing of is over: that a door was closed once it is open again. */
const noLongerInForce = ({ run }: Running, over: readonly Mitigation[], at: number): Beside => {
  const evidence = `run ${run.id} took it back`;
  return {
    writes: over.map(({ id }) => revertedWrite(id, at, evidence)),
    acts: over.map((each) =>
      responseAct('mitigation.revert', each.agent === '' ? each.run : each.agent, {
        run: each.run,
        mitigation: each.id,
        step: each.step,
        action: each.action,
        target: each.change.target,
        status: 'reverted',
        evidence,
      }),
    ),
  };
};

/** Decides an attempt that is in doubt by its target, and goes on from there. */
export const settleStep = async (running: Running, planned: PlannedStep): Promise<void> => {
  const { act } = stepState(running.recorder.state(), planned.id);
  const { decision, why } = await settlementOf(running, planned, planned.change);
  if (decision === 'stop') return leave(running, 'paused', why, planned.id);
  if (decision === 'adopt') return recordResult(running, planned, { result: 'applied', retry: false, retryAfterMs: null, evidence: why });
  // A death costs no attempt; an answer that left it open does.
  if (act.begun === act.ended && act.answers > planned.step.retries)
    return planned.traits?.readable === true
      ? recordResult(running, planned, { result: 'rejected', retry: false, retryAfterMs: null, evidence: why })
      : leave(running, 'paused', why, planned.id);
  return runStep(running, planned);
};

/** @param change as it was attempted */
export const settlementOf = async (running: Running, planned: PlannedStep, change: Change | null): Promise<Settlement> => {
  const { traits } = planned;
  if (change === null || traits === null) throw new Error(`step ${planned.id} is in doubt and has no control`);
  if (!traits.readable) return settle(change, traits, null);
  const seen = await readUntil(running, planned, change);
  return typeof seen === 'string'
    ? { decision: 'stop', why: `${change.target} cannot be read: ${seen}` }
    : settle(change, traits, seen.touched);
};

const readEveryMs = 2000;

/** The target as it is; why it cannot be seen, where it could not until the step's timeout. */
const readUntil = async (running: Running, planned: PlannedStep, { action }: Change): Promise<Observed | string> => {
  const { clock } = running.ctx;
  const until = clock.monotonic() + planned.step.timeoutMs;
  for (;;) {
    try {
      const driver = await driverOf(running, planned, 'read');
      return await driver.read(action, AbortSignal.timeout(planned.step.timeoutMs));
    } catch (thrown) {
      if (!(thrown instanceof OpsError)) throw thrown;
      if (clock.monotonic() + readEveryMs > until) return thrown.message;
      if (!(await pause(running, planned, readEveryMs, thrown.message))) return thrown.message;
    }
  }
};
