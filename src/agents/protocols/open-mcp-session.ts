import type { World } from '../../fleet/slots.ts';
import { digArray, digString, type JsonObject } from '../../ground/json.ts';
import { isRpcError, rpcErrorOf, rpcMessages, rpcReader, rpcRequest } from './json-rpc.ts';
import {
  clientInfo,
  endsCall,
  eraOf,
  isLegacyVersion,
  type McpEra,
  type McpResult,
  modernHeaders,
  modernParams,
  modernVersion,
  newestLegacy,
  readResult,
} from './mcp-messages.ts';
import type { Ask } from './port.ts';
import { troubleSaid } from './send-exchange.ts';
import { type Steps, sendFarewell } from './send-steps.ts';
import type { Wire } from './turn.ts';

/** What came of one request. */
export type McpAnswer = McpResult & {
  readonly wire: Wire;
  /** The reply as it came, also where it is an error. */
  readonly reply: JsonObject | null;
};

export interface McpSession {
  /** Who is spoken to, as sentences name it. */
  readonly host: string;
  readonly era: McpEra;
  /** What the server told of itself on the way in; null where it was not asked. */
  readonly greeting: { readonly result: JsonObject; readonly wire: Wire } | null;
  call(method: string, params: JsonObject, headers?: Readonly<Record<string, string>>): Promise<McpAnswer>;
  /** Ends the session at the server, where there is one. Best effort. */
  close(): Promise<void>;
}

/** A session, or the answer that stood in its way. */
export type McpOpening = { readonly session: McpSession } | { readonly session: null; readonly answer: McpAnswer };

export interface McpDoor {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The version to speak; null: find out. */
  readonly version: string | null;
  /** The era where it is known already; a modern server is then not asked for anything on the way in. */
  readonly era: McpEra | null;
}

/** Finds out to which era a server belongs, and makes it ready for calls. Source: MCP 2026-07-28, backward compatibility. */
export const openMcpSession = async (world: World, ask: Ask, door: McpDoor, steps: Steps): Promise<McpOpening> => {
  const post = poster(door, steps);
  const shakeHands = () => openLegacy(world, ask, door, steps, post);
  if (door.era === 'legacy' || isLegacyVersion(door.version)) return shakeHands();
  if (door.era === 'modern') return { session: modernSession(door, post, null) };

  const { answer } = await post('server/discover', modernParams({}), modernHeaders('server/discover', {}));
  const maySwitch = door.version === null && (answer.said === null || answer.said.outcome === 'agent_error');
  if (maySwitch && eraOf(answer.wire.httpStatus, answer.reply) === 'legacy') return shakeHands();
  if (answer.said !== null) return { session: null, answer };
  const versions = digArray(answer.result, 'supportedVersions').map(String);
  if (versions.includes(modernVersion)) return { session: modernSession(door, post, answer) };
  if (maySwitch && versions.some(isLegacyVersion)) return shakeHands();
  return { session: null, answer: unsupported(door, answer, versions) };
};

interface Posted {
  readonly answer: McpAnswer;
  /** The session that the server opened with its answer. */
  readonly sessionId: string | null;
}

type Post = (method: string, params: JsonObject, headers: Readonly<Record<string, string>>) => Promise<Posted>;

/** Sends one request and waits for its reply, be it a JSON body or an event of a stream. */
const poster = (door: McpDoor, steps: Steps): Post => {
  const { host } = new URL(door.url);
  let id = 0;
  return async (method, params, headers) => {
    id += 1;
    const isLast = endsCall(id);
    const reader = rpcReader(isLast);
    const { head, json, streamed, trouble, wire } = await steps.send({
      url: door.url,
      headers: { ...door.headers, ...headers, accept: 'application/json, text/event-stream' },
      body: rpcRequest(id, method, params),
      reader,
    });
    const reply = streamed ? reader.reply : (rpcMessages(json).find(isLast) ?? null);
    const isTold = trouble === null || (trouble.outcome === 'agent_error' && isRpcError(rpcErrorOf(reply)));
    const result: McpResult = isTold ? readResult(host, reply) : { result: null, said: troubleSaid(trouble) };
    return { answer: { ...result, wire, reply }, sessionId: head?.headers['mcp-session-id'] ?? null };
  };
};

const modernSession = ({ url }: McpDoor, post: Post, greeting: McpSession['greeting']): McpSession => ({
  host: new URL(url).host,
  era: 'modern',
  greeting,
  call: async (method, params, headers = {}) =>
    (await post(method, modernParams(params), { ...modernHeaders(method, params), ...headers })).answer,
  close: async () => undefined,
});

/** The handshake of the legacy era. Source: MCP 2025-11-25, lifecycle, and Streamable HTTP, session management. */
const openLegacy = async (world: World, ask: Ask, door: McpDoor, steps: Steps, post: Post): Promise<McpOpening> => {
  const params = { protocolVersion: door.version ?? newestLegacy, capabilities: {}, clientInfo };
  const { answer, sessionId } = await post('initialize', params, {});
  const version = digString(answer.result, 'protocolVersion');
  const headers: Record<string, string> = {
    ...(version === null ? {} : { 'mcp-protocol-version': version }),
    ...(sessionId === null ? {} : { 'mcp-session-id': sessionId }),
  };
  const close = async () => {
    if (sessionId === null) return;
    await sendFarewell(world, ask, { method: 'DELETE', url: door.url, headers: { ...door.headers, ...headers } });
  };
  const refuse = async (instead: McpAnswer): Promise<McpOpening> => {
    await close();
    return { session: null, answer: instead };
  };
  if (answer.said !== null) return refuse(answer);
  if (!isLegacyVersion(version)) return refuse(unsupported(door, answer, version === null ? [] : [version]));
  const { trouble, wire } = await steps.send({
    url: door.url,
    headers: { ...door.headers, ...headers, accept: 'application/json, text/event-stream' },
    body: { jsonrpc: '2.0', method: 'notifications/initialized' },
    emptyOk: true,
    textOk: true,
  });
  if (trouble !== null) return refuse({ result: null, said: troubleSaid(trouble), wire, reply: null });
  const call: McpSession['call'] = async (method, callParams) => (await post(method, callParams, headers)).answer;
  return { session: { host: new URL(door.url).host, era: 'legacy', greeting: answer, call, close } };
};

const unsupported = ({ url }: McpDoor, { wire, reply }: McpAnswer, versions: readonly string[]): McpAnswer => {
  const detail = `${new URL(url).host} speaks ${versions.join(', ') || 'no version that it names'}, which is not understood here`;
  return { wire, reply, result: null, said: { outcome: 'malformed', cause: 'version not supported', detail } };
};
