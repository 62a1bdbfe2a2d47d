import type { Registry } from '../../fleet/slots.ts';
import type { JsonObject } from '../../ground/json.ts';

/** Something that begins and ends, as receivers join what is said of it: an alert, an incident. */
export interface About {
  /** Stable over its life and over restarts; made of names and ids alone. */
  readonly key: string;
  readonly phase: 'begins' | 'goes-on' | 'taken-on' | 'ends';
  /** When it began this time, UTC epoch ms; absent: it begins once only. */
  readonly since?: number;
}

/** What people are told. Its texts may hold what agents, alerts and peers said: untrusted, plain text, never markup. */
export interface Message {
  /** What happened, as the audit chain calls it: `runbook.end`, `incident.open`. */
  readonly event: string;
  /** What it is about, where that begins and ends; absent: it stands for itself. Of one thing, what was said first arrives first. */
  readonly about?: About;
  /** `page` wakes somebody; `notify` can wait until morning. */
  readonly severity: 'page' | 'notify';
  readonly fleet: string;
  /** Null: it concerns no agent, or several. */
  readonly agent: string | null;
  /** One line. */
  readonly title: string;
  /** What a person has to know, in lines; may be empty. */
  readonly text: string;
  /** The command to type next, whole; null: there is nothing to do. */
  readonly next: string | null;
  /** The same for programs: ids, figures. */
  readonly facts: JsonObject;
}

/** What several messages have in common that may be said as one. */
export interface Group {
  /** The same for all of them on a channel. */
  readonly key: string;
  /** How long the first waits for others, ms. */
  readonly waitMs: number;
}

/** A message on its way to one channel. */
export interface Outgoing {
  /** A name under `notify` in the manifest. */
  readonly channel: string;
  /**
   * The same for every copy of this message, and for no other one on this channel: `RUN-ID/STEP`, `INCIDENT-ID/open`. A message whose key is
   * in the outbox already is not added again.
   */
  readonly dedupKey: string;
  readonly message: Message;
  /** Absent or null: it is said by itself, at once. */
  readonly group?: Group | null;
  /** The channel that could not be told, where this one stands in for it; absent: it was meant for this one. */
  readonly insteadOf?: string;
}

/** What came of one attempt. `retry`: trying the same again may help; `afterMs`: how long the channel asked to wait, null where it did not. */
export type Delivery =
  | { readonly result: 'sent'; readonly ref: string | null }
  | { readonly result: 'retry'; readonly afterMs: number | null; readonly why: string }
  | { readonly result: 'rejected'; readonly why: string };

/** A message as a channel gets it: when it was made, and the key that tells copies of it. */
export interface Letter {
  readonly message: Message;
  /** Stable over every attempt, unique in the fleet's outbox. */
  readonly id: string;
  readonly dedupKey: string;
  /** UTC epoch ms. */
  readonly madeAt: number;
}

/** One way to reach people. One attempt a call: no retry, no log. Throws only a usage error of its configuration (a missing secret). */
export interface Notifier {
  send(letter: Letter, signal: AbortSignal): Promise<Delivery>;
  /** Says several as one message, in their order; absent: it can say one at a time only. */
  sendTogether?(letters: readonly Letter[], signal: AbortSignal): Promise<Delivery>;
  /** How long it believes that something goes on, ms; it is told again before. Absent: until it is told that it ended. */
  readonly holdsMs?: number;
}

export type NotifierRegistry = Registry<Notifier>;
