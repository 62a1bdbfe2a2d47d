import type { TurnLimits } from '../../agents/protocols/port.ts';
import type { Agent, Check, Fleet } from '../../fleet/agent.ts';
import { dig } from '../../ground/json.ts';

const longestConnectMs = 10_000;

/**
 * How long a turn of a check may take. The narrowest that was said counts: the command, the check, the endpoint, the defaults.
 * @param timeoutMs what the command said; null: nothing
 */
export const turnLimits = (fleet: Fleet, agent: Agent, check: Check, timeoutMs: number | null): TurnLimits => {
  const said = dig(agent.endpoint?.config, 'timeout');
  const phase = (name: string) => {
    const value = dig(said, name);
    return typeof value === 'number' ? value : null;
  };
  const totalMs = timeoutMs ?? check.timeoutMs ?? (typeof said === 'number' ? said : phase('total')) ?? fleet.defaults.timeoutMs;
  return {
    totalMs,
    connectMs: Math.min(phase('connect') ?? longestConnectMs, totalMs),
    firstByteMs: Math.min(phase('first_byte') ?? totalMs, totalMs),
    stallMs: Math.min(phase('stall') ?? totalMs, totalMs),
  };
};
