import { json, sse, stream } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type Dialect, keyRef } from '../protocol-suite.ts';

const events = () => sse([{ step: 'start' }, { piece: 'po' }, { piece: 'ng' }, { done: true }]);

const dialect: Dialect = {
  modes: ['whole', 'streamed'],
  endpoint: (url, mode) => ({
    url: ref(`${url}/ask`),
    headers: { 'x-key': keyRef },
    body: { question: '{{input}}' },
    response: { text: '$.reply', delta: '$.piece', done: '$.done' },
    stream: mode === 'streamed' ? 'sse' : false,
  }),
  events,
  healthy: (mode) => (request, response) => {
    if (request.method !== 'POST') return json({}, 405)(request, response);
    return (mode === 'streamed' ? stream(events()) : json({ reply: 'pong' }))(request, response);
  },
};
export default dialect;
