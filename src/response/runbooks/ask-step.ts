import { digNumber, digString } from '../../ground/json.ts';
import type { PlannedStep } from './plan.ts';
import { leave } from './record-end.ts';
import { dieAt, pause, type Running, recordResult, tellStep } from './run-step.ts';
import { stepState } from './step-state.ts';

/** A longer wait leaves the run to be resumed, ms. */
const longestWaitHereMs = 600_000;

/** How many people a step that waits for approval waits for. */
export const approversOf = ({ approval }: Pick<PlannedStep, 'approval'>): number => (approval === 'two' ? 2 : 1);

/** A step that is a person's, or time's: it is over once they have spoken, or it has passed; else the run waits. */
export const askStep = async (running: Running, planned: PlannedStep): Promise<void> => {
  const { ctx, run, recorder } = running;
  const before = stepState(recorder.state(), planned.id);
  if (before.act.begun === 0) {
    dieAt(running, planned, 'before-intent');
    await recorder.record({ kind: 'intent', step: planned.id, attempt: 1, key: `${run.id}/${planned.id}`, change: null });
    if (planned.step.kind !== 'wait') tellStep(running, planned, 'waiting for a person');
    dieAt(running, planned, 'after-intent');
  }
  const over = (evidence: string) => recordResult(running, planned, { result: 'applied', retry: false, retryAfterMs: null, evidence });
  const wait = (why: string) => leave(running, 'waiting', why, planned.id);
  const { approvedBy, startedAt } = stepState(recorder.state(), planned.id);
  if (planned.step.kind === 'approve') {
    const approvers = await trueApprovers(running, planned, approvedBy);
    return approvers.length >= approversOf(planned)
      ? over(`approved by ${approvers.join(', ')}`)
      : wait(digString(planned.args, 'message') ?? '');
  }
  if (planned.step.kind === 'manual') return wait(digString(planned.args, 'instruction') ?? '');
  const left = (startedAt ?? 0) + (digNumber(planned.args, 'ms') ?? 0) - ctx.clock.now();
  if (left > longestWaitHereMs) return wait(`${Math.ceil(left / 60_000)} more minutes have to pass`);
  if (await pause(running, planned, left, 'as the runbook says')) return over('the time has passed');
};

/** Where two have to sign, what stands in the journal is no proof: their signatures are looked at anew, as when a run begins. */
const trueApprovers = async ({ aids, run }: Running, planned: PlannedStep, told: readonly string[]): Promise<readonly string[]> => {
  if (approversOf(planned) < 2 || aids.signersOf === undefined) return told;
  const signers = await aids.signersOf(`${run.id}/${planned.id}`);
  return told.filter((by) => signers.includes(by));
};
