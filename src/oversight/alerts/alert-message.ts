import type { JsonObject } from '../../ground/json.ts';
import { isoTime } from '../../ground/output/json.ts';
import { formatMoney, formatShare } from '../../ground/units/amount.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import type { Message, Outgoing } from '../notify/port.ts';
import type { Destination } from '../notify/route.ts';
import { type Alert, aboutKey } from './alert.ts';
import type { Announcement, Told } from './announcement.ts';
import type { Unit } from './judgement.ts';
import { agentNamed } from './subject.ts';

/** All that a message about an alert tells. */
export interface Telling {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly now: number;
  readonly alert: Alert;
  /** What the rule means; may be empty. */
  readonly description: string;
  readonly kind: Announcement['kind'];
  /** Which firing: when it began, UTC epoch ms; and which reminder of it, from 1. */
  readonly firedAt: number;
  readonly reminders: number;
  /** It began while nobody judged, and is told of late. */
  readonly isLate: boolean;
  readonly exemplars: readonly string[];
  /** What to type, as a runbook suggests it; null: none does. */
  readonly suggested: string | null;
}

const phases = { fire: 'begins', remind: 'goes-on', resolve: 'ends' } as const;

/** What people are told of an alert: why, since when, its value against what is usual or allowed, traces that show it, and what to type next. */
export const alertMessage = (telling: Telling): Message => {
  const { fleet, now, alert, kind, firedAt } = telling;
  const { rule, agent, label, judgement, severity } = alert;
  const name = `${rule}${label === '' ? '' : ` (${label})`}`;
  const whose = agentNamed(agent) ?? fleet;
  const lasted = humanDuration(Math.max(0, (kind === 'resolve' ? alert.instance.since : now) - firedAt));
  return {
    event: `alert.${kind}`,
    about: { key: aboutKey(alert), phase: phases[kind], since: firedAt },
    severity: kind === 'resolve' ? 'notify' : severity,
    fleet,
    agent: agentNamed(agent),
    title:
      kind === 'resolve'
        ? `${whose}: ${name} is over after ${lasted}`
        : `${whose}: ${name}${kind === 'remind' ? ` for ${lasted}` : ''}: ${judgement.reason}`,
    text: linesOf(telling, lasted).join('\n'),
    next: kind === 'resolve' ? null : (telling.suggested ?? explainCommand(alert)),
    facts: factsOf(telling),
  };
};

/** The command that shows the figures behind an alert. */
export const explainCommand = ({ rule, agent }: Pick<Alert, 'rule' | 'agent'>): string => `agentops alerts explain ${rule} ${agent}`;

const linesOf = ({ alert, description, kind, firedAt, isLate, exemplars }: Telling, lasted: string): readonly string[] => {
  const { judgement } = alert;
  const since = `since ${isoTime(firedAt)}`;
  return [
    ...(description === '' ? [] : [description]),
    ...(kind === 'resolve' ? [`It fired ${since}, for ${lasted}. Last seen: ${judgement.reason}`] : [`It fires ${since}.`]),
    ...(isLate ? ['It is told of late: nobody evaluated alerts, or its traces were not known, when it began.'] : []),
    ...(judgement.value === null ? [] : [againstOf(alert)]),
    ...(exemplars.length === 0 || kind === 'resolve' ? [] : [`Traces that show it: ${exemplars.join(', ')}`]),
  ];
};

const againstOf = ({ judgement: { value, baseline, threshold, unit } }: Alert): string => {
  const now = `Value ${written(value ?? 0, unit)}`;
  if (baseline !== null) return `${now}, usually ${written(baseline, unit)}.`;
  return threshold === null ? `${now}.` : `${now}, limit ${written(threshold, unit)}.`;
};

const written = (value: number, unit: Unit): string => {
  switch (unit) {
    case 'share':
      return formatShare(value);
    case 'nanos':
      return formatMoney(Math.round(value));
    case 'ms':
      return humanDuration(value);
    case 'ratio':
      return `${value.toFixed(2)} ×`;
    case 'score':
      return value.toFixed(2);
    default:
      return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(1);
  }
};

const factsOf = ({ alert, firedAt, isLate, exemplars, kind }: Telling): JsonObject => ({
  alert: aboutKey(alert),
  rule: alert.rule,
  label: alert.label,
  category: alert.category,
  severity: alert.severity,
  state: alert.instance.state,
  flapping: alert.instance.flapping,
  since: isoTime(firedAt),
  ended_at: kind === 'resolve' ? isoTime(alert.instance.since) : null,
  late: isLate,
  value: alert.judgement.value,
  threshold: alert.judgement.threshold,
  baseline: alert.judgement.baseline,
  unit: alert.judgement.unit,
  requests: alert.judgement.n,
  reason: alert.judgement.reason,
  exemplars,
});

/** The message to each channel of an announcement. Its key is that of no other message, and the same however often it is made. */
export const alertLetters = (telling: Telling, destinations: readonly Destination[]): readonly Outgoing[] => {
  const { alert, kind, firedAt, reminders } = telling;
  const dedupKey = `${aboutKey(alert)}/${firedAt}/${kind === 'remind' ? `remind-${reminders}` : kind}`;
  const message = alertMessage(telling);
  return destinations.map(({ channel, group }) => ({ channel, dedupKey, message, group }));
};

/** What was known before an announcement, or is after it: which firing it is of. */
export const firingOf = (before: Told | null, after: Told | null): number => after?.firedAt ?? before?.firedAt ?? 0;
