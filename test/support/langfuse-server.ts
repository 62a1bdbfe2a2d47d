import type { Reply } from './http-peer.ts';
import { body, json } from './replies.ts';

/** Answers by path, first match; a path that is not there is a page of HTML, as on a real server. */
const byPath =
  (replies: Readonly<Record<string, Reply>>): Reply =>
  (request, response) => {
    const reply = replies[request.path.replace('/api/public', '')] ?? body('<!DOCTYPE html><title>404', 'text/html', 404);
    reply(request, response);
  };

const project = json({ data: [{ id: 'proj1', name: 'Proj', organization: { id: 'org1', name: 'Org' }, metadata: {} }] });
const emptyCursor = json({ data: [], meta: {} });
const emptyNumbered = json({ data: [], meta: { page: 1, limit: 100, totalItems: 0, totalPages: 0 } });
const legacyGone = json({ message: 'This endpoint is not available on deployments running in Langfuse v4 events_only mode.' }, 404);

/** What a server of each generation answers besides spans: one project, no scores, no traces. */
export const langfuseAside = {
  v4: byPath({
    '/health': json({ status: 'OK', version: '4.16.0' }),
    '/projects': project,
    '/v2/observations': emptyCursor,
    '/v3/scores': json({ data: [], meta: { limit: 100 } }),
    '/observations': legacyGone,
    '/traces': legacyGone,
  }),
  v3: byPath({
    '/health': json({ status: 'OK', version: '3.150.0' }),
    '/projects': project,
    '/observations': emptyNumbered,
    '/traces': emptyNumbered,
    '/v2/scores': emptyNumbered,
  }),
} as const;
