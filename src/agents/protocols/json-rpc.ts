import { digArray, digNumber, digString, isObject, type Json, type JsonObject, parseJson } from '../../ground/json.ts';
import type { StreamReader } from './send-exchange.ts';
import { excerpt, type Said } from './turn.ts';

/** The error object of JSON-RPC 2.0 (section 5.1), or that of an HTTP API in the manner of google.rpc.Status. */
export interface RpcError {
  /** Negative in JSON-RPC; an HTTP status in google.rpc.Status. */
  readonly code: number | null;
  readonly message: string;
  /** The symbolic reason beside the number, for example `TASK_NOT_FOUND`. */
  readonly reason: string | null;
  readonly data: Json;
}

export const rpcRequest = (id: number, method: string, params: JsonObject): JsonObject => ({ jsonrpc: '2.0', id, method, params });

/** The error inside a message; null where it carries none. */
export const rpcErrorOf = (message: unknown): RpcError | null => {
  const error = isObject(message) ? message['error'] : undefined;
  if (!isObject(error)) return null;
  const reasons = [...digArray(error, 'data'), ...digArray(error, 'details')].flatMap((detail) => digString(detail, 'reason') ?? []);
  return {
    code: digNumber(error, 'code'),
    message: digString(error, 'message') ?? JSON.stringify(error),
    reason: reasons[0] ?? null,
    data: error['data'] ?? null,
  };
};

/** Whether the error tells more than the HTTP status that it came with. */
export const isRpcError = (error: RpcError | null): error is RpcError & { code: number } =>
  error !== null && error.code !== null && error.code < 0;

export const rpcErrorSaid = (host: string, { code, message }: RpcError): Said => ({
  outcome: 'agent_error',
  cause: code === null ? 'error in the answer' : `json-rpc ${code}`,
  detail: `${host} answered an error${code === null ? '' : ` (${code})`}: ${excerpt(message)}`,
});

/** The messages of a body: it is one, or a batch of them. */
export const rpcMessages = (body: unknown): readonly JsonObject[] => (Array.isArray(body) ? body : [body]).filter(isObject);

/** Whether a message answers the request. So does an error without an id: the server could not read ours. */
export const answersRpc = (id: number, message: JsonObject): boolean => {
  const isMine = String(message['id']) === String(id);
  const isNobodys = message['id'] === undefined || message['id'] === null;
  return 'error' in message ? isMine || isNobodys : 'result' in message && isMine;
};

export interface RpcReader extends StreamReader {
  /** The message that ended the stream. */
  readonly reply: JsonObject | null;
}

/** Reads a stream up to the message that `isLast` names; what else the server says by the way is passed over. */
export const rpcReader = (isLast: (message: JsonObject) => boolean): RpcReader => {
  let reply: JsonObject | null = null;
  let broken: string | null = null;
  return {
    event({ data }) {
      if (data.trim() === '') return; // MCP primes its streams with an empty event
      const body = parseJson(data);
      if (typeof body !== 'object' || body === null) broken = `${excerpt(data)} is not a JSON-RPC message`;
      else reply = rpcMessages(body).find(isLast) ?? null;
    },
    begun: false,
    get ended() {
      return reply !== null;
    },
    get broken() {
      return broken;
    },
    get reply() {
      return reply;
    },
  };
};
