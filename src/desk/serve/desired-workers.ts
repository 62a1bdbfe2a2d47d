import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { Conflict } from '../../ground/store/conflict.ts';
import { actWrite, readActs } from '../../response/scale/acts.journal.ts';
import { collectScale } from '../../response/scale/collect-scale.ts';
import { actsWindowMs } from '../../response/scale/past-acts.ts';
import type { DecisionCause } from '../../response/scale/scale-rule.ts';
import type { ScaleView } from '../../response/scale/scale-view.ts';

/** How many workers agents should have, for a scaler outside that asks. */
export interface DesiredWorkers {
  /** What was decided lately enough, by agent; of others a scaler is told nothing, and keeps what it has. */
  known(): readonly ScaleView[];
  /** Looks again and again until the signal fires. */
  run(signal: AbortSignal): Promise<void>;
}

export interface DesiredEvents {
  /** Another number is told from now on. */
  readonly changed: (view: ScaleView) => void;
  readonly trouble: (thrown: unknown) => void;
}

/** Milliseconds between two looks; what is older than three of them is told no more. */
export const pollMs = 30_000;
const freshMs = 3 * pollMs;

/** Where something else has a say in the number, or nobody knows, none is told. */
const silent: ReadonlySet<DecisionCause> = new Set(['held', 'stopped', 'unknown']);

/**
 * Decides again and again how many workers the agents should have that say how they scale. A number that changes is kept before it is told, so
 * that several receivers on one journal tell the same, and none is told anew while workers still begin.
 */
export const openDesiredWorkers = (ctx: Context, fleet: Fleet, { changed, trouble }: DesiredEvents): DesiredWorkers => {
  const agents = fleet.agents.filter(({ queue, scale }) => queue !== undefined && queue !== null && scale !== undefined && scale !== null);
  const told = new Map<string, { readonly view: ScaleView; readonly at: number }>();

  /** False: another receiver has told another number meanwhile. */
  const keep = async ({ agent, decision, workers, at }: ScaleView): Promise<boolean> => {
    if (decision.move === 'hold' || decision.wanted === null || workers.count === null) return true;
    const journal = await ctx.journal();
    const last = (await readActs(journal, agent, at - actsWindowMs)).at(-1);
    try {
      await journal.commit([actWrite(agent, { at, from: workers.count, to: decision.wanted }, last?.at ?? null)]);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof Conflict)) throw thrown;
      return false;
    }
  };
  const look = async (signal: AbortSignal): Promise<void> => {
    const { views } = await collectScale({ ...ctx, signal }, fleet, { agents, looksTwice: false, controls: 'all' }, () => undefined);
    for (const view of views) {
      if (silent.has(view.decision.cause)) {
        // A look that failed leaves what is told until it is too old; what somebody stopped is told no more at once.
        if (view.decision.cause !== 'unknown') told.delete(view.agent);
        continue;
      }
      if (!(await keep(view))) continue;
      told.set(view.agent, { view, at: ctx.clock.monotonic() });
      if (view.decision.move !== 'hold') changed(view);
    }
  };
  return {
    known: () => [...told.values()].filter(({ at }) => ctx.clock.monotonic() - at <= freshMs).map(({ view }) => view),
    async run(signal) {
      if (agents.length === 0) return;
      while (!signal.aborted) {
        await look(signal).catch((thrown) => {
          if (!signal.aborted) trouble(thrown);
        });
        // Rejects when the signal fires: that is how this ends.
        await ctx.clock.sleep(pollMs, signal).catch(() => undefined);
      }
    },
  };
};
