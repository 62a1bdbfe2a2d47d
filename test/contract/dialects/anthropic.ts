import { json, sse, stream } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type Dialect, keyRef } from '../protocol-suite.ts';

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [],
  stop_reason: null,
  usage: { input_tokens: 3, output_tokens: 1 },
};

const events = () =>
  sse(
    [
      { type: 'message_start', message },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'ping' },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'po' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'ng' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ],
    true,
  );

const dialect: Dialect = {
  modes: ['whole', 'streamed'],
  endpoint: (url, mode) => ({ url: ref(url), model: 'm', api_key: keyRef, stream: mode === 'streamed' }),
  events,
  healthy: (mode) => (request, response) => {
    if (request.path === '/v1/models') return json({ data: [{ id: 'm' }] })(request, response);
    if (mode === 'streamed') return stream(events())(request, response);
    return json({ ...message, content: [{ type: 'text', text: 'pong' }], stop_reason: 'end_turn' })(request, response);
  },
};
export default dialect;
