// A real A2A agent on the official SDK: protocols 1.0 and 0.3, JSON-RPC and HTTP+JSON. What it does is chosen by the words it is sent.
import { AGENT_CARD_PATH, Role, TaskState } from '@a2a-js/sdk';
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore } from '@a2a-js/sdk/server';
import { agentCardHandler, jsonRpcHandler, restHandler, UserBuilder } from '@a2a-js/sdk/server/express';
import express from 'express';

const port = Number(process.env.PORT);
const base = `http://127.0.0.1:${port}`;

const supportedInterfaces = [
  ['rpc', 'JSONRPC', '1.0'],
  ['rest', 'HTTP+JSON', '1.0'],
  ['rpc', 'JSONRPC', '0.3'],
  ['rest', 'HTTP+JSON', '0.3'],
].map(([path, protocolBinding, protocolVersion]) => ({ url: `${base}/${path}`, protocolBinding, protocolVersion, tenant: '' }));

const card = {
  name: 'echo',
  description: 'Repeats what it is told',
  version: '1.2.3',
  provider: undefined,
  securitySchemes: {},
  securityRequirements: [],
  signatures: [],
  capabilities: { streaming: true, pushNotifications: false, extensions: [] },
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [
    { id: 'echo', name: 'Echo', description: 'echo', tags: ['t'], examples: [], inputModes: [], outputModes: [], securityRequirements: [] },
  ],
  supportedInterfaces,
};

const part = ($case, value) => ({ content: { $case, value }, metadata: undefined, filename: '', mediaType: '' });
const message = (ids, text) => ({
  ...ids,
  messageId: `reply-${Date.now()}`,
  role: Role.ROLE_AGENT,
  parts: [part('text', text)],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
});

const cancelled = new Set();

const executor = {
  async execute({ taskId, contextId, userMessage, task }, bus) {
    const ids = { taskId, contextId };
    const said = userMessage.parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('');
    const status = (state, text) => ({ state, message: text && message(ids, text), timestamp: new Date().toISOString() });
    const become = (state, text) => bus.publish(AgentEvent.statusUpdate({ ...ids, status: status(state, text), metadata: undefined }));
    const produce = (parts, append = false) =>
      bus.publish(
        AgentEvent.artifactUpdate({
          ...ids,
          artifact: { artifactId: 'a1', name: 'out', description: '', parts, metadata: undefined, extensions: [] },
          append,
          lastChunk: append,
          metadata: undefined,
        }),
      );

    if (said.includes('direct')) {
      bus.publish(AgentEvent.message(message({ taskId: '', contextId }, 'a direct reply')));
      return bus.finished();
    }
    const begun = {
      id: taskId,
      contextId,
      status: status(TaskState.TASK_STATE_SUBMITTED),
      artifacts: [],
      history: [userMessage],
      metadata: undefined,
    };
    bus.publish(AgentEvent.task(task ?? begun)); // a stream has to begin with the task, also with one that goes on
    become(TaskState.TASK_STATE_WORKING);
    if (said.includes('ask')) become(TaskState.TASK_STATE_INPUT_REQUIRED, 'Which city?');
    else if (said.includes('reject')) become(TaskState.TASK_STATE_REJECTED, 'not my kind of work');
    else if (said.includes('fail')) become(TaskState.TASK_STATE_FAILED, 'the database is gone');
    else if (said.includes('throw')) throw new Error('the executor threw');
    else if (said.includes('hang')) {
      while (!cancelled.has(taskId)) await new Promise((resolve) => setTimeout(resolve, 20));
      console.log(`cancelled ${taskId}`);
      become(TaskState.TASK_STATE_CANCELED);
    } else {
      produce([part('text', task ? `continued ${taskId}: ` : 'echo: ')]);
      produce([part('text', said), ...(said.includes('data') ? [part('data', { city: 'Paris' })] : [])], true);
      become(TaskState.TASK_STATE_COMPLETED);
    }
    bus.finished();
  },
  async cancelTask(taskId) {
    cancelled.add(taskId);
  },
};

const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor);
const options = { requestHandler, userBuilder: UserBuilder.noAuthentication, legacyCompat: { enabled: true } };
const app = express();
app.use(`/${AGENT_CARD_PATH}`, agentCardHandler({ agentCardProvider: requestHandler, legacyCompat: { enabled: true } }));
app.use('/rpc', jsonRpcHandler(options));
app.use('/rest', restHandler(options));
app.listen(port, '127.0.0.1', () => console.log('ready'));
