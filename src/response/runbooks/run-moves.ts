import { OpsError } from '../../ground/errors.ts';
import { askStep } from './ask-step.ts';
import { type Move, nextMove } from './next-move.ts';
import { type PlannedStep, stepsOf } from './plan.ts';
import { endRun, leave } from './record-end.ts';
import { recordNotice } from './record-notice.ts';
import { recordSettled, recordSkip } from './record-skip.ts';
import type { RunResult } from './run.ts';
import { containMsOf, resultOfRun, resumeCommandOf, stepResults } from './run-result.ts';
import { type Running, runStep, settleStep } from './run-step.ts';
import { resultOf, stepState } from './step-state.ts';
import { settleUndo, undoUnreliedStep } from './undo-steps.ts';
import { confirmStep, verifyStep } from './verify-step.ts';

/**
 * Goes from move to move until the run ends or waits. What is next follows from the journal alone, so that a run that was killed anywhere
 * goes on here as if it had not been. Throws a handover error where a lease was lost, even while nothing is done but waiting.
 */
export const runMoves = async (begun: Running): Promise<RunResult> => {
  const { run, recorder, on } = begun;
  const ctx = { ...begun.ctx, signal: AbortSignal.any([begun.ctx.signal, recorder.lost]) };
  const running = { ...begun, ctx };
  on({ kind: 'started', run, steps: stepResults(run, recorder.state()), resumeCommand: resumeCommandOf(run, recorder.state()) });
  let quietMs: number | null = null;
  while (recorder.state().status === 'running') {
    recorder.lost.throwIfAborted();
    const move = nextMove(run.plan, await recorder.refresh());
    if (ctx.signal.aborted && !finishesStep(move)) await leave(running, 'paused', 'it was interrupted', null);
    else if (move.kind === 'end') quietMs = await endRun(running, move);
    else await makeOrStop(running, move);
  }
  const state = recorder.state();
  return resultOfRun(run, state, { containMs: containMsOf(run, state), quietMs });
};

/** Whoever interrupts a run waits for the act under way, not for what would come after it. */
const finishesStep = ({ kind }: Move): boolean => ['settle', 'confirm', 'settle-undo', 'stop', 'end'].includes(kind);

type StepMove = Exclude<Move, { kind: 'end' }>;

/** What keeps this machine from making a move, a missing credential for one, is no verdict on the step: a person is called. */
const makeOrStop = async (running: Running, move: StepMove): Promise<void> => {
  try {
    await make(running, move);
  } catch (thrown) {
    if (!(thrown instanceof OpsError) || thrown.kind === 'handover') throw thrown;
    await leave(running, 'paused', thrown.message, move.planned.id);
  }
};

const make = async (running: Running, move: StepMove): Promise<void> => {
  const { planned } = move;
  switch (move.kind) {
    case 'act':
      return planned.step.kind === 'notify' ? recordNotice(running, planned) : runStep(running, planned);
    case 'settle':
      return settleStep(running, planned);
    case 'confirm':
      return confirmStep(running, planned);
    case 'verify':
      return verifyStep(running, planned);
    case 'ask':
      return askStep(running, planned);
    case 'undo':
      return undoUnreliedStep(running, planned);
    case 'settle-undo':
      return settleUndo(running, planned);
    case 'skip':
      return recordSkip(running, planned, move.why);
    case 'settled':
      return recordSettled(running, planned);
    case 'decide':
      return decide(running, planned, move.held);
    case 'stop':
      return leave(running, 'paused', move.why, planned.id);
  }
};

const decide = async (running: Running, planned: PlannedStep, held: Move): Promise<void> => {
  const { aids, run, recorder } = running;
  const earlier = stepsOf(run.plan)
    .filter(({ id }) => id !== planned.id)
    .map((each) => resultOf(each, stepState(recorder.state(), each.id)));
  const { value, why } = await aids.decide(planned, earlier);
  if (value === 'inconclusive') return leave(running, 'paused', why ?? '', planned.id);
  if (!value) return recordSkip(running, planned, 'its condition does not hold');
  if (held.kind !== 'end') return make(running, held);
};
