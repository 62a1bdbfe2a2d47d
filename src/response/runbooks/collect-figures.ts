import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { collectFleetStatus } from '../../oversight/status/collect-fleet-status.ts';
import { type AgentFigures, expressionFigures, unknownFigures } from './scope.ts';

/** Traces that were last read longer ago than this, and than the window itself, say nothing of the window. ms */
const staleMs = 300_000;

/**
 * What expressions see of an agent over a window that ends now. Where its traces were not read lately the figures are not known, however
 * few requests the cache holds: silence that nobody listened to is none.
 */
export const collectFigures = async (ctx: Context, fleet: Fleet, agent: string, windowMs: number): Promise<AgentFigures> => {
  const status = await collectFleetStatus(ctx, fleet, { windowMs, by: 'agent', filter: { agent } });
  const row = status.rows.find(({ key }) => key === agent);
  const state = row?.standing?.state ?? null;
  const { syncedUs } = status.coverage;
  const isFresh = syncedUs !== null && status.generatedAt - syncedUs / 1000 <= Math.max(staleMs, windowMs / 2);
  return row === undefined || !isFresh ? unknownFigures(state) : expressionFigures(row.figures, state);
};
