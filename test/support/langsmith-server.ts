import type { Reply } from './http-peer.ts';
import { json } from './replies.ts';

/** The tracing project of the made-up server. */
export const langsmithProject = '6f1b1a52-2f6e-4f0e-9c3b-8f4f6f9a0001';

export const langsmithWorkspace = '0b6c7a1e-53a1-4d0e-8f55-1a2b3c4d0002';

/** What a LangSmith server answers besides runs: its projects, and no feedback. */
export const langsmithAside: Reply = (request, response) => {
  if (request.path === '/api/v1/sessions')
    return json([{ id: langsmithProject, name: 'agents', tenant_id: langsmithWorkspace }])(request, response);
  if (request.path === '/api/v1/feedback') return json([])(request, response);
  json({ detail: 'Not Found' }, 404)(request, response);
};
