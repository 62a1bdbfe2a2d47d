import { dig, digString, type Json } from '../../ground/json.ts';
import { spansOfGroup } from './attributes.ts';
import { flatAttributes } from './nested-attributes.ts';
import { instantAt } from './row-values.ts';
import type { Span } from './span.ts';

/** Both spellings stand in the product's own documentation and server. */
const statusCodes: Readonly<Record<string, number>> = { OK: 1, STATUS_CODE_OK: 1, ERROR: 2, STATUS_CODE_ERROR: 2 };

/**
 * A span of AgentOps, the product, as its public API tells it in full; null where it lacks an id or a start. Its `duration` has changed
 * its unit: the times tell. Source: `app/api/agentops/public` of its server.
 */
export const agentopsSpan = (traceId: string, row: Json): Span | null => {
  const spanId = digString(row, 'span_id');
  const startUs = instantAt(row, 'start_time');
  if (spanId === null || startUs === null) return null;
  const endUs = instantAt(row, 'end_time');
  const raw = {
    traceId,
    spanId,
    parentId: digString(row, 'parent_span_id') || null,
    name: digString(row, 'span_name') ?? '',
    startUs,
    endUs: endUs === null ? null : Math.max(startUs, endUs),
    attributes: flatAttributes(dig(row, 'attributes'), dig(row, 'span_attributes')),
    events: [],
    statusCode: statusCodes[digString(row, 'status_code') ?? ''] ?? 0,
    statusMessage: digString(row, 'status_message') ?? '',
  };
  const service = digString(row, 'service_name');
  const resource = flatAttributes(service === null ? null : { 'service.name': service }, dig(row, 'resource_attributes'));
  return spansOfGroup({ resource, spans: [raw], logs: [] })[0] ?? null;
};
