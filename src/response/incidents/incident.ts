import type { RunbookClass } from '../runbooks/runbook.ts';

export type IncidentStatus = 'open' | 'acked' | 'resolved';

/** Which cap of an agent's budget one request went over. */
export type Cap = 'steps_per_request' | 'tokens_per_request' | 'per_request';

/**
 * Who or what opened it. A cap names the request that went over it: steps and tokens are counts, `per_request` is nano-dollars. An alert
 * is told by its names and the firing (`fired_at`, UTC epoch ms); its reason is untrusted, its trace null where none shows it.
 */
export type IncidentCause =
  | { readonly kind: 'person' }
  | {
      readonly kind: 'alert';
      readonly rule: string;
      readonly label: string;
      readonly fired_at: number;
      readonly reason: string;
      readonly trace: string | null;
    }
  | { readonly kind: 'cap'; readonly cap: Cap; readonly value: number; readonly limit: number; readonly trace: string };

/** Something that went wrong and that people look after until it is over. */
export interface Incident {
  /** `inc-7` */
  readonly id: string;
  /** One line, untrusted. */
  readonly title: string;
  /** Null: the fleet as a whole. */
  readonly agent: string | null;
  /** What kind of runbook helps. */
  readonly class: RunbookClass;
  readonly severity: 'page' | 'notify';
  readonly status: IncidentStatus;
  /** UTC epoch ms: when the trouble began, as far as it is known. */
  readonly startedAt: number;
  readonly openedAt: number;
  readonly ackedAt: number | null;
  readonly resolvedAt: number | null;
  readonly cause: IncidentCause;
}

/** The request that shows what went wrong; null: none is known. */
export const traceOf = (cause: IncidentCause): string | null => (cause.kind === 'person' ? null : cause.trace);

const idPattern = /^inc-(\d{1,9})$/;

/** The id behind a number of the journal. */
export const incidentId = (number: number): string => `inc-${number}`;

/** The number of an id; null where it is none. `7` and `INC-7` are understood as well. */
export const incidentNumber = (typed: string): number | null => {
  const text = typed.trim().toLowerCase();
  const [, digits] = idPattern.exec(/^\d+$/.test(text) ? incidentId(Number(text)) : text) ?? [];
  return digits === undefined ? null : Number(digits);
};
