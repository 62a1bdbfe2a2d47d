import { digString } from '../../../src/ground/json.ts';
import { langsmithAside } from '../../support/langsmith-server.ts';
import { json } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type BackendDialect, keyRef } from '../backend-suite.ts';

export default {
  kind: 'langsmith',
  config: (url) => ({ url: ref(url), api_key: keyRef, project: 'agents' }),
  row: ({ traceId, spanId, name, startMs, endMs }) => ({
    id: spanId,
    trace_id: traceId,
    name,
    run_type: 'CHAIN',
    status: 'SUCCESS',
    start_time: new Date(startMs).toISOString(),
    end_time: new Date(endMs).toISOString(),
    parent_run_ids: [],
  }),
  page: (rows, next) => json({ items: rows, has_more: next !== null, ...(next === null ? {} : { next_cursor: next }) }),
  lastPages: {
    'no cursor and no word on more': (rows) => json({ items: rows }),
    'a cursor of null': (rows) => json({ items: rows, has_more: false, next_cursor: null }),
    'a cursor, but no more runs': (rows) => json({ items: rows, has_more: false, next_cursor: 'c9' }),
  },
  cursorOf: (request) => digString(request.json, 'cursor'),
  isRows: ({ path }) => path === '/api/v2/runs/query',
  aside: langsmithAside,
  boundsOf: ({ json: asked }) => ({
    fromMs: Date.parse(digString(asked, 'min_start_time') ?? ''),
    toMs: Date.parse(digString(asked, 'max_start_time') ?? ''),
  }),
} satisfies BackendDialect;
