import { langfuseAside } from '../../support/langfuse-server.ts';
import { json } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type BackendDialect, keyRef, secretRef } from '../backend-suite.ts';

const instant = (ms: number): string => new Date(ms).toISOString();

export default {
  kind: 'langfuse',
  config: (url) => ({ url: ref(url), public_key: keyRef, secret_key: secretRef }),
  row: ({ traceId, spanId, name, startMs, endMs, updatedMs }) => ({
    id: spanId,
    traceId,
    parentObservationId: null,
    type: 'SPAN',
    name,
    startTime: instant(startMs),
    endTime: instant(endMs),
    updatedAt: instant(updatedMs),
    level: 'DEFAULT',
    environment: 'prod',
  }),
  page: (rows, next) => json({ data: rows, meta: next === null ? {} : { cursor: next } }),
  lastPages: {
    'a cursor of null': (rows) => json({ data: rows, meta: { cursor: null } }),
    'an empty cursor': (rows) => json({ data: rows, meta: { cursor: '' } }),
    'no meta': (rows) => json({ data: rows }),
  },
  cursorOf: ({ query }) => query.get('cursor'),
  // A single row is asked for to find out the generation.
  isRows: ({ path, query }) => path === '/api/public/v2/observations' && query.get('limit') !== '1',
  aside: langfuseAside.v4,
  boundsOf: ({ query }) => ({ fromMs: Date.parse(query.get('fromStartTime') ?? ''), toMs: Date.parse(query.get('toStartTime') ?? '') }),
} satisfies BackendDialect;
