import type { Alert, AlertEvent, AlertKey } from '../../oversight/alerts/alert.ts';
import { isFiring } from '../../oversight/alerts/alert-state.ts';
import type { Category, Severity } from '../../oversight/alerts/rule.ts';

/** One firing of an alert. Instants are event time, UTC epoch ms. */
export interface Episode extends AlertKey {
  /** Null: the alert is not in the journal any more. */
  readonly severity: Severity | null;
  readonly category: Category | null;
  /** Null: before what was looked at. */
  readonly firedAt: number | null;
  /** Null: it goes on. */
  readonly resolvedAt: number | null;
  /** Whether people were told. */
  readonly told: boolean;
  readonly acked: boolean;
  /** Why it fired, one sentence; untrusted. */
  readonly reason: string;
}

/** What tells one alert from others, as one text. */
export const nameOfAlert = ({ rule, agent, label }: AlertKey): string => JSON.stringify([rule, agent, label]);

/**
 * The firings that some events tell of, newest first, with those that were on before the first event.
 * @param events oldest first
 * @param alerts what the journal knows of each now
 */
export const episodesOf = (events: readonly AlertEvent[], alerts: readonly Alert[]): readonly Episode[] => {
  const known = new Map(alerts.map((alert) => [nameOfAlert(alert), alert]));
  const open = new Map<string, Episode>();
  const ended: Episode[] = [];
  const begin = (event: AlertEvent, firedAt: number | null): Episode => {
    const { severity = null, category = null } = known.get(nameOfAlert(event)) ?? {};
    const { rule, agent, label } = event;
    const reason = firedAt === null ? '' : event.detail;
    return { rule, agent, label, severity, category, firedAt, resolvedAt: null, told: false, acked: false, reason };
  };
  for (const event of events) {
    const key = nameOfAlert(event);
    const current = open.get(key);
    if (event.kind === 'firing') open.set(key, begin(event, event.eventAt));
    else if (event.kind === 'resolved') {
      ended.push({ ...(current ?? begin(event, null)), resolvedAt: event.eventAt });
      open.delete(key);
    } else if (current !== undefined && (event.kind === 'told' || event.kind === 'acked'))
      open.set(key, { ...current, ...(event.kind === 'told' ? { told: true } : { acked: true }) });
  }
  for (const [key, alert] of known) if (isFiring(alert.instance) && !open.has(key)) open.set(key, ongoing(alert));
  return [...ended, ...open.values()].sort((a, b) => newest(b) - newest(a) || (nameOfAlert(a) < nameOfAlert(b) ? -1 : 1));
};

/** A firing that no event of the time tells the beginning of. */
const ongoing = ({ rule, agent, label, severity, category, instance, told, ack, judgement }: Alert): Episode => ({
  ...{ rule, agent, label, severity, category },
  ...{ firedAt: instance.firedAt, resolvedAt: null, told: told !== null, acked: ack !== null && ack.firedAt === instance.firedAt },
  reason: judgement.reason,
});

/** What goes on is newer than what is over. */
const newest = ({ firedAt, resolvedAt }: Episode): number => firedAt ?? resolvedAt ?? 0;
