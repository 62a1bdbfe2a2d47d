import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { allProviders, wholeFleet } from '../../oversight/alerts/subject.ts';
import { loadRunbooks } from './load-runbooks.ts';
import { alertsOfAgents } from './outage-alerts.ts';
import { callsFor, type FiredAlert } from './trigger.ts';

/** What tells who spent what the fleet did. */
export const whoSpent = 'agentops budget show';

/** What tells whom a provider hits. */
export const whomItHits = 'agentops providers status';

/**
 * Reads every runbook once, and answers what to type where an alert fires: the most resolute call; null where none calls. What the fleet as
 * a whole spent calls for who spent it, where no runbook can be run without saying which agent is meant; a provider that is out, for the
 * first agent that can be moved away from it, or for whom it hits.
 */
export const loadSuggestions = async (ctx: Context, fleet: Fleet): Promise<(alert: FiredAlert) => string | null> => {
  const runbooks = (await loadRunbooks(ctx, fleet)).flatMap(({ runbook }) => runbook ?? []);
  const agents = fleet.agents.map(({ name }) => name);
  return (alert) => {
    if (alert.agent === allProviders) {
      const [moved] = alertsOfAgents(fleet, { ...alert, agent: allProviders });
      return (moved === undefined ? undefined : callsFor(runbooks, moved, agents)[0]?.command) ?? whomItHits;
    }
    const calls = callsFor(runbooks, alert, agents);
    if (alert.agent !== wholeFleet) return calls[0]?.command ?? null;
    return calls.find(({ missing }) => missing.length === 0)?.command ?? whoSpent;
  };
};
