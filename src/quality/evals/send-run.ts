import type { Fleet } from '../../fleet/agent.ts';
import { suggestion } from '../../fleet/problems.ts';
import type { Registry } from '../../fleet/slots.ts';
import { OpsError, usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Journal } from '../../ground/store/port.ts';
import type { TraceBackend } from '../../telemetry/traces/port.ts';
import { outgoingTrial } from './outgoing-trial.ts';
import type { EvalRun } from './run.ts';
import { readTrials } from './trials.journal.ts';

/** A place that runs can be shown at. */
export interface Showcase {
  /**
   * Shows a run that has ended there; again does no harm.
   * @returns one sentence: where it stands, or why it does not; never throws for what the backend did, because that changes no verdict
   */
  show(journal: Journal, run: EvalRun): Promise<string>;
}

/** The backend of this name as a place to show runs at. Throws a usage error where there is none, or it has nothing of the kind. */
export const openShowcase = async (ctx: Context, fleet: Fleet, registry: Registry<TraceBackend>, name: string): Promise<Showcase> => {
  const slot = fleet.backends[name];
  const load = slot === undefined ? undefined : registry[slot.kind];
  if (slot === undefined || load === undefined)
    throw usageError({
      code: 'backend_unknown',
      message: `there is no backend ${name}`,
      hint: suggestion(name, Object.keys(fleet.backends)) ?? 'backends: of the manifest names them',
    });
  const backend = (await load()).default.open(slot.config, ctx);
  if (backend.postRun === undefined)
    throw usageError({
      code: 'backend_takes_no_runs',
      message: `${name} is of kind ${slot.kind}, which has no place for runs of a suite`,
      hint: 'name a backend of kind langfuse, langsmith or braintrust',
    });
  return {
    async show(journal, run) {
      const { id, suite, agent, release, verdict } = run;
      const trials = (await readTrials(journal, id)).filter(({ arm }) => arm === 'candidate').map((trial) => outgoingTrial(run, trial));
      try {
        const what = await backend.postRun?.({ id, suite, agent, release, verdict, trials }, ctx.signal);
        return `The run is shown in ${name}: ${what}.`;
      } catch (thrown) {
        if (ctx.signal.aborted) return `The run is not shown in ${name}, or not all of it: it was stopped.`;
        if (!(thrown instanceof OpsError)) throw thrown;
        return `The run is not shown in ${name}, or not all of it: ${ctx.secrets.mask(thrown.message)}.`;
      }
    },
  };
};
