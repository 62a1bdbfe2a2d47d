import { json, sse, stream } from '../../support/replies.ts';
import { ref } from '../../support/world.ts';
import { type Dialect, keyRef } from '../protocol-suite.ts';

const ids = { taskId: 't', contextId: 'c' };
const reply = (result: Record<string, unknown>) => ({ jsonrpc: '2.0', id: 1, result }) as const;
const artifact = (text: string) => ({ artifactId: 'a', parts: [{ text }] });

const events = () =>
  sse(
    [
      reply({ task: { id: 't', contextId: 'c', status: { state: 'TASK_STATE_SUBMITTED' } } }),
      reply({ artifactUpdate: { ...ids, artifact: artifact('po') } }),
      reply({ artifactUpdate: { ...ids, artifact: artifact('ng'), append: true, lastChunk: true } }),
      reply({ statusUpdate: { ...ids, status: { state: 'TASK_STATE_COMPLETED' } } }),
    ].map((event) => JSON.parse(JSON.stringify(event))),
  );

const dialect: Dialect = {
  modes: ['whole', 'streamed'],
  endpoint: (url, mode) => ({ url: ref(url), headers: { authorization: keyRef }, stream: mode === 'streamed' }),
  events,
  carriesPrompt: ({ method }) => method === 'POST',
  healthy: (mode) => (request, response) => {
    if (request.path === '/.well-known/agent-card.json') {
      const supportedInterfaces = [{ url: `http://${request.headers.host}/rpc`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' }];
      return json({ name: 'pong', version: '1', capabilities: { streaming: true }, supportedInterfaces })(request, response);
    }
    if (mode === 'streamed') return stream(events())(request, response);
    const status = { state: 'TASK_STATE_COMPLETED' };
    return json({ jsonrpc: '2.0', id: 1, result: { task: { id: 't', contextId: 'c', status, artifacts: [artifact('pong')] } } })(
      request,
      response,
    );
  },
};
export default dialect;
