import { endpointLimits } from '../../agents/protocols/endpoint-limits.ts';
import type { TurnLimits } from '../../agents/protocols/port.ts';
import type { Agent, Check, Fleet } from '../../fleet/agent.ts';
import { dig } from '../../ground/json.ts';

/**
 * How long a turn of a check may take. The narrowest that was said counts: the command, the check, the endpoint, the defaults.
 * @param timeoutMs what the command said; null: nothing
 */
export const turnLimits = (fleet: Fleet, agent: Agent, check: Check, timeoutMs: number | null): TurnLimits =>
  endpointLimits(dig(agent.endpoint?.config, 'timeout'), timeoutMs ?? check.timeoutMs, fleet.defaults.timeoutMs);
