import { dig, digArray, digNumber, digString, type Json } from '../../ground/json.ts';
import { spansOfGroup } from './attributes.ts';
import { flatAttributes } from './nested-attributes.ts';
import type { RawEvent, RawSpan } from './raw-span.ts';
import { instantAt } from './row-values.ts';
import type { Score, Span } from './span.ts';

/**
 * The spans of a page; rows that lack an id or a start are passed over. Attributes speak OpenInference, written with dots or nested, and
 * the kind stands beside them as well. Source: Phoenix's OpenAPI, `Span`.
 */
export const phoenixSpans = (rows: readonly Json[]): readonly Span[] =>
  spansOfGroup({ resource: new Map(), spans: rows.flatMap((row) => rawOf(row) ?? []), logs: [] });

const rawOf = (row: Json): RawSpan | null => {
  const traceId = digString(row, 'context', 'trace_id');
  const spanId = digString(row, 'context', 'span_id');
  const startUs = instantAt(row, 'start_time');
  if (traceId === null || spanId === null || startUs === null) return null;
  const kind = digString(row, 'span_kind');
  const attributes = flatAttributes(dig(row, 'attributes'));
  const parentId = digString(row, 'parent_id') ?? '';
  const endUs = instantAt(row, 'end_time');
  return {
    traceId: traceId.toLowerCase(),
    spanId: spanId.toLowerCase(),
    parentId: parentId === '' ? null : parentId.toLowerCase(),
    name: digString(row, 'name') ?? '',
    startUs,
    endUs: endUs === null ? null : Math.max(startUs, endUs),
    attributes: kind === null ? attributes : new Map([['openinference.span.kind', kind], ...attributes]),
    events: digArray(row, 'events').map(eventOf),
    statusCode: { OK: 1, ERROR: 2 }[digString(row, 'status_code') ?? ''] ?? 0,
    statusMessage: digString(row, 'status_message') ?? '',
  };
};

/**
 * An annotation of a span, or of a whole trace, as a score; null where it grades nothing, as a bare explanation does. Source: Phoenix's
 * OpenAPI, `SpanAnnotation` and `TraceAnnotation`.
 */
export const phoenixScore = (row: Json, traceOf: (spanId: string) => string | null): Score | null => {
  const id = digString(row, 'id');
  const spanId = digString(row, 'span_id')?.toLowerCase() ?? null;
  const traceId = spanId === null ? (digString(row, 'trace_id')?.toLowerCase() ?? null) : traceOf(spanId);
  const atUs = instantAt(row, 'created_at');
  const value = digNumber(row, 'result', 'score');
  const label = digString(row, 'result', 'label');
  if (id === null || traceId === null || atUs === null || (value === null && label === null)) return null;
  return {
    id,
    traceId,
    spanId,
    name: digString(row, 'name') ?? '(unnamed)',
    value,
    label,
    source: digString(row, 'annotator_kind')?.toLowerCase() ?? 'api',
    atUs,
    updatedUs: instantAt(row, 'updated_at'),
  };
};

const eventOf = (event: Json): RawEvent => ({
  name: digString(event, 'name') ?? '',
  atUs: instantAt(event, 'timestamp'),
  attributes: flatAttributes(dig(event, 'attributes')),
});
