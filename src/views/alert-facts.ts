import { isoTime } from '../ground/output/json.ts';
import { formatMoney, formatShare, toUsd } from '../ground/units/amount.ts';
import { humanDuration } from '../ground/units/duration.ts';
import { isAcked, type Silence } from '../oversight/alerts/alert.ts';
import { type AlertFigures, figuresOfJudgement, sinceOf } from '../oversight/alerts/alert-figures.ts';
import type { AlertState } from '../oversight/alerts/alert-state.ts';
import type { Evaluated } from '../oversight/alerts/collect-alerts.ts';
import type { Judgement, Unit } from '../oversight/alerts/judgement.ts';
import type { ListedAlert } from '../oversight/alerts/listed.ts';
import { missing, type Sign, stateSigns } from './words.ts';

/** How each state of an alert looks; the word beside it says the same. */
export const alertSigns: Readonly<Record<AlertState, Sign>> = {
  firing: stateSigns.red,
  recovering: stateSigns.yellow,
  pending: stateSigns.yellow,
  resolved: stateSigns.green,
  inactive: { symbol: '○', ascii: 'o', tone: 'dim' },
};

/** The unit that documents have for a figure: money is in dollars there. */
export const unitWord = (unit: Unit): string => (unit === 'nanos' ? 'usd' : unit);

const inUnit = (value: number | null, unit: Unit): number | null => (value === null || unit !== 'nanos' ? value : toUsd(Math.round(value)));

/** A figure for people. */
export const figureWord = (value: number | null, unit: Unit): string => {
  if (value === null) return missing;
  if (unit === 'nanos') return formatMoney(Math.round(value));
  if (unit === 'share') return formatShare(value);
  if (unit === 'ms') return humanDuration(value);
  if (unit === 'ratio') return `${value.toFixed(1)} x`;
  return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(2);
};

/** `value $0.42, limit $0.30, usual $0.20`: only what is known. */
export const figureWords = ({ value, threshold, baseline, unit }: AlertFigures): readonly string[] =>
  (
    [
      ['value', value],
      ['limit', threshold],
      ['usual', baseline],
    ] as const
  ).flatMap(([name, figure]) => (figure === null ? [] : [`${name} ${figureWord(figure, unit)}`]));

/** What a judgement says, as documents have it. */
export const judgementFacts = (judgement: Judgement) => {
  const { value, threshold, baseline, unit } = figuresOfJudgement(judgement);
  return {
    value: inUnit(value, unit),
    threshold: inUnit(threshold, unit),
    baseline: inUnit(baseline, unit),
    unit: unitWord(unit),
    reason: judgement.reason,
  };
};

/** A silence as every document has it. */
export const silenceFacts = ({ id, matcher, reason, actor, startsAt, endsAt }: Silence) => ({
  id,
  rule: matcher.rule,
  agent: matcher.agent,
  reason,
  actor,
  at: isoTime(startsAt),
  until: isoTime(endsAt),
});

/** An alert as every document has it. */
export const alertFacts = (alert: ListedAlert) => {
  const { rule, agent, label, severity, category, instance, judgement, exemplar, told, untold, quiet, silence, ack, next } = alert;
  return {
    rule,
    agent,
    label,
    state: instance.state,
    severity,
    category,
    since: isoTime(sinceOf(alert)),
    ...judgementFacts(judgement),
    trace_id: exemplar,
    flapping: instance.flapping,
    told: told?.channels ?? [],
    untold: untold.map(({ channel, why, triesAt }) => ({ channel, why, tries_at: isoTime(triesAt) })),
    told_at: isoTime(told?.at ?? null),
    quiet: quiet === null ? null : { by: quiet.by, because: quiet.because },
    silence: silence === null ? null : silenceFacts(silence),
    acked: isAcked(alert) && ack !== null ? { actor: ack.actor, at: isoTime(ack.at), note: ack.note } : null,
    next,
  };
};

export const evaluatedFacts = ({ at, watermark }: Evaluated) => ({ evaluated_at: isoTime(at), watermark: isoTime(watermark) });

const quietWords = { silence: 'silenced', maintenance: 'in maintenance', parent: 'explained', ack: 'taken on' } as const;

/** Who knows of an alert, or why nobody does; raw. */
export const toldWords = (alert: Pick<ListedAlert, 'told' | 'untold' | 'quiet' | 'ack' | 'instance'>): readonly string[] => {
  const { told, untold, quiet, ack } = alert;
  const reached = (told?.channels ?? []).filter((channel) => !untold.some((each) => each.channel === channel));
  return [
    ...(reached.length === 0 ? [] : [`told ${reached.join(', ')}`]),
    ...(isAcked(alert) && ack !== null ? [`taken on by ${ack.actor}${ack.note === null ? '' : `: ${ack.note}`}`] : []),
    ...(quiet === null || quiet.by === 'ack' ? [] : [`${quietWords[quiet.by]}: ${quiet.because}`]),
    ...(alert.instance.flapping ? ['flapping'] : []),
  ];
};
