import { plural } from '../../ground/output/phrases.ts';
import { formatMoney, formatShare, grouped } from '../../ground/units/amount.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import type { StandingState } from '../../oversight/status/fleet-status.ts';
import { missing, type stateSigns } from '../../views/words.ts';
import type { FleetReport, ReportedAgent } from './report.ts';

const monthNames = 'January February March April May June July August September October November December'.split(' ');
const months = monthNames.map((name) => name.slice(0, 3));
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

const two = (number: number): string => String(number).padStart(2, '0');

/** `24 Oct`, UTC. @param at UTC epoch ms */
export const dayWord = (at: number): string => {
  const date = new Date(at);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
};

/** `24 Oct 14:00`, UTC. */
export const momentWord = (at: number): string => {
  const date = new Date(at);
  return `${dayWord(at)} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
};

/** `Mon 23 Nov 2026, 09:00 UTC`. */
export const dateWord = (at: number): string => {
  const date = new Date(at);
  return `${weekdays[date.getUTCDay()]} ${dayWord(at)} ${date.getUTCFullYear()}, ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`;
};

/** `November` */
export const monthWord = (at: number): string => monthNames[new Date(at).getUTCMonth()] ?? '';

/** What a bucket of the trend is called. */
export const bucketWord = ({ trend }: Pick<FleetReport, 'trend'>): ((at: number) => string) =>
  trend.split === 'day' ? dayWord : momentWord;

export type StateName = keyof typeof stateSigns;
export const stateNames: readonly StateName[] = ['red', 'yellow', 'unknown', 'green'];

/** How many agents of the manifest are in each state; who is suppressed or in maintenance counts as well. */
export const countStates = (agents: readonly ReportedAgent[]): Readonly<Record<StateName, number>> => {
  const counts = { red: 0, yellow: 0, unknown: 0, green: 0 };
  for (const { standing } of agents) if (standing !== null) counts[standing.state] += 1;
  return counts;
};

/** `12% more`, `3.0% less`, `as much`: a value beside what it was. */
export const changeWord = (now: number, before: number): string => {
  if (before === 0) return now === 0 ? 'as much' : 'more than nothing';
  const change = now / before - 1;
  if (Math.abs(change) < 0.0005) return 'as much';
  if (change > 9) return `${(now / before).toFixed(0)} times as much`;
  return `${formatShare(Math.abs(change))} ${change > 0 ? 'more' : 'less'}`;
};

/** How long the window is: `30 days`, `36 hours`; `33 m`, of less than one of them. */
export const windowLength = ({ window, trend }: Pick<FleetReport, 'window' | 'trend'>): string => {
  const [ms, unit] = trend.split === 'day' ? [86_400_000, 'day'] : [3_600_000, 'hour'];
  const lasts = window.to - window.from;
  return lasts < ms ? humanDuration(lasts) : plural(Math.floor(lasts / ms), unit);
};

/** What is true now, in a few sentences. */
export const leadSentences = (report: FleetReport): readonly string[] => {
  const { agents, totals, before, month, agent } = report;
  const counts = countStates(agents);
  const all = stateNames.reduce((sum, name) => sum + counts[name], 0);
  const troubled = stateNames.filter((name) => name !== 'green' && counts[name] > 0).map((name) => `${grouped(counts[name])} ${name}`);
  const states =
    agent !== null
      ? `${agent} is ${agents[0]?.standing?.state ?? 'unknown'}.`
      : all === 0
        ? 'No agent is in the manifest.'
        : `${[`${grouped(counts.green)} of ${plural(all, 'agent')} ${counts.green === 1 || all === 1 ? 'is' : 'are'} green`, ...troubled].join(', ')}.`;
  const cost = totals.costNanos === null ? 'what that cost is not known' : `for ${formatMoney(totals.costNanos)}`;
  const compared =
    before === null || before.costNanos === null || totals.costNanos === null
      ? ''
      : `, ${changeWord(totals.costNanos, before.costNanos)} than in the ${windowLength(report)} before`.replace(
          'as much than',
          'as much as',
        );
  const work = `${plural(totals.requests, 'request')} in ${windowLength(report)}${totals.costNanos === null ? `; ${cost}` : ` ${cost}${compared}`}.`;
  return [states, ...troubleSentence(report), work, ...monthSentence(month)];
};

/** Instead of alerts and incidents, where nothing is known of them. */
export const blindWords = (trouble: string): string => `Alerts and incidents are not known: ${trouble}.`;

/** What it means that no alert is listed: where nobody judged, none could fire. */
export const quietWords = ({ judgedAt, window }: Pick<FleetReport, 'judgedAt' | 'window'>): string =>
  judgedAt !== null && judgedAt >= window.from ? 'no alert fired' : 'alerts were not judged in this time, which agentops tick does';

const troubleSentence = ({ incidents, alerts, journalTrouble }: FleetReport): readonly string[] => {
  if (journalTrouble !== null) return [blindWords(journalTrouble)];
  const open = incidents.filter(({ status }) => status !== 'resolved').length;
  const firing = alerts.filter(({ resolvedAt }) => resolvedAt === null).length;
  const facts = [
    ...(open === 0 ? [] : [`${plural(open, 'incident')} ${open === 1 ? 'is' : 'are'} not resolved`]),
    ...(firing === 0 ? [] : [`${plural(firing, 'alert')} ${firing === 1 ? 'fires' : 'fire'}`]),
  ];
  return facts.length === 0 ? [] : [`${facts.join(', ')}.`];
};

const monthSentence = ({ forecast, limitNanos, spentNanos, fromMs }: FleetReport['month']): readonly string[] => {
  const name = monthWord(fromMs);
  const of = limitNanos === null ? '' : ` of ${formatMoney(limitNanos)}`;
  if (forecast === null) return limitNanos === null ? [] : [`${name} has cost ${formatMoney(spentNanos)}${of} so far.`];
  return [
    `${name} is expected to come to ${formatMoney(forecast.expected)}${of === '' ? '' : `, ${forecast.expected > (limitNanos ?? 0) ? 'above' : 'within'} its budget${of}`}.`,
  ];
};

/** Milliseconds of a bucket of the trend. */
export const bucketMs = ({ trend }: Pick<FleetReport, 'trend'>): number => (trend.split === 'day' ? 86_400_000 : 3_600_000);

/** A value of an axis without digits that say nothing: `$2.00` is `$2`. */
export const roundTick = (written: string): string => written.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');

/** A mean of scores. */
export const scoreWord = (score: number | null): string => (score === null ? missing : score.toFixed(2));

/** Why an agent is as it is, opened by what keeps it from counting. */
export const excuseAndReasons = ({ suppressedBy, inMaintenance, reasons }: StandingState): string => {
  const excuse = suppressedBy !== null ? `suppressed by ${suppressedBy}` : inMaintenance ? 'in maintenance' : '';
  return [excuse, reasons.join('; ')].filter((part) => part !== '').join(': ');
};
