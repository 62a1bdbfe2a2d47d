import { redact } from './redaction.ts';

/** Characters of a prompt or an answer that `capture: io` keeps, and that a judge sees. */
export const longestKept = 32_768;
/** Looked at beyond the cut, so that no secret is cut in half before it is recognised. */
const margin = 2000;

/** A prompt or an answer as it may be kept: without secrets and personal data, and not without end. */
export const keptText = (text: string): string => redact(text.slice(0, longestKept + margin)).slice(0, longestKept);
