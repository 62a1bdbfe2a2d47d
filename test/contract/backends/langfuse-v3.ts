import type { Received } from '../../support/http-peer.ts';
import { langfuseAside } from '../../support/langfuse-server.ts';
import { json } from '../../support/replies.ts';
import type { BackendDialect } from '../backend-suite.ts';
import langfuse from './langfuse.ts';

const pageOf = ({ query }: Received): number => Number(query.get('page') ?? '1');

/** A server of one's own that still has traces and numbered pages. */
export default {
  ...langfuse,
  page: (rows, next, request) => {
    const page = pageOf(request);
    return json({ data: rows, meta: { page, limit: 100, totalItems: 250, totalPages: next === null ? page : page + 1 } });
  },
  lastPages: {
    'a short page and no totals': (rows) => json({ data: rows, meta: {} }),
    'more pages behind it than there are': (rows, request) => json({ data: rows, meta: { page: pageOf(request), totalPages: 1 } }),
  },
  cursorOf: (request) => (pageOf(request) === 1 ? null : `c${pageOf(request) - 1}`),
  isRows: ({ path, query }) => path === '/api/public/observations' && query.get('limit') !== '1',
  aside: langfuseAside.v3,
  numbered: true,
} satisfies BackendDialect;
