import { type AlertInstance, isFiring } from './alert-state.ts';
import type { Severity } from './rule.ts';

/** Whom an alert was announced to, as the journal keeps it: whoever was told that it began is told that it ended. */
export interface Told {
  /** Channels, each once. */
  readonly channels: readonly string[];
  /** UTC epoch ms of the last announcement or reminder. */
  readonly at: number;
  /** The firing that was announced, by when it began: a later one is another. */
  readonly firedAt: number;
  readonly reminders: number;
  /** The gravest it was announced as. */
  readonly severity: Severity;
}

/** Why people are not told of an alert that fires; the alert itself goes on as if nobody kept it quiet. */
export interface Quieting {
  readonly by: 'silence' | 'maintenance' | 'parent' | 'ack';
  /** What it is, in words: a reason of a person, the name of a parent. */
  readonly because: string;
}

export type Announcement =
  | { readonly kind: 'fire' | 'remind'; readonly channels: readonly string[] }
  | { readonly kind: 'resolve'; readonly channels: readonly string[] };

export interface Announcing {
  readonly now: number;
  readonly instance: AlertInstance;
  readonly severity: Severity;
  /** Where the routes of this moment lead. */
  readonly route: readonly string[];
  readonly told: Told | null;
  readonly quiet: Quieting | null;
  readonly remind: { readonly everyMs: number; readonly most: number } | null;
}

export interface Announced {
  readonly announcements: readonly Announcement[];
  /** What the journal keeps from now on; null: nobody knows of an open alert. */
  readonly told: Told | null;
}

/**
 * Compares what people know with what they should know, so that no order of silences, acks, routes and late ticks makes them be told twice
 * or leaves an alert open with somebody. Ending is told to everyone who was told of the beginning, whatever keeps quiet since: a page that
 * never ends is worse than a line too many. An ack quiets reminders alone.
 */
export const announce = ({ now, instance, severity, route, told, quiet, remind }: Announcing): Announced => {
  const firedAt = instance.firedAt ?? now;
  const firing = isFiring(instance);
  const known = told !== null && firing && told.firedAt !== firedAt ? { ...told, firedAt } : told;
  if (!firing) {
    // A flapping alert stays open with those who know of it until it has calmed down.
    if (known === null || (instance.flapping && instance.state === 'resolved')) return { announcements: [], told: known };
    return { announcements: [{ kind: 'resolve', channels: known.channels }], told: null };
  }
  if (quiet !== null && quiet.by !== 'ack') return { announcements: [], told: known };
  const fresh = route.filter((channel) => known === null || !known.channels.includes(channel));
  if (known === null || fresh.length > 0) {
    if (fresh.length === 0) return { announcements: [], told: known };
    const channels = [...(known?.channels ?? []), ...fresh];
    return {
      announcements: [{ kind: 'fire', channels: fresh }],
      told: { channels, at: now, firedAt, reminders: known?.reminders ?? 0, severity },
    };
  }
  const isDue = remind !== null && quiet === null && known.reminders < remind.most && now - known.at >= remind.everyMs;
  if (!isDue) return { announcements: [], told: known };
  return { announcements: [{ kind: 'remind', channels: known.channels }], told: { ...known, at: now, reminders: known.reminders + 1 } };
};
