import type { JsonObject } from '../../../src/ground/json.ts';
import { json, sse, stream } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type Dialect, keyRef } from '../protocol-suite.ts';

const response: JsonObject = {
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'm',
  output: [
    { type: 'reasoning', id: 'rs_1', summary: [] },
    { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'pong', annotations: [] }] },
  ],
  usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
};

const events = () =>
  sse(
    [
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
      { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 1, content_index: 0, delta: 'po' },
      { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 1, content_index: 0, delta: 'ng' },
      { type: 'response.output_item.done', output_index: 1, item: { type: 'message', content: [{ type: 'output_text', text: 'pong' }] } },
      { type: 'response.completed', response },
    ],
    true,
  );

const dialect: Dialect = {
  modes: ['whole', 'streamed'],
  endpoint: (url, mode) => ({ url: ref(`${url}/v1`), model: 'm', api_key: keyRef, stream: mode === 'streamed' }),
  events,
  healthy: (mode) => (request, out) => {
    if (request.path === '/v1/models') return json({ data: [{ id: 'm' }] })(request, out);
    return (mode === 'streamed' ? stream(events()) : json(response))(request, out);
  },
};
export default dialect;
