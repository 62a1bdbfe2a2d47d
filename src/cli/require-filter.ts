import type { Fleet } from '../fleet/agent.ts';
import { requireAgent } from '../fleet/select.ts';
import { type Filter, noWord, unmatched } from '../telemetry/stats/filter.cache.ts';

/** Refuses a filter by an agent that the manifest does not know: a typing error would look like an agent that does nothing. */
export const requireFilter = (fleet: Fleet, { agent, caller }: Filter): void => {
  for (const name of [agent, caller]) if (name !== undefined && name !== noWord && name !== unmatched) requireAgent(fleet, name);
};
