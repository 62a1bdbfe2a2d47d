import { json, sse, stream } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type Dialect, keyRef } from '../protocol-suite.ts';

const events = () => [
  ...sse([
    { choices: [{ index: 0, delta: { role: 'assistant', content: '' } }], model: 'm' },
    { choices: [{ index: 0, delta: { content: 'po' } }] },
    { choices: [{ index: 0, delta: { content: 'ng' } }] },
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } },
  ]),
  'data: [DONE]\n\n',
];

const dialect: Dialect = {
  modes: ['whole', 'streamed'],
  endpoint: (url, mode) => ({ url: ref(`${url}/v1`), model: 'm', api_key: keyRef, stream: mode === 'streamed' }),
  events,
  healthy: (mode) => (request, response) => {
    if (request.path === '/v1/models') return json({ data: [{ id: 'm' }] })(request, response);
    if (mode === 'streamed') return stream(events())(request, response);
    return json({ choices: [{ message: { role: 'assistant', content: 'pong' }, finish_reason: 'stop' }] })(request, response);
  },
};
export default dialect;
