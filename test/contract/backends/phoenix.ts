import { json } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type BackendDialect, keyRef, secretRef } from '../backend-suite.ts';

export default {
  kind: 'phoenix',
  config: (url) => ({ url: ref(url), api_key: keyRef, headers: { 'x-proxy-token': secretRef }, project: 'agents' }),
  row: ({ traceId, spanId, name, startMs, endMs }) => ({
    id: Buffer.from(`Span:${spanId}`).toString('base64'),
    name,
    context: { trace_id: traceId, span_id: spanId },
    span_kind: 'CHAIN',
    parent_id: null,
    start_time: new Date(startMs).toISOString().replace('Z', '+00:00'),
    end_time: new Date(endMs).toISOString().replace('Z', '+00:00'),
    status_code: 'OK',
    status_message: '',
    attributes: {},
    events: [],
  }),
  page: (rows, next) => json({ data: rows, next_cursor: next }),
  lastPages: { 'no cursor': (rows) => json({ data: rows }), 'an empty cursor': (rows) => json({ data: rows, next_cursor: '' }) },
  cursorOf: ({ query }) => query.get('cursor'),
  isRows: ({ path }) => path === '/v1/projects/agents/spans',
  aside: json({ data: [], next_cursor: null }),
  boundsOf: ({ query }) => ({ fromMs: Date.parse(query.get('start_time') ?? ''), toMs: Date.parse(query.get('end_time') ?? '') }),
} satisfies BackendDialect;
