import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { loadRunbooks } from './load-runbooks.ts';
import { callsFor, type FiredAlert } from './trigger.ts';

/** Reads every runbook once, and answers what to type where an alert fires: the most resolute call; null where none calls. */
export const loadSuggestions = async (ctx: Context, fleet: Fleet): Promise<(alert: FiredAlert) => string | null> => {
  const runbooks = (await loadRunbooks(ctx, fleet)).flatMap(({ runbook }) => runbook ?? []);
  const agents = fleet.agents.map(({ name }) => name);
  return (alert) => callsFor(runbooks, alert, agents)[0]?.command ?? null;
};
