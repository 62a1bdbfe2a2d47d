import type { Agent, Check, Schedule } from '../../fleet/agent.ts';
import { spread } from '../../fleet/select.ts';
import { longestGap, previousTick } from '../../ground/units/cron.ts';

const minHeartbeatSlotMs = 60_000;

/**
 * The slot that a moment belongs to: the latest time at or before `now` at which the check was to run. Intervals start at an offset
 * made of the names, so that a fleet does not ask all at once and yet every process agrees.
 */
export const slotAt = (agent: string, check: Check, now: number): number | null => {
  const schedule = scheduleOf(check);
  if (schedule.kind === 'cron') return previousTick(schedule.cron, schedule.zone, now);
  const offset = spread(`${agent}/${check.id}`) % schedule.everyMs;
  return Math.floor((now - offset) / schedule.everyMs) * schedule.everyMs + offset;
};

/** How long a result stays evidence: two and a half times the longest time between two slots. Milliseconds. */
export const freshFor = (check: Check, now: number): number => {
  const schedule = scheduleOf(check);
  return 2.5 * (schedule.kind === 'every' ? schedule.everyMs : longestGap(schedule.cron, schedule.zone, now));
};

/** A heartbeat is looked at as often as its grace asks for: nothing is sent, and a late beat is to be seen in time. */
const scheduleOf = (check: Check): Schedule =>
  check.heartbeat === null
    ? check.schedule
    : { kind: 'every', everyMs: Math.max(minHeartbeatSlotMs, Math.min(check.heartbeat.graceMs, check.heartbeat.everyMs)) };

/** True while one of the agent's maintenance windows is open. */
export const inMaintenance = (agent: Agent, now: number): boolean =>
  agent.maintenance.some(({ cron, zone, forMs }) => {
    const began = previousTick(cron, zone, now);
    return began !== null && now < began + forMs;
  });
