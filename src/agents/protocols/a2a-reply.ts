import { digArray, digString, isObject, type Json, parseJson } from '../../ground/json.ts';
import { type Standing, standings, stateName } from './a2a-state.ts';
import { troubleSaid } from './exchange-trouble.ts';
import { isRpcError, type RpcError, rpcErrorOf, rpcErrorSaid } from './json-rpc.ts';
import type { Exchange, StreamReader } from './send-exchange.ts';
import { excerpt, type Said } from './turn.ts';

/** What an agent answers to a message: a message, or a task with all that became of it. Fed with whole answers and with events of a stream. */
export interface A2aReply extends StreamReader {
  /** Takes in a whole body. */
  body(body: Json): void;
  /** Takes in the answer to a look at the task. */
  task(body: Json): void;
  /** The task that still runs; null where there is none, or none any more. */
  readonly running: string | null;
  readonly contextId: string | null;
  /** The task that waits for our next words. */
  readonly waiting: string | null;
  said(exchange: Exchange): Said;
}

/** `wrapsData`: 0.3 over HTTP+JSON puts the value of a data part one level deeper. */
export const readReply = (wrapsData: boolean): A2aReply => {
  let error: RpcError | null = null;
  let broken: string | null = null;
  let streamEnded = false;
  /** The standing comes from a snapshot; when a task is resumed, the first one shows it as it was, still waiting. */
  let isSnapshot = false;
  let direct: readonly Json[] | null = null;
  let taskId: string | null = null;
  let contextId: string | null = null;
  let state: string | null = null;
  let spoken: readonly Json[] = [];
  let lastWords: readonly Json[] = [];
  const artifacts = new Map<string, Json[]>();

  const standing = (): Standing | null => {
    if (direct !== null) return 'done';
    return state === null ? null : (standings.get(state) ?? null);
  };
  const isSettled = () => error !== null || (standing() !== null && standing() !== 'pending');

  const takeStatus = (holder: Json) => {
    const status = isObject(holder) ? holder['status'] : undefined;
    const given = digString(status, 'state');
    if (given === null) return refuse('a task without a state');
    state = stateName(given);
    if (!standings.has(state)) refuse(`the task state ${excerpt(given)} is unknown`);
    spoken = partsOf(isObject(status) ? status['message'] : undefined);
  };
  const takeArtifact = (artifact: Json, append: boolean) => {
    const id = digString(artifact, 'artifactId') ?? '';
    const parts = artifacts.get(id);
    if (append && parts !== undefined) parts.push(...partsOf(artifact));
    else artifacts.set(id, [...partsOf(artifact)]);
  };
  const refuse = (why: string) => {
    broken ??= why;
  };

  const take = (event: Json) => {
    const [kind, value] = eventOf(event);
    if (kind === null) return refuse(`${excerpt(JSON.stringify(event))} is not an event of the protocol`);
    contextId = digString(value, 'contextId') ?? contextId;
    isSnapshot = kind === 'task';
    if (kind === 'message') {
      direct = partsOf(value);
      return;
    }
    if (kind === 'task') {
      taskId = digString(value, 'id') ?? taskId;
      lastWords = partsOf(digArray(value, 'history').findLast((message) => /agent$/i.test(digString(message, 'role') ?? '')));
      artifacts.clear();
      for (const artifact of digArray(value, 'artifacts')) takeArtifact(artifact, true);
    } else {
      taskId = digString(value, 'taskId') ?? taskId;
    }
    if (kind === 'artifact')
      takeArtifact(isObject(value) ? (value['artifact'] ?? null) : null, isObject(value) && value['append'] === true);
    else takeStatus(value);
    if (isObject(value) && value['final'] === true) streamEnded = true;
  };

  const open = (body: Json, takeResult: (result: Json) => void) => {
    error = rpcErrorOf(body);
    if (error !== null) return;
    takeResult(isObject(body) && 'result' in body ? (body['result'] ?? null) : body);
  };

  const produced = () => [...artifacts.values()].filter((parts) => parts.length > 0);
  const content = (): readonly (readonly Json[])[] => {
    if (direct !== null) return [direct];
    if (produced().length > 0) return produced();
    return [spoken.length > 0 ? spoken : lastWords];
  };
  const structured = (): Json => {
    const values = content().flatMap((parts) => parts.flatMap((part) => dataOf(part, wrapsData)));
    return values.length > 1 ? values : (values[0] ?? null);
  };

  return {
    event({ data }) {
      if (data.trim() === '') return;
      const body = parseJson(data);
      if (body === undefined) refuse(`${excerpt(data)} is not JSON`);
      else open(body, take);
    },
    body: (body) => open(body, take),
    task: (body) => open(body, (result) => take(eventOf(result)[0] === null ? { task: result } : result)),
    close() {
      streamEnded = isSettled();
    },
    get begun() {
      return direct !== null || artifacts.size > 0;
    },
    get ended() {
      return streamEnded || (isSettled() && !(isSnapshot && standing() === 'waiting'));
    },
    get broken() {
      return broken;
    },
    get running() {
      return isSettled() || broken !== null ? null : taskId;
    },
    get contextId() {
      return contextId;
    },
    get waiting() {
      return standing() === 'waiting' ? taskId : null;
    },
    said(exchange) {
      const read = { text: content().map(textOf).join('\n'), structured: structured(), stopReason: state };
      const { host, trouble } = exchange;
      const failure = errorSaid(host, error);
      if (failure !== null && (trouble === null || (trouble.outcome === 'agent_error' && isTelling(error)))) return { ...read, ...failure };
      if (trouble !== null) return { ...read, ...troubleSaid(trouble) };
      if (broken !== null)
        return { ...read, outcome: 'malformed', cause: 'not the protocol', detail: `${host} does not speak A2A: ${broken}` };
      const words = textOf(spoken);
      const because = words === '' ? '' : `: ${excerpt(words)}`;
      switch (standing()) {
        case 'done':
          return { ...read, outcome: 'ok' };
        case 'failed':
          return { ...read, outcome: 'agent_error', cause: `task ${state}`, detail: `${host} ended its task as ${state}${because}` };
        case 'refused':
          return { ...read, outcome: 'refused', cause: 'task rejected', detail: `${host} rejected the task${because}` };
        case 'waiting':
          return { ...read, outcome: 'interrupted', cause: `task ${state}`, detail: `${host} stopped with ${state}${because}` };
        default:
          return {
            ...read,
            outcome: 'malformed',
            cause: 'task without end',
            detail: `${host} left its task as ${state ?? 'nothing at all'}`,
          };
      }
    },
  };
};

/** Both ways to tell events apart: the one key that is set (1.0, and 0.3 over HTTP+JSON), or `kind` (0.3 over JSON-RPC). */
const eventKinds = {
  message: 'message',
  msg: 'message',
  task: 'task',
  statusUpdate: 'status',
  'status-update': 'status',
  artifactUpdate: 'artifact',
  'artifact-update': 'artifact',
} as const;
type EventKind = (typeof eventKinds)[keyof typeof eventKinds];

const eventOf = (event: Json): readonly [EventKind, Json] | readonly [null, null] => {
  if (!isObject(event)) return [null, null];
  for (const [key, kind] of Object.entries(eventKinds)) {
    if (event['kind'] === key) return [kind, event];
    const value = Object.hasOwn(event, key) ? event[key] : undefined;
    if (event['kind'] === undefined && isObject(value)) return [kind, value];
  }
  return [null, null];
};

const partsOf = (holder: unknown): readonly Json[] => {
  const parts = digArray(holder, 'parts');
  return parts.length > 0 ? parts : digArray(holder, 'content');
};

const textOf = (parts: readonly Json[]): string => parts.map((part) => digString(part, 'text') ?? '').join('');

const dataOf = (part: Json, wrapsData: boolean): readonly Json[] => {
  const data = isObject(part) ? part['data'] : undefined;
  if (data === undefined || data === null) return [];
  return [wrapsData && isObject(data) ? (data['data'] ?? null) : data];
};

/** 1.0 has a code for it; a server that does not know the method speaks another version without knowing that one. */
const isVersionError = ({ code, reason }: RpcError) => code === -32009 || code === -32601 || reason === 'VERSION_NOT_SUPPORTED';

const isTelling = (error: RpcError | null) => isRpcError(error) || (error !== null && isVersionError(error));

const errorSaid = (host: string, error: RpcError | null): Said | null => {
  if (error === null) return null;
  if (!isVersionError(error)) return rpcErrorSaid(host, error);
  return { outcome: 'malformed', cause: 'version not supported', detail: `${host} does not speak this version: ${excerpt(error.message)}` };
};
