import { sse, stream } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type Dialect, keyRef } from '../protocol-suite.ts';

const events = () =>
  sse([
    { type: 'RUN_STARTED', threadId: 't', runId: 'r' },
    { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta: 'po' },
    { type: 'TEXT_MESSAGE_CHUNK', delta: 'ng' },
    { type: 'RUN_FINISHED', threadId: 't', runId: 'r' },
  ]);

const dialect: Dialect = {
  modes: ['streamed'],
  endpoint: (url) => ({ url: ref(`${url}/agent`), headers: { authorization: ref(`Bearer ${keyRef.secret}`) } }),
  events,
  healthy: () => stream(events()),
};
export default dialect;
