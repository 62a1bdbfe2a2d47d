import type { Posted } from '../notify/outbox.journal.ts';
import { type Alert, type AlertKey, aboutKey, type Silence } from './alert.ts';
import { writtenAlert } from './alert-name.ts';
import { isFiring } from './alert-state.ts';
import { isSilenced } from './quieting.ts';

/** Tells the next thing to type where an alert fires, mostly the runbook that it calls for; null: none. */
export type Suggest = (alert: AlertKey) => string | null;

/** A channel that an alert was announced to, and that has not taken it. */
export interface Untold {
  readonly channel: string;
  /** What the receiver said; null: nothing was sent yet. */
  readonly why: string | null;
  /** When it is tried again, UTC epoch ms; null: it was given up. */
  readonly triesAt: number | null;
}

/** An alert with what goes on around it. */
export interface ListedAlert extends Alert {
  /** The silence that is in force on it; null: none. */
  readonly silence: Silence | null;
  readonly untold: readonly Untold[];
  /** The next thing to type. */
  readonly next: string;
}

/** What goes on around alerts. */
export interface Surroundings {
  readonly silences: readonly Silence[];
  /** Messages that have not arrived. */
  readonly undelivered: readonly Posted[];
  /** UTC epoch ms. */
  readonly now: number;
  readonly suggest: Suggest;
}

export const listed =
  ({ silences, undelivered, now, suggest }: Surroundings) =>
  (alert: Alert): ListedAlert => ({
    ...alert,
    silence: silences.find((silence) => isSilenced(silence, alert, now)) ?? null,
    untold: untoldOf(alert, undelivered),
    next: nextOf(alert, suggest),
  });

const untoldOf = (alert: Alert, undelivered: readonly Posted[]): readonly Untold[] =>
  undelivered.flatMap(({ channel, status, error, dueAt, message: { about } }): readonly Untold[] => {
    if (alert.told === null || about?.key !== aboutKey(alert) || about.phase !== 'begins') return [];
    if (status === 'due') return [{ channel, why: error, triesAt: dueAt }];
    // What was given up of an earlier firing says nothing of this one.
    return about.since === alert.told.firedAt ? [{ channel, why: error, triesAt: null }] : [];
  });

const nextOf = (alert: Alert, suggest: Suggest): string => {
  if (isFiring(alert.instance)) return suggest(alert) ?? `agentops alerts ack ${writtenAlert(alert)}`;
  if (alert.instance.state === 'pending') return `agentops alerts explain ${alert.rule} ${alert.agent}`;
  return `agentops alerts show ${writtenAlert(alert)}`;
};
