import type { Alert, AlertKey, Silence } from './alert.ts';
import { writtenAlert } from './alert-name.ts';
import { isFiring } from './alert-state.ts';
import { isSilenced } from './quieting.ts';

/** Tells the next thing to type where an alert fires, mostly the runbook that it calls for; null: none. */
export type Suggest = (alert: AlertKey) => string | null;

/** An alert with what goes on around it. */
export interface ListedAlert extends Alert {
  /** The silence that is in force on it; null: none. */
  readonly silence: Silence | null;
  /** The next thing to type. */
  readonly next: string;
}

/** @param now UTC epoch ms */
export const listed =
  (silences: readonly Silence[], now: number, suggest: Suggest) =>
  (alert: Alert): ListedAlert => ({
    ...alert,
    silence: silences.find((silence) => isSilenced(silence, alert, now)) ?? null,
    next: nextOf(alert, suggest),
  });

const nextOf = (alert: Alert, suggest: Suggest): string => {
  if (isFiring(alert.instance)) return suggest(alert) ?? `agentops alerts ack ${writtenAlert(alert)}`;
  if (alert.instance.state === 'pending') return `agentops alerts explain ${alert.rule} ${alert.agent}`;
  return `agentops alerts show ${writtenAlert(alert)}`;
};
