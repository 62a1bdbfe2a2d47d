import { usageError } from '../../ground/errors.ts';
import type { Pieces } from '../../ground/runtime/read-pieces.ts';
import type { OtlpIntake } from './ingest-otlp.ts';
import type { OtlpSignal } from './otlp.ts';
import { encodingOfShape, openSplitter } from './otlp-stream.ts';

/** What became of the requests of a stream, or of several. */
export interface StreamReport {
  /** Requests that could be read, and those that could not. */
  readonly requests: number;
  readonly unreadable: number;
  /** Why the first one could not be read; null: all could. */
  readonly trouble: string | null;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Traces that were not known before. */
  readonly traces: number;
  readonly scores: number;
  /** Spans and log records left out, and why, each reason once. */
  readonly rejected: number;
  readonly reasons: readonly string[];
  /** Models that used tokens which nobody could price. */
  readonly unpriced: readonly string[];
}

export const noReport: StreamReport = {
  requests: 0,
  unreadable: 0,
  trouble: null,
  added: 0,
  changed: 0,
  unchanged: 0,
  traces: 0,
  scores: 0,
  rejected: 0,
  reasons: [],
  unpriced: [],
};

export interface StreamOptions {
  /** How messages name it. */
  readonly name: string;
  /** What protobuf in it is about; JSON says it by itself. */
  readonly signal: OtlpSignal;
  /** Told after each request. */
  on(soFar: StreamReport): void;
  isStopped(): boolean;
}

/** Bytes of one request in a stream. */
const largestRequest = 128 * 1_048_576;

/**
 * Takes every request of a stream into the cache, one by one. Single ones that cannot be read are counted. Throws a usage error where the
 * stream is no OTLP at all; an unable error where the cache fails: what was taken before stays.
 */
export const ingestStream = async (
  intake: OtlpIntake,
  { pieces }: Pick<Pieces, 'pieces'>,
  options: StreamOptions,
): Promise<StreamReport> => {
  const { name, signal, on, isStopped } = options;
  const splitter = openSplitter();
  let report = noReport;
  const take = async (bodies: readonly Uint8Array[]): Promise<void> => {
    for (const body of bodies) {
      if (isStopped()) return;
      report = await withRequest(report, intake, {
        body,
        encoding: encodingOfShape(splitter.shape ?? 'document'),
        signal,
        boundAgent: null,
      });
      if (report.requests === 0 && report.unreadable >= enoughToTell) throw notOtlp(name, report);
      on(report);
    }
  };
  for await (const piece of pieces) {
    if (isStopped()) return report;
    await take(splitter.push(piece));
    if (splitter.waiting > largestRequest) throw tooLarge(name);
  }
  await take(splitter.end());
  if (report.requests === 0 && report.unreadable > 0) throw notOtlp(name, report);
  return report;
};

/** So many requests that cannot be read, and none that can: it is something else. */
const enoughToTell = 20;

const withRequest = async (before: StreamReport, intake: OtlpIntake, request: Parameters<OtlpIntake['take']>[0]): Promise<StreamReport> => {
  const taken = await intake.take(request);
  const number = before.requests + before.unreadable + 1;
  if (!taken.ok) return { ...before, unreadable: before.unreadable + 1, trouble: before.trouble ?? `request ${number} ${taken.reason}` };
  const { page, rejected, reasons, unpriced } = taken;
  return {
    ...before,
    requests: before.requests + 1,
    added: before.added + page.added,
    changed: before.changed + page.changed,
    unchanged: before.unchanged + page.unchanged,
    traces: before.traces + page.traces,
    scores: before.scores + page.scores,
    rejected: before.rejected + rejected,
    reasons: union(before.reasons, reasons),
    unpriced: union(before.unpriced, unpriced),
  };
};

const mostNames = 100;

const union = (known: readonly string[], found: readonly string[]): readonly string[] =>
  found.every((each) => known.includes(each)) ? known : [...new Set([...known, ...found])].slice(0, mostNames);

/** What several streams came to together. */
export const sumReports = (a: StreamReport, b: StreamReport): StreamReport => ({
  requests: a.requests + b.requests,
  unreadable: a.unreadable + b.unreadable,
  trouble: a.trouble ?? b.trouble,
  added: a.added + b.added,
  changed: a.changed + b.changed,
  unchanged: a.unchanged + b.unchanged,
  traces: a.traces + b.traces,
  scores: a.scores + b.scores,
  rejected: a.rejected + b.rejected,
  reasons: union(a.reasons, b.reasons),
  unpriced: union(a.unpriced, b.unpriced),
});

const notOtlp = (name: string, { trouble }: StreamReport) =>
  usageError({
    code: 'not_otlp',
    message: `${name} holds no OTLP traces or logs: ${trouble}`,
    hint: 'it takes export requests as JSON, one a line or one in all, or as protobuf, each also as gzip',
  });

const tooLarge = (name: string) =>
  usageError({
    code: 'not_otlp',
    message: `${name} has one request of more than ${largestRequest.toLocaleString('en-US')} bytes, or is no OTLP`,
    hint: 'write one request a line',
  });
