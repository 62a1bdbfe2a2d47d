import type { Alert, AlertKey } from './alert.ts';
import type { Transition } from './alert-state.ts';
import type { Announcement, Told } from './announcement.ts';
import type { Category, Severity } from './rule.ts';

/** Work that waits for an agent; null workers: not known. */
export interface QueueFacts {
  readonly depth: number;
  readonly workers: number | null;
}

/** What an evaluation needs from rooms above. */
export interface EvaluationRequest {
  /** The next thing to type where an alert fires, mostly the runbook that it calls for; null: none. */
  readonly suggest: (alert: AlertKey) => string | null;
  /** Queues as they were just read, by agent; absent: none was. */
  readonly queues?: ReadonlyMap<string, QueueFacts>;
}

/** A change of state of one alert, as runbooks and time lines want it. */
export interface AlertTransition extends AlertKey, Transition {
  readonly severity: Severity;
  readonly category: Category;
  /** One sentence with the figures that decided: untrusted. */
  readonly reason: string;
  readonly exemplar: string | null;
  /** Why nobody is told, in words; null: somebody is. A quieted transition starts no runbook either. */
  readonly quiet: string | null;
}

/** What people are told of one alert; each channel gets one message of it. */
export interface AlertAnnouncement extends AlertKey {
  readonly kind: Announcement['kind'];
  readonly channels: readonly string[];
  readonly told: Told | null;
}

/** What came of one evaluation. */
export interface Evaluation {
  /** When it was made, UTC epoch ms. */
  readonly at: number;
  /** Up to when traces were complete, UTC epoch ms: of the source that is longest behind. Null: nothing ever came. */
  readonly watermark: number | null;
  /** Moments that were judged, of the source with most of them; more than one where some were missed. */
  readonly moments: number;
  /** Alerts that are pending, firing or recovering after it. */
  readonly open: readonly Alert[];
  readonly firing: readonly Alert[];
  readonly transitions: readonly AlertTransition[];
  readonly announcements: readonly AlertAnnouncement[];
  /** What keeps it from being the whole truth: late data, moments that were left out, another evaluator. One sentence each. */
  readonly problems: readonly string[];
}

/** What is said while it goes on. */
export type EvaluationEvent =
  | { readonly event: 'judging'; readonly at: number; readonly moment: number; readonly of: number }
  | { readonly event: 'transition'; readonly transition: AlertTransition };
