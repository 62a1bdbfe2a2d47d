import type { Fleet } from '../../fleet/agent.ts';
import { OpsError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { backends } from './registry.ts';

/** The page of a trace in the interface of the backend it came from; null where there is none, or its address is a secret that is not set here. */
export const readTraceLink = async (ctx: Context, fleet: Fleet, source: string, traceId: string): Promise<string | null> => {
  const slot = fleet.backends[source];
  const load = slot === undefined ? undefined : backends[slot.kind];
  if (slot === undefined || load === undefined) return null;
  try {
    return (await load()).default.open(slot.config, ctx).link?.(traceId) ?? null;
  } catch (thrown) {
    // A trace is worth showing without its link.
    if (thrown instanceof OpsError) return null;
    throw thrown;
  }
};
