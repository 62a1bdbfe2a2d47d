import { dig, digArray, digNumber, digString, isObject, type Json, type JsonObject } from '../ground/json.ts';
import { type ApiTrouble, troubleError } from './api-trouble.ts';
import type { ApiRequest, JsonApi } from './json-api.ts';

/** A queue as the management plugin tells of it. Numbers and the policy in force are statistics, up to five seconds old. */
export interface RabbitQueue {
  readonly type: 'classic' | 'quorum' | 'stream' | string;
  /** What it was declared with; it wins over a policy. */
  readonly arguments: JsonObject;
  /** The policy that is in force on it; null: none. Undefined: the server has no statistics of it, or none yet. */
  readonly policy: string | null | undefined;
  /** What that policy says, and the operators' one. */
  readonly inForce: JsonObject;
  /** Null: not known. */
  readonly ready: number | null;
  readonly unacknowledged: number | null;
  readonly consumers: number | null;
  /** How many messages were ever routed to it; null: none were since statistics began, or there are none. */
  readonly published: number | null;
  /** When the message at its head says that it was made, UTC epoch ms; null: it says nothing. */
  readonly headAt: number | null;
}

export interface RabbitPolicy {
  /** A regular expression over names of queues. */
  readonly pattern: string;
  readonly definition: JsonObject;
  readonly 'apply-to': string;
  /** Of all that match a queue, the highest alone applies. */
  readonly priority: number;
}

/** The management API of RabbitMQ. Reads throw as `JsonApi.read` does; a 404 is an answer. Source: its HTTP API reference, 3.10. */
export interface RabbitManagement {
  readonly host: () => string;
  /** Null: there is no such queue or virtual host. */
  queue(vhost: string, name: string, signal: AbortSignal): Promise<RabbitQueue | null>;
  /** By name. The credential needs the tag `policymaker`. */
  policies(vhost: string, signal: AbortSignal): Promise<ReadonlyMap<string, RabbitPolicy>>;
  /** Makes or replaces it; null: it was taken. */
  putPolicy(vhost: string, name: string, policy: RabbitPolicy, signal: AbortSignal): Promise<ApiTrouble | null>;
  /** Null: it is gone, or was. */
  deletePolicy(vhost: string, name: string, signal: AbortSignal): Promise<ApiTrouble | null>;
}

/** @param api below the address of the management plugin; a credential is a Basic one */
export const openRabbitManagement = (api: JsonApi): RabbitManagement => {
  const read = async (path: string, signal: AbortSignal): Promise<Json | null> => {
    const { answer, trouble } = await api.ask({ path }, signal);
    if (trouble === null) return answer.json;
    if (trouble.status === 404) return null;
    throw troubleError(trouble);
  };
  const change = async (request: ApiRequest, signal: AbortSignal): Promise<ApiTrouble | null> =>
    (await api.ask({ ...request, emptyOk: true }, signal)).trouble;
  return {
    host: api.host,
    async queue(vhost, name, signal) {
      const found = await read(pathOf('queues', vhost, name), signal);
      return isObject(found) ? queueOf(found) : null;
    },
    async policies(vhost, signal) {
      const rows = digArray({ rows: await read(pathOf('policies', vhost), signal) }, 'rows');
      return new Map(rows.flatMap((row) => [[digString(row, 'name') ?? '', policyOf(row)]]));
    },
    putPolicy: (vhost, name, policy, signal) =>
      change({ method: 'PUT', path: pathOf('policies', vhost, name), body: { ...policy } }, signal),
    async deletePolicy(vhost, name, signal) {
      const trouble = await change({ method: 'DELETE', path: pathOf('policies', vhost, name) }, signal);
      return trouble?.status === 404 ? null : trouble;
    },
  };
};

/** The credential `user:password` as RFC 7617 sends it. */
export const basic = (credential: string) => ({ authorization: `Basic ${Buffer.from(credential).toString('base64')}` });

const pathOf = (...parts: readonly string[]): string => `/api/${parts.map(encodeURIComponent).join('/')}`;

const queueOf = (found: JsonObject): RabbitQueue => {
  const policy = dig(found, 'policy');
  const seconds = digNumber(found, 'head_message_timestamp');
  return {
    type: digString(found, 'type') ?? 'classic',
    arguments: objectIn(found, 'arguments'),
    // Older plugins write an empty text where there is none.
    policy: policy === undefined ? undefined : typeof policy === 'string' && policy !== '' ? policy : null,
    inForce: objectIn(found, 'effective_policy_definition'),
    ready: digNumber(found, 'messages_ready'),
    unacknowledged: digNumber(found, 'messages_unacknowledged'),
    consumers: digNumber(found, 'consumers'),
    published: digNumber(found, 'message_stats', 'publish'),
    headAt: seconds === null ? null : seconds * 1000,
  };
};

const policyOf = (row: Json): RabbitPolicy => ({
  pattern: digString(row, 'pattern') ?? '',
  definition: objectIn(row, 'definition'),
  'apply-to': digString(row, 'apply-to') ?? 'all',
  priority: digNumber(row, 'priority') ?? 0,
});

const objectIn = (from: Json, key: string): JsonObject => {
  const found = dig(from, key) as Json | undefined;
  return isObject(found) ? found : {};
};
