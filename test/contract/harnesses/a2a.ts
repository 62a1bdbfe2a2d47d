import { digString, isObject, type Json } from '../../../src/ground/json.ts';
import { openPeer, type Received, type Reply } from '../../support/http-peer.ts';
import { json } from '../../support/replies.ts';
import { type ControlHarness, type ControlPeer, connection, faultable } from '../control-suite.ts';

const active = ['TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING'];

/** The calls of both bindings of 1.0 as one: method, id of the task, state that is listed. */
const callOf = ({ method, path, query, json: sent }: Received): readonly [string, string | null, string | null] => {
  if (path === '/rpc') return [digString(sent, 'method') ?? '', digString(sent, 'params', 'id'), digString(sent, 'params', 'status')];
  const [, id = null, cancel] = /^\/rest\/tasks(?:\/([^/:]+)(:cancel)?)?$/.exec(path) ?? [];
  const name = cancel !== undefined && method === 'POST' ? 'CancelTask' : id === null ? 'ListTasks' : 'GetTask';
  return [name, id, query.get('status')];
};

const isCancel = (request: Received): boolean => callOf(request)[0] === 'CancelTask';

const open = (binding: 'jsonrpc' | 'rest', states: readonly string[]) => async (): Promise<ControlPeer> => {
  const tasks = new Map(states.map((state, at) => [`task-${at}`, state]));
  const done: string[] = [];
  let isThere = true;
  const [protocolBinding, path] = binding === 'rest' ? ['HTTP+JSON', '/rest'] : ['JSONRPC', '/rpc'];
  const card = { name: 'fake', supportedInterfaces: [{ protocolBinding, protocolVersion: '1.0', url: path }] };
  const taskOf = (id: string | null) => ({ id, contextId: 'c1', status: { state: tasks.get(id ?? '') ?? null } });
  const answer = (request: Received): Json => {
    const [method, id, state] = callOf(request);
    if (method === 'ListTasks')
      return { tasks: [...tasks].filter(([, each]) => each === state).map(([each]) => taskOf(each)), nextPageToken: '' };
    const error = (code: number, reason: string) => ({ error: { code, message: reason, details: [{ reason }] } });
    if (id === null || !tasks.has(id)) return error(-32001, 'TASK_NOT_FOUND');
    if (method === 'GetTask') return taskOf(id);
    if (!active.includes(tasks.get(id) ?? '')) return error(-32002, 'TASK_NOT_CANCELABLE');
    tasks.set(id, 'TASK_STATE_CANCELED');
    done.push(`cancelled ${id}`);
    return taskOf(id);
  };
  const agent: Reply = (request, response) => {
    if (!isThere) return json({ detail: 'gone' }, 404)(request, response);
    if (request.path === '/.well-known/agent-card.json') return json(card)(request, response);
    const said = answer(request);
    const isError = isObject(said) && 'error' in said;
    if (binding === 'rest') return json(said, isError ? 400 : 200)(request, response);
    return json(isError ? { jsonrpc: '2.0', id: 1, ...said } : { jsonrpc: '2.0', id: 1, result: said })(request, response);
  };
  const plane = faultable(agent, isCancel, json({ jsonrpc: '2.0', id: 1, result: taskOf('task-0') }));
  const { url } = await openPeer(plane.reply);
  return {
    control: { connection: 'agent', binding },
    connections: connection('agent', url),
    look: () => Object.fromEntries(tasks),
    effects: () => done,
    writes: plane.writes,
    remove: () => {
      isThere = false;
    },
    fail: plane.fail,
  };
};

const wishes = [
  { action: 'kill', params: {} },
  { action: 'kill', params: { tasks: ['task-1'] } },
] as const;
const faults = {
  read: ['401', '403', '429', '500', '503', 'cut'],
  write: ['401', '403', '409', '429', '500', '503', 'cut', 'html', 'drop'],
} as const;
const states = ['TASK_STATE_COMPLETED', 'TASK_STATE_WORKING', 'TASK_STATE_INPUT_REQUIRED'];

const harness: ControlHarness = {
  variants: [
    { name: 'JSON-RPC', wishes, faults, senseless: [{ action: 'kill', params: { tasks: [7] } }], open: open('jsonrpc', states) },
    { name: 'HTTP+JSON', wishes, faults, open: open('rest', states) },
  ],
};

export default harness;
