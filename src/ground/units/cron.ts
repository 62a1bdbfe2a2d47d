import { Cron } from 'croner';

/** Why a cron expression or time zone cannot be used; null where it can. Five fields, as in crontab(5). */
export const cronProblem = (expression: string, zone: string): string | null => {
  if (expression.trim().split(/\s+/).length !== 5 && !expression.startsWith('@')) return 'is not a cron expression of five fields';
  try {
    if (new Cron(expression, { timezone: zone, paused: true }).nextRun() === null) return 'never comes true';
    return null;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message.replace(/^CronPattern: /, '') : String(thrown);
    return isZone(zone) ? `is not a cron expression: ${why}` : `has an unknown time zone ${JSON.stringify(zone)}`;
  }
};

export const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

/** The last moment at or before `at` (UTC epoch ms) at which the expression came true; null where it never did. */
export const previousTick = (expression: string, zone: string, at: number): number | null => {
  // croner counts whole seconds and excludes its starting point.
  const [last] = new Cron(expression, { timezone: zone, paused: true }).previousRuns(1, new Date(at + 1000 - (at % 1000)));
  return last === undefined ? null : last.getTime();
};

/** The longest gap between two of the next eight ticks, in ms: what staleness is measured by. */
export const longestGap = (expression: string, zone: string, from: number): number => {
  const ticks = new Cron(expression, { timezone: zone, paused: true }).nextRuns(8, new Date(from)).map((tick) => tick.getTime());
  return ticks.slice(1).reduce((longest, tick, index) => Math.max(longest, tick - (ticks[index] ?? tick)), 0);
};
