import { dig } from '../../ground/json.ts';
import type { TurnLimits } from './port.ts';

const longestConnectMs = 10_000;

/**
 * How long a turn may take, by what an endpoint's `timeout` says as a whole or by phase.
 * @param totalMs what was said nearer than by the endpoint; null: nothing
 * @param usualMs where nothing was said at all
 */
export const endpointLimits = (timeout: unknown, totalMs: number | null, usualMs: number): TurnLimits => {
  const phase = (name: string) => {
    const value = dig(timeout, name);
    return typeof value === 'number' ? value : null;
  };
  const total = totalMs ?? (typeof timeout === 'number' ? timeout : phase('total')) ?? usualMs;
  return {
    totalMs: total,
    connectMs: Math.min(phase('connect') ?? longestConnectMs, total),
    firstByteMs: Math.min(phase('first_byte') ?? total, total),
    stallMs: Math.min(phase('stall') ?? total, total),
  };
};
