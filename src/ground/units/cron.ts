import { Cron } from 'croner';

/** Why a cron expression or time zone cannot be used; null where it can. Five fields as in crontab(5), or a name such as `@daily`. */
export const cronProblem = (expression: string, zone: string): string | null => {
  if (expression.trim().split(/\s+/).length !== 5 && !expression.startsWith('@')) return 'is not a cron expression of five fields';
  try {
    return parse(expression, zone).nextRun(new Date(0)) === null ? 'never comes true' : null;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message.replace(/^CronPattern: /, '') : String(thrown);
    return isZone(zone) ? `is not a cron expression: ${why}` : `has an unknown time zone ${JSON.stringify(zone)}`;
  }
};

/** Answers of `isZone`: asking the runtime costs a third of a millisecond, and a fleet names the same few zones a thousand times. */
const zones = new Map<string, boolean>();
const maxZones = 1000;

export const isZone = (zone: string): boolean => {
  const known = zones.get(zone);
  if (known !== undefined) return known;
  const answer = askZone(zone);
  if (zones.size < maxZones) zones.set(zone, answer);
  return answer;
};

const askZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

/**
 * The last moment at or before `at` (UTC epoch ms) at which the expression came true; null where it never did. A time that the zone
 * skips in spring comes true when the clock has jumped; one that it has twice in autumn, the first time only.
 */
export const previousTick = (expression: string, zone: string, at: number): number | null => {
  // croner counts whole seconds and excludes its starting point.
  const [last] = parse(expression, zone).previousRuns(1, new Date(at + 1000 - (at % 1000)));
  return last === undefined ? null : last.getTime();
};

/** The next `count` moments after `at` (UTC epoch ms) at which the expression comes true. */
export const nextTicks = (expression: string, zone: string, at: number, count: number): readonly number[] =>
  parse(expression, zone)
    .nextRuns(count, new Date(at))
    .map((tick) => tick.getTime());

const parse = (expression: string, zone: string): Cron => new Cron(expression, { timezone: zone, paused: true });
