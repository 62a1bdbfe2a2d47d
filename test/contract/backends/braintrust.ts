import { digString } from '../../../src/ground/json.ts';
import { firstTransaction, transactionUs } from '../../../src/telemetry/traces/braintrust-transaction.ts';
import type { Received } from '../../support/http-peer.ts';
import { json } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type BackendDialect, keyRef } from '../backend-suite.ts';

const sqlOf = (request: Received): string => digString(request.json, 'query') ?? '';
const part = (request: Received, pattern: RegExp): string | null => pattern.exec(sqlOf(request))?.[1] ?? null;

export default {
  kind: 'braintrust',
  config: (url) => ({ url: ref(url), api_key: keyRef, project: 'agents' }),
  row: ({ traceId, spanId, name, startMs, endMs, updatedMs }) => ({
    id: `row-${spanId}`,
    span_id: spanId,
    root_span_id: traceId,
    span_parents: [],
    is_root: true,
    created: new Date(updatedMs).toISOString(),
    _xact_id: firstTransaction(updatedMs * 1000),
    span_attributes: { name, type: 'task' },
    metrics: { start: startMs / 1000, end: endMs / 1000 },
    error: null,
  }),
  page: (rows, next) => json({ data: rows, schema: {}, ...(next === null ? {} : { cursor: next }) }),
  lastPages: {
    'a cursor of null': (rows) => json({ data: rows, cursor: null }),
    'an empty cursor in a header': (rows) => json({ data: rows }, 200, { 'x-bt-cursor': '' }),
  },
  cursorOf: (request) => part(request, /OFFSET '([^']*)'/),
  isRows: ({ path }) => path === '/btql',
  aside: json({ objects: [{ id: '8a3c1c3e-6c1d-4a55-9d55-0d2f3c1f0001', name: 'agents' }] }),
  boundsOf: (request) => ({
    fromMs: (transactionUs(part(request, /_xact_id >= '(\d+)'/)) ?? 0) / 1000,
    toMs: (transactionUs(part(request, /_xact_id < '(\d+)'/)) ?? 0) / 1000,
  }),
} satisfies BackendDialect;
