import type { Json } from '../../ground/json.ts';

/** Attributes by name. Values are plain: bytes are base64 text, 64-bit integers are numbers. A map, because names are untrusted. */
export type Attributes = ReadonlyMap<string, Json>;

/** Something that happened inside a span. */
export interface RawEvent {
  readonly name: string;
  /** UTC epoch microseconds; null where it is not told. */
  readonly atUs: number | null;
  readonly attributes: Attributes;
}

/** Another span that a span is about. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
}

/** A span as OTLP has it, before any vocabulary is read. */
export interface RawSpan {
  /** 32 and 16 lower-case hex digits, not all zero. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly startUs: number;
  /** Null while it runs. Never before the start: clocks that went back make it as long as zero. */
  readonly endUs: number | null;
  readonly attributes: Attributes;
  readonly events: readonly RawEvent[];
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  readonly statusMessage: string;
  /** The first of its links. */
  readonly link?: SpanLink;
}

/** One log record that is bound to a trace. */
export interface RawLog {
  readonly traceId: string;
  readonly spanId: string | null;
  readonly name: string;
  readonly atUs: number | null;
  readonly attributes: Attributes;
}

/** Spans and log records of one resource. */
export interface Group {
  readonly resource: Attributes;
  readonly spans: readonly RawSpan[];
  readonly logs: readonly RawLog[];
}

/** What one export request holds. */
export interface Batch {
  readonly groups: readonly Group[];
  /** Spans, or log records bound to a trace, that could not be taken. */
  readonly rejected: number;
  /** Why, each reason once; the first few. */
  readonly reasons: readonly string[];
}

/** Parts of a span as a decoder found them: ids are hex already, `null` where they are malformed. */
export interface SpanParts {
  traceId: string | null;
  spanId: string | null;
  /** Empty for a root. */
  parentId: string | null;
  name: string;
  startUs: number;
  endUs: number;
  statusCode: number;
  statusMessage: string;
  attributes: Attributes;
  events: readonly RawEvent[];
  link?: SpanLink;
}

export interface LogParts extends Omit<RawLog, 'traceId' | 'spanId'> {
  readonly traceId: string | null;
  readonly spanId: string | null;
}

/** What one request may hold of a kind; the rest is left out. Far above what exporters allow themselves (128 attributes, 128 events). */
export const most = { attributes: 1024, events: 1024, items: 1024, depth: 32, reasons: 3 };

/** 2000-01-01 and 2200-01-01, UTC epoch microseconds: a start outside is a broken clock or a wrong unit. */
const [earliestUs, latestUs] = [946_684_800_000_000, 7_258_118_400_000_000];

/** Counts what is not taken, and why. */
export interface Rejects {
  count: number;
  readonly reasons: Set<string>;
}

export const noRejects = (): Rejects => ({ count: 0, reasons: new Set() });

export const reject = (rejects: Rejects, reason: string): void => {
  rejects.count++;
  if (rejects.reasons.size < most.reasons) rejects.reasons.add(reason);
};

/** The span, or null after it was counted as rejected. */
export const admitSpan = (parts: SpanParts, rejects: Rejects): RawSpan | null => {
  const { traceId, spanId, parentId, startUs, endUs } = parts;
  if (traceId === null || isZero(traceId)) return refuse(rejects, 'a trace id is not 16 bytes, or all zero');
  if (spanId === null || isZero(spanId)) return refuse(rejects, 'a span id is not 8 bytes, or all zero');
  if (parentId === null) return refuse(rejects, 'a parent span id is not 8 bytes');
  if (!(startUs >= earliestUs && startUs < latestUs)) return refuse(rejects, 'a start time is missing, or not within 2000 to 2200');
  const hasEnd = endUs > 0 && endUs < latestUs;
  return {
    ...parts,
    traceId,
    spanId,
    parentId: isZero(parentId) || parentId === spanId ? null : parentId,
    endUs: hasEnd ? Math.max(startUs, endUs) : null,
  };
};

/** The log record; null where it belongs to no trace, which is none of ours, or after it was counted as rejected. */
export const admitLog = (parts: LogParts, rejects: Rejects): RawLog | null => {
  const { traceId, spanId } = parts;
  if (traceId === null || spanId === null) return refuse(rejects, 'a log record has an id of the wrong length');
  return isZero(traceId) ? null : { ...parts, traceId, spanId: isZero(spanId) ? null : spanId };
};

const refuse = (rejects: Rejects, reason: string): null => {
  reject(rejects, reason);
  return null;
};

/** The link, where both its ids are some. */
export const linkOf = (traceId: string | null, spanId: string | null): SpanLink | undefined =>
  traceId === null || spanId === null || isZero(traceId) || isZero(spanId) ? undefined : { traceId, spanId };

/** All zero or empty: the ways to write "no id". */
export const isZero = (id: string): boolean => /^0*$/.test(id);
