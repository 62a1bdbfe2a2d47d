import { openControl } from '../../controls/actions/open-control.ts';
import type { Agent, Fleet } from '../../fleet/agent.ts';
import { OpsError } from '../../ground/errors.ts';
import { digNumber } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { runBounded } from '../../ground/runtime/pool.ts';
import type { Replicas } from './worker-count.ts';

/** One look may take that long, ms. */
const readMs = 15_000;
const atOnce = 4;

/** What the controls that scale agents are set to, by agent; not of agents that have none, nor of a control that cannot tell. */
export const readReplicas = async (ctx: Context, fleet: Fleet, agents: readonly Agent[]): Promise<ReadonlyMap<string, Replicas>> => {
  const replicas = new Map<string, Replicas>();
  const bounds = { total: atOnce, perKey: atOnce, keyOf: () => '', signal: ctx.signal };
  await runBounded(agents, bounds, async ({ name, controls }) => {
    if (controls.scale === null) return;
    const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(readMs)]);
    try {
      const { exists, target, touched } = await (await openControl(ctx, fleet, name, controls.scale, 'read')).read('scale', signal);
      const count = digNumber(touched, 'replicas');
      if (count !== null) replicas.set(name, { count });
      else if (!exists) replicas.set(name, { problem: `there is no ${target}` });
    } catch (thrown) {
      ctx.signal.throwIfAborted();
      if (!(thrown instanceof OpsError) && !signal.aborted) throw thrown;
      const problem = thrown instanceof OpsError ? ctx.secrets.mask(thrown.message) : `it gave no answer within ${readMs / 1000} s`;
      replicas.set(name, { problem });
    }
  });
  return replicas;
};
