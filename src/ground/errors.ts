/** What went wrong, in the terms of the person who has to act on it. The exit number belongs to `cli/exit-codes`. */
export type ErrorKind = 'usage' | 'unable' | 'refused' | 'handover' | 'bug';

export interface OpsErrorParts {
  /** A stable machine word, for example `manifest_invalid`. */
  readonly code: string;
  /** What happened to what, with values: one or more whole sentences. */
  readonly message: string;
  /** The next thing to type or to change. */
  readonly hint?: string;
  readonly details?: unknown;
  readonly cause?: unknown;
}

/** The only error that is shown to a person as a sentence; anything else is a bug and shown as one. */
export class OpsError extends Error {
  override readonly name = 'OpsError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string | null;
  readonly details: unknown;

  constructor(kind: ErrorKind, parts: OpsErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.kind = kind;
    this.code = parts.code;
    this.hint = parts.hint ?? null;
    this.details = parts.details ?? null;
  }
}

/** Exit 2: the words of the call or a file are wrong; nothing was sent. */
export const usageError = (parts: OpsErrorParts): OpsError => new OpsError('usage', parts);

/** Exit 3: the checker itself could not see. */
export const unableError = (parts: OpsErrorParts): OpsError => new OpsError('unable', parts);

/** Exit 4: needs a confirmation, an approval or a lock that is not there. */
export const refusedError = (parts: OpsErrorParts): OpsError => new OpsError('refused', parts);

/** The text of anything thrown, without its stack. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The `code` Node puts on its own errors, or null. */
export const nodeCodeOf = (thrown: unknown): string | null => {
  if (typeof thrown !== 'object' || thrown === null) return null;
  const code = (thrown as { code?: unknown }).code;
  return typeof code === 'string' ? code : null;
};
