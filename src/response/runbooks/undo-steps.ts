import { reversed } from '../../controls/actions/compare.ts';
import { mitigationId } from '../../controls/actions/mitigation.ts';
import { readMitigation, revertedWrite } from '../../controls/actions/mitigations.journal.ts';
import type { Effect } from '../../controls/actions/port.ts';
import { listOf } from '../../ground/output/phrases.ts';
import { responseAct } from './acts.ts';
import { reliantRuns } from './collect-reliant-runs.ts';
import type { PlannedStep } from './plan.ts';
import { leave } from './record-end.ts';
import type { Beside } from './record-run.ts';
import { attempt, backoffMs, dieAt, driverOf, pause, type Running, settlementOf, tellStep } from './run-step.ts';
import { stepState } from './step-state.ts';

/** Takes back what one step changed, only where it still stands as the step left it: journals that it will, does it once, journals what came of it. */
export const undoStep = async (running: Running, planned: PlannedStep, beside: BesideUndo = noLongerInForce): Promise<void> => {
  const { run, recorder } = running;
  const { change } = planned;
  if (change === null) throw new Error(`step ${planned.id} changed nothing that could be taken back`);
  const ended = await endedAlready(running, planned);
  if (ended !== null)
    return recordUndone(running, planned, { result: 'already', retry: false, retryAfterMs: null, evidence: ended }, nothingBeside);
  const { undo } = stepState(recorder.state(), planned.id);
  if (!(await pause(running, planned, backoffMs(undo.effect, undo.answers), undo.effect?.evidence ?? ''))) return;
  dieAt(running, planned, 'before-undo-intent');
  const driver = await driverOf(running, planned, 'write');
  const key = `${run.id}/${planned.id}/undo`;
  await recorder.record({ kind: 'undo-intent', step: planned.id, key });
  tellStep(running, planned, 'undoing');
  dieAt(running, planned, 'after-undo-intent');
  const effect = await attempt(running, planned, (signal) => driver.undo(change, key, signal));
  dieAt(running, planned, 'after-undo-act');
  await recordUndone(running, planned, effect, beside);
};

/**
 * Takes back what one step changed, unless another run has counted on it since: who wants that one's target opened all the same has to say
 * so of it. The run waits for a person then.
 */
export const undoUnreliedStep = async (running: Running, planned: PlannedStep): Promise<void> => {
  const { ctx, run } = running;
  const journal = await ctx.journal();
  const mitigation = await readMitigation(journal, mitigationId(run.id, planned.id));
  const others = mitigation === null || mitigation.status === 'reverted' ? [] : await reliantRuns(journal, mitigation);
  if (others.length === 0) return undoStep(running, planned);
  const why = `${mitigation?.change.target} stays as it is: ${listOf(others)} ${others.length === 1 ? 'counts' : 'count'} on it; undo ${others.length === 1 ? 'that run' : 'those runs'} first`;
  return leave(running, 'paused', why, planned.id);
};

/**
 * Why nothing is left to be taken back of a step; null: it is still in force. How its target stands then is the doing of somebody else, even
 * where it looks the same: an agent that was let in and closed again stays closed.
 */
const endedAlready = async ({ ctx, run }: Running, { id }: PlannedStep): Promise<string | null> => {
  const mitigation = await readMitigation(await ctx.journal(), mitigationId(run.id, id));
  return mitigation?.status === 'reverted' ? `it had ended already: ${mitigation.evidence}` : null;
};

const nothingBeside: BesideUndo = () => ({ writes: [], acts: [] });

const recordUndone = async (running: Running, planned: PlannedStep, effect: Effect, beside: BesideUndo): Promise<void> => {
  const isUndone = effect.result === 'applied' || effect.result === 'already';
  await running.recorder.record({ kind: 'undo-result', step: planned.id, effect }, (at) =>
    isUndone ? beside(running, planned, effect, at) : { writes: [], acts: [] },
  );
  tellStep(running, planned, '');
  dieAt(running, planned, 'after-undo-result');
};

/** What goes into the commit of a step's undoing. */
export type BesideUndo = (running: Running, planned: PlannedStep, effect: Effect, at: number) => Beside;

const noLongerInForce: BesideUndo = ({ run }, { id, agent, change }, { evidence }, at) => {
  if (change?.action === 'enable') return { writes: [], acts: [] };
  const mitigation = mitigationId(run.id, id);
  return {
    writes: [revertedWrite(mitigation, at, evidence)],
    acts: [
      responseAct('mitigation.revert', agent ?? run.id, {
        run: run.id,
        incident: run.incident,
        mitigation,
        step: id,
        action: change?.action ?? null,
        target: change?.target ?? null,
        status: 'reverted',
        evidence,
      }),
    ],
  };
};

/** Decides a taking back that is in doubt by its target, and goes on from there. */
export const settleUndo = async (running: Running, planned: PlannedStep): Promise<void> => {
  const { change, step, traits } = planned;
  const { undo } = stepState(running.recorder.state(), planned.id);
  const { decision, why } = await settlementOf(running, planned, change === null ? null : reversed(change));
  if (decision === 'adopt')
    return recordUndone(running, planned, { result: 'applied', retry: false, retryAfterMs: null, evidence: why }, noLongerInForce);
  const isSpent = undo.begun === undo.ended && undo.answers > step.retries;
  if (decision === 'stop' || (isSpent && traits?.readable !== true)) return leave(running, 'paused', why, planned.id);
  if (isSpent)
    return recordUndone(running, planned, { result: 'rejected', retry: false, retryAfterMs: null, evidence: why }, noLongerInForce);
  return undoStep(running, planned);
};
