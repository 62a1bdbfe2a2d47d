import type { JsonObject } from '../../ground/json.ts';
import type { A2aInterface } from './a2a-card.ts';
import { rpcRequest } from './json-rpc.ts';
import type { ExchangeRequest } from './send-exchange.ts';

/** What a conversation needs to go on. */
export interface A2aThread {
  readonly contextId: string | null;
  /** Set while a task waits for our next words. */
  readonly taskId: string | null;
}

/** The calls of a turn, and of a control that ends one; ready but for the headers of the manifest. */
export interface A2aCalls {
  send(text: string, messageId: string, thread: A2aThread, stream: boolean): ExchangeRequest;
  getTask(id: string): ExchangeRequest;
  cancelTask(id: string): ExchangeRequest;
  /** One page of the tasks in a state of 1.0; null in 0.3, which does not list them over JSON-RPC. */
  listTasks(state: string, pageToken: string): ExchangeRequest | null;
}

/** How calls look at one interface. Sources: A2A 1.0, sections 9 (JSON-RPC) and 11 (HTTP+JSON); A2A 0.3, section 7. */
export const callsAt = (at: A2aInterface): A2aCalls => (at.binding === 'rest' ? restCalls(at) : rpcCalls(at));

const rpcMethods = {
  '1.0': { send: 'SendMessage', stream: 'SendStreamingMessage', get: 'GetTask', cancel: 'CancelTask', list: 'ListTasks' },
  '0.3': { send: 'message/send', stream: 'message/stream', get: 'tasks/get', cancel: 'tasks/cancel', list: null },
} as const;

const rpcCalls = (at: A2aInterface): A2aCalls => {
  const methods = rpcMethods[at.version];
  const tenant: JsonObject = at.tenant === '' ? {} : { tenant: at.tenant };
  const call = (method: string, params: JsonObject, stream = false): ExchangeRequest => ({
    url: at.url,
    headers: { ...versionHeader(at), accept: stream ? 'text/event-stream' : 'application/json' },
    body: rpcRequest(1, method, { ...tenant, ...params }),
  });
  return {
    send: (text, messageId, thread, stream) => {
      const kind: JsonObject = at.version === '0.3' ? { kind: 'message' } : {};
      const part: JsonObject = at.version === '0.3' ? { kind: 'text', text } : { text };
      const message = { ...kind, messageId, role: at.version === '0.3' ? 'user' : 'ROLE_USER', parts: [part], ...ids(thread) };
      return call(stream ? methods.stream : methods.send, { message, ...patience(at) }, stream);
    },
    getTask: (id) => call(methods.get, { id }),
    cancelTask: (id) => call(methods.cancel, { id }),
    listTasks: (status, pageToken) => (methods.list === null ? null : call(methods.list, { status, pageSize, pageToken })),
  };
};

const restCalls = (at: A2aInterface): A2aCalls => {
  // 0.3 put its paths under /v1, and its protobuf mapping calls the parts of a message its content.
  const base = at.version === '0.3' ? `${at.url}/v1` : at.tenant === '' ? at.url : `${at.url}/${encodeURIComponent(at.tenant)}`;
  const type = at.version === '0.3' ? 'application/json' : 'application/a2a+json';
  const post = (path: string, body: JsonObject, accept: string): ExchangeRequest => ({
    url: base + path,
    headers: { ...versionHeader(at), 'content-type': type, accept },
    body,
  });
  return {
    send: (text, messageId, thread, stream) => {
      const parts = { [at.version === '0.3' ? 'content' : 'parts']: [{ text }] };
      const body = { message: { messageId, role: 'ROLE_USER', ...parts, ...ids(thread) }, ...patience(at) };
      return stream ? post('/message:stream', body, 'text/event-stream') : post('/message:send', body, type);
    },
    getTask: (id) => ({ method: 'GET', url: `${base}/tasks/${encodeURIComponent(id)}`, headers: { ...versionHeader(at), accept: type } }),
    cancelTask: (id) => post(`/tasks/${encodeURIComponent(id)}:cancel`, {}, type),
    listTasks(status, pageToken) {
      if (at.version === '0.3') return null;
      const query = new URLSearchParams({ status, pageSize: `${pageSize}`, ...(pageToken === '' ? {} : { pageToken }) });
      return { method: 'GET', url: `${base}/tasks?${query}`, headers: { ...versionHeader(at), accept: type } };
    },
  };
};

/** The most that a page may hold, by the protocol. */
const pageSize = 100;

const ids = ({ contextId, taskId }: A2aThread): JsonObject => ({
  ...(contextId === null ? {} : { contextId }),
  ...(taskId === null ? {} : { taskId }),
});

/** 1.0 waits for the end of a task unless told otherwise; 0.3 has to be asked. */
const patience = (at: A2aInterface): JsonObject => (at.version === '0.3' ? { configuration: { blocking: true } } : {});

/** A request without this header is taken for 0.3. */
const versionHeader = (at: A2aInterface): Record<string, string> => (at.version === '0.3' ? {} : { 'a2a-version': at.wireVersion });
