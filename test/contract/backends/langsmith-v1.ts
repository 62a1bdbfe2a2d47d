import { digString, type JsonObject } from '../../../src/ground/json.ts';
import { langsmithAside } from '../../support/langsmith-server.ts';
import { json } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type BackendDialect, keyRef } from '../backend-suite.ts';

/** Times of v1 name no zone. */
const instant = (ms: number): string => new Date(ms).toISOString().slice(0, -1);

/** A server of one's own before 0.16: it knows no path of v2. */
export default {
  kind: 'langsmith',
  config: (url) => ({ url: ref(`${url}/api`), api_key: keyRef, project: 'agents' }),
  row: ({ traceId, spanId, name, startMs, endMs, updatedMs }) => ({
    id: spanId,
    trace_id: traceId,
    name,
    run_type: 'chain',
    status: 'success',
    start_time: instant(startMs),
    end_time: instant(endMs),
    last_queued_at: instant(updatedMs),
    parent_run_id: null,
  }),
  page: (rows, next) => json({ runs: rows, cursors: { next, prev: null } }),
  lastPages: {
    'no cursors': (rows) => json({ runs: rows }),
    'no next one': (rows) => json({ runs: rows, cursors: {} }),
  },
  cursorOf: (request) => digString(request.json, 'cursor'),
  isRows: ({ path }) => path === '/api/v1/runs/query',
  aside: langsmithAside,
  boundsOf: ({ json: asked }) => ({
    fromMs: Date.parse(digString(asked, 'start_time') ?? ''),
    toMs: Date.parse(/^lt\(start_time, "([^"]+)"\)$/.exec(digString(asked as JsonObject, 'filter') ?? '')?.[1] ?? ''),
  }),
} satisfies BackendDialect;
