import type { Json } from '../../../src/ground/json.ts';
import { json, stream } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type Dialect, keyRef } from '../protocol-suite.ts';

const event = (name: string, data: Json) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

const asked = { type: 'human', content: 'ping', id: 'q' };
const answered = { messages: [asked, { type: 'ai', content: 'pong', id: 'a' }] };

const events = () => [
  event('metadata', { run_id: 'r', attempt: 1 }) + event('values', { messages: [asked] }),
  event('messages', [{ type: 'AIMessageChunk', content: 'po', id: 'a' }, {}]),
  event('messages', [{ type: 'AIMessageChunk', content: 'ng', id: 'a' }, {}]),
  event('values', answered),
];

const dialect: Dialect = {
  modes: ['whole', 'streamed'],
  endpoint: (url, mode) => ({ url: ref(url), assistant_id: 'agent', api_key: keyRef, stream: mode === 'streamed' }),
  events,
  healthy: (mode) => (request, response) => {
    if (request.path === '/ok') return json({ ok: true })(request, response);
    if (request.path === '/info') return json({ version: '2.0.0' })(request, response);
    if (request.path === '/assistants/search') return json([{ assistant_id: 'id', graph_id: 'agent', name: 'agent' }])(request, response);
    if (mode === 'streamed') return stream(events())(request, response);
    return json(answered)(request, response);
  },
};
export default dialect;
