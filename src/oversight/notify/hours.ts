export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** Hours of some days, by the clock of a place. */
export interface Hours {
  /** Absent: every day. */
  readonly days?: readonly Weekday[] | undefined;
  /** `08:00`. */
  readonly from: string;
  /** `18:00`; where it is before `from`, that of the next day. */
  readonly to: string;
  /** IANA time zone. */
  readonly tz: string;
}

/** Minutes since midnight of `HH:MM`, up to 24:00; null: it is no time of day. */
export const clockMinutes = (text: string): number | null => {
  const [, hours, minutes] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  return hours === undefined || total > 24 * 60 ? null : total;
};

/** Clocks of places: making one costs a tenth of a millisecond, and a fleet names the same few zones. */
const clocks = new Map<string, Intl.DateTimeFormat>();

const clockIn = (zone: string): Intl.DateTimeFormat => {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  clocks.set(zone, clock);
  return clock;
};

/** The day and the minute since midnight that a clock in a zone shows. @param at UTC epoch ms */
export const wallTime = (zone: string, at: number): { readonly day: Weekday; readonly minute: number } => {
  const parts = Object.fromEntries(
    clockIn(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const day = weekdays.find((name) => name === parts['weekday']?.toLowerCase()) ?? 'mon';
  return { day, minute: Number(parts['hour']) * 60 + Number(parts['minute']) };
};

const dayBefore = (day: Weekday): Weekday => weekdays[(weekdays.indexOf(day) + 6) % 7] ?? day;

/** Whether a moment (UTC epoch ms) lies in the hours. A night belongs to the day it begins on: Friday 22:00 to 06:00 ends on Saturday. */
export const isWithin = ({ days, from, to, tz }: Hours, at: number): boolean => {
  const { day, minute } = wallTime(tz, at);
  const counts = (of: Weekday) => days === undefined || days.includes(of);
  const [begins, ends] = [clockMinutes(from) ?? 0, clockMinutes(to) ?? 24 * 60];
  if (begins < ends) return counts(day) && minute >= begins && minute < ends;
  return (counts(day) && minute >= begins) || (counts(dayBefore(day)) && minute < ends);
};
