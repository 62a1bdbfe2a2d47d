import type { Agent, Check, Schedule } from '../../fleet/agent.ts';
import { spread } from '../../fleet/select.ts';
import { nextTicks, previousTick } from '../../ground/units/cron.ts';

const minHeartbeatSlotMs = 60_000;
/** How many intervals a result stays evidence. */
const freshIntervals = 2.5;

/**
 * The slot that a moment belongs to: the latest time at or before `now` at which the check was to run; null where there was none.
 * Intervals start at an offset made of the names, so that a fleet does not ask all at once and yet every process agrees.
 */
export const slotAt = (agent: string, check: Check, now: number): number | null => {
  const schedule = scheduleOf(check);
  if (schedule.kind === 'cron') return previousTick(schedule.cron, schedule.zone, now);
  const offset = spread(`${agent}/${check.id}`) % schedule.everyMs;
  return Math.floor((now - offset) / schedule.everyMs) * schedule.everyMs + offset;
};

/**
 * Until when a result that ended at `endedAt` is evidence: two and a half intervals, UTC epoch ms. The intervals of a cron expression
 * are those that follow, so that a check of office hours does not grow stale overnight.
 */
export const freshUntil = (check: Check, endedAt: number): number => {
  const schedule = scheduleOf(check);
  if (schedule.kind === 'every') return endedAt + freshIntervals * schedule.everyMs;
  const [, second, third] = nextTicks(schedule.cron, schedule.zone, endedAt, 3);
  return second === undefined || third === undefined ? Number.POSITIVE_INFINITY : (second + third) / 2;
};

/** A heartbeat is looked at as often as its grace asks for: nothing is sent, and a late beat is to be seen in time. */
const scheduleOf = (check: Check): Schedule =>
  check.heartbeat === null
    ? check.schedule
    : { kind: 'every', everyMs: Math.max(minHeartbeatSlotMs, Math.min(check.heartbeat.graceMs, check.heartbeat.everyMs)) };

/** True while one of the agent's maintenance windows is open: from its beginning until just before its end. */
export const inMaintenance = (agent: Agent, now: number): boolean =>
  agent.maintenance.some(({ cron, zone, forMs }) => {
    const began = previousTick(cron, zone, now);
    return began !== null && now < began + forMs;
  });
