import { spansOfGroup } from './attributes.ts';
import { scoresOfGroup } from './evaluation.ts';
import { decodeOtlp } from './otlp.ts';
import type { Score, Span } from './span.ts';

const newline = 0x0a;

/** What the whole lines at the start of some bytes hold. */
export interface Lines {
  readonly spans: readonly Span[];
  readonly scores: readonly Score[];
  /** Bytes up to the end of the last line that was taken. */
  readonly taken: number;
  readonly readable: number;
  /** Lines that are no OTLP; empty ones do not count. */
  readonly unreadable: number;
}

/**
 * Reads OTLP in JSON, one export a line ("Protocol File Exporter" of the OpenTelemetry specification). What comes after the last newline may
 * be a line in the making: it is taken only if it is whole. Lines about metrics hold nothing.
 */
export const otlpLines = (bytes: Uint8Array): Lines => {
  const spans: Span[] = [];
  const scores: Score[] = [];
  let [taken, readable, unreadable] = [0, 0, 0];
  const take = (line: Uint8Array): boolean => {
    const decoded = decodeOtlp(line, 'json', 'traces');
    if (!decoded.ok) return false;
    for (const group of decoded.batch.groups) {
      spans.push(...spansOfGroup(group));
      scores.push(...scoresOfGroup(group));
    }
    readable++;
    return true;
  };
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, taken)) {
    const line = bytes.subarray(taken, end);
    if (!isBlank(line) && !take(line)) unreadable++;
    taken = end + 1;
  }
  const rest = bytes.subarray(taken);
  if (rest.length > 0 && (isBlank(rest) || take(rest))) taken = bytes.length;
  return { spans, scores, taken, readable, unreadable };
};

const isBlank = (line: Uint8Array): boolean => line.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
