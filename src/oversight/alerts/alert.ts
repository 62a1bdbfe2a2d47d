import type { AlertInstance, Transition } from './alert-state.ts';
import type { Quieting, Told } from './announcement.ts';
import type { Judgement } from './judgement.ts';
import type { Category, Severity } from './rule.ts';

/** What tells one alert from others: a rule, the agent that it judges (or `@fleet`), and the stage or measure (empty where it has one only). */
export interface AlertKey {
  readonly rule: string;
  readonly agent: string;
  readonly label: string;
}

/** Somebody has taken a firing on: reminders of it end. A later firing is another. */
export interface Ack {
  readonly actor: string;
  /** UTC epoch ms. */
  readonly at: number;
  /** Which firing, by when it began. */
  readonly firedAt: number;
  /** Null: nothing was said. */
  readonly note: string | null;
}

/** An alert as the journal keeps it from when its condition first held. */
export interface Alert extends AlertKey {
  readonly severity: Severity;
  readonly category: Category;
  readonly instance: AlertInstance;
  /** What was seen when it was last judged. Its words may come from outside: untrusted. */
  readonly judgement: Judgement;
  /** The trace that shows it best; null: none is known. */
  readonly exemplar: string | null;
  /** Null: nobody knows of an open alert. */
  readonly told: Told | null;
  /** Why nobody was told at the last evaluation; null: somebody would have been. */
  readonly quiet: Quieting | null;
  readonly ack: Ack | null;
}

/** Something that happened to an alert: a change of state, or that people were told. */
export interface AlertEvent extends AlertKey {
  readonly kind: Transition['to'] | 'told' | 'reminded' | 'told-end' | 'acked';
  /** When it was so, in event time; UTC epoch ms. */
  readonly eventAt: number;
  /** When it was seen; UTC epoch ms. */
  readonly at: number;
  /** Seen only when missed moments were caught up on. */
  readonly isLate: boolean;
  /** One sentence, or whom; untrusted. */
  readonly detail: string;
}

/** Which alerts a silence keeps quiet: globs, null for all. */
export interface SilenceMatcher {
  readonly rule: string | null;
  readonly agent: string | null;
}

/** Nobody is told of what it matches until it ends; it always does. */
export interface Silence {
  readonly id: string;
  readonly matcher: SilenceMatcher;
  readonly reason: string;
  readonly actor: string;
  /** UTC epoch ms. */
  readonly startsAt: number;
  /** UTC epoch ms; when it was to end, or was ended. */
  readonly endsAt: number;
}

/** The alert by which receivers join what is said of it: `alert/RULE/AGENT[/LABEL]`, names only. */
export const aboutKey = ({ rule, agent, label }: AlertKey): string => ['alert', rule, agent, ...(label === '' ? [] : [label])].join('/');

/** Whether the ack is of the firing that goes on now. */
export const isAcked = ({ ack, instance }: Pick<Alert, 'ack' | 'instance'>): boolean => ack !== null && ack.firedAt === instance.firedAt;
