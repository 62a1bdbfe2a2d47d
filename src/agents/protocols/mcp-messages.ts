import { canonicalJson, dig, digArray, digString, isObject, type Json, type JsonObject } from '../../ground/json.ts';
import { answersRpc, isRpcError, type RpcError, rpcErrorOf, rpcErrorSaid } from './json-rpc.ts';
import type { Card } from './port.ts';
import { excerpt, type Said } from './turn.ts';

/** Modern: 2026-07-28, every request stands alone. Legacy: a handshake first, and often a session. */
export type McpEra = 'modern' | 'legacy';

export const modernVersion = '2026-07-28';
const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;
export const newestLegacy = legacyVersions[0];

export const isLegacyVersion = (version: string | null): boolean => legacyVersions.some((known) => known === version);

export const clientInfo: JsonObject = { name: 'agentops-fleet', version: '1' };

/** The params of a modern request, which say each time who asks. Source: MCP 2026-07-28, base protocol. */
export const modernParams = (params: JsonObject): JsonObject => ({
  ...params,
  _meta: {
    'io.modelcontextprotocol/protocolVersion': modernVersion,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  },
});

/** What must stand in the headers of a modern request as well as in its body. */
export const modernHeaders = (method: string, params: JsonObject): Record<string, string> => {
  const name = digString(params, 'name');
  return {
    'mcp-protocol-version': modernVersion,
    'mcp-method': method,
    ...(method === 'tools/call' && name !== null ? { 'mcp-name': headerText(name) } : {}),
  };
};

/** The arguments that a tool wants mirrored in headers (`x-mcp-header` in its schema, at any depth of `properties`). */
export const paramHeaders = (schema: Json, args: Json): Record<string, string> => {
  const headers: Record<string, string> = {};
  const visit = (node: unknown, value: unknown) => {
    const name = digString(node, 'x-mcp-header');
    if (name !== null && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')) {
      headers[`mcp-param-${name.toLowerCase()}`] = headerText(String(value));
    }
    const properties = dig(node, 'properties');
    if (isObject(properties)) for (const [key, child] of Object.entries(properties)) visit(child, dig(value, key));
  };
  visit(schema, args);
  return headers;
};

/** Visible ASCII as it is; anything else, and what looks encoded already, in base64 between marks. */
const headerText = (text: string): string =>
  /^(?!=\?base64\?)[!-~]([ -~]*[!-~])?$/.test(text) ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;

const headerMismatch = -32020;
const unsupportedVersion = -32022;
const modernErrors: readonly number[] = [headerMismatch, -32021, unsupportedVersion];
const methodNotFound = -32601;

/** Whether the server only misses the headers that mirror a tool's arguments. */
export const wantsParamHeaders = (reply: unknown): boolean => rpcErrorOf(reply)?.code === headerMismatch;

/** The era of a server by its answer to `server/discover`; null: it is neither, what went wrong is all there is to tell. */
export const eraOf = (status: number | null, reply: unknown): McpEra | null => {
  const error = rpcErrorOf(reply);
  if (status === null || status === 401 || status === 403 || status === 429) return null;
  if (error?.code === unsupportedVersion)
    return digArray(error.data, 'supported').some((version) => isLegacyVersion(String(version))) ? 'legacy' : 'modern';
  if (error !== null && error.code !== null && modernErrors.includes(error.code)) return 'modern';
  if (status === 404 && error?.code === methodNotFound) return 'modern';
  if (isRpcError(error)) return 'legacy';
  if (status < 300) return isObject(dig(reply, 'result')) ? 'modern' : null;
  return status >= 400 && status < 500 ? 'legacy' : null;
};

/** Requests of the server that wait for a person or a model on our side; nobody is there. */
const inputRequests: readonly unknown[] = ['elicitation/create', 'sampling/createMessage'];

export const endsCall = (id: number) => (message: JsonObject) => answersRpc(id, message) || asksBack(message);

const asksBack = (message: JsonObject): boolean => message['id'] !== undefined && inputRequests.includes(message['method']);

/** The result of a call, or what is to be said because there is none. */
export type McpResult = { readonly result: JsonObject; readonly said: null } | { readonly result: null; readonly said: Said };

export const readResult = (host: string, reply: JsonObject | null): McpResult => {
  const instead = (said: Said): McpResult => ({ result: null, said });
  const malformed = (cause: string, detail: string) => instead({ outcome: 'malformed', cause, detail: `${host} sent ${detail}` });
  if (reply === null) return malformed('no reply', 'JSON that is not the reply to the request');
  if (asksBack(reply)) {
    const method = String(reply['method']);
    const message = digString(reply, 'params', 'message');
    const detail = `${host} wants ${method} first${message === null ? '' : `: ${excerpt(message)}`}`;
    return instead({ outcome: 'interrupted', cause: method, detail });
  }
  const error = rpcErrorOf(reply);
  if (error !== null) return instead(errorSaid(host, error));
  const result = reply['result'];
  if (!isObject(result)) return malformed('no result', 'a reply whose result is no object');
  const type = result['resultType'];
  if (type === 'input_required') {
    const asked = Object.values(dig(result, 'inputRequests') ?? {}).flatMap((request) => digString(request, 'params', 'message') ?? []);
    const detail = `${host} asks for input before it goes on${asked.length === 0 ? '' : `: ${excerpt(asked.join('; '))}`}`;
    return instead({ outcome: 'interrupted', cause: 'input required', detail });
  }
  if (type === undefined || type === 'complete') return { result, said: null };
  return malformed('unknown result type', `a result of the unknown type ${excerpt(JSON.stringify(type))}`);
};

const errorSaid = (host: string, error: RpcError): Said => {
  if (error.code !== unsupportedVersion) return rpcErrorSaid(host, error);
  return { outcome: 'malformed', cause: 'version not supported', detail: `${host} does not speak this version: ${excerpt(error.message)}` };
};

/** What a called tool answered. */
export const toolSaid = (host: string, tool: string, result: Json): Said => {
  const content = digArray(result, 'content');
  const structured = isObject(result) ? (result['structuredContent'] ?? null) : null;
  const text = content.flatMap((block) => (digString(block, 'type') === 'text' ? (digString(block, 'text') ?? []) : [])).join('\n');
  const read = { text, structured };
  if (dig(result, 'isError') === true) {
    const because = text === '' ? '' : `: ${excerpt(text)}`;
    return { ...read, outcome: 'agent_error', cause: 'tool error', detail: `the tool ${tool} of ${host} failed${because}` };
  }
  if (!Array.isArray(dig(result, 'content')) && structured === null) {
    return { ...read, outcome: 'malformed', cause: 'no content', detail: `the tool ${tool} of ${host} answered without content` };
  }
  return { ...read, outcome: 'ok' };
};

/** The names of tools a line each, and the tools as they are. */
export const toolListSaid = (tools: readonly Json[]): Said => ({ outcome: 'ok', text: toolNames(tools).join('\n'), structured: { tools } });

export const noToolList = (host: string): Said => ({
  outcome: 'malformed',
  cause: 'no tool list',
  detail: `${host} sent a result without tools`,
});

const toolNames = (tools: readonly Json[]): readonly string[] => tools.flatMap((tool) => digString(tool, 'name') ?? []);

/** What a server says of itself; `about` is its answer to `server/discover` or to `initialize`. */
export const serverCard = (about: Json, tools: readonly Json[]): Card => {
  const info = dig(about, 'serverInfo') ?? dig(about, '_meta', 'io.modelcontextprotocol/serverInfo');
  const byName = [...tools].sort((a, b) => ((digString(a, 'name') ?? '') < (digString(b, 'name') ?? '') ? -1 : 1));
  const facet = (keys: readonly string[]) =>
    canonicalJson(byName.filter(isObject).map((tool) => Object.fromEntries(keys.map((key) => [key, tool[key] ?? null]))));
  return {
    name: digString(info, 'name'),
    version: digString(info, 'version'),
    models: [],
    tools: toolNames(byName),
    skills: [],
    // Descriptions are what a model reads: a changed one is worth a look even when every schema is the same.
    facets: { tools: facet(['name', 'inputSchema', 'outputSchema']), tool_descriptions: facet(['name', 'description']) },
  };
};

/** The arguments of a call: `{{input}}` inside any string becomes the question. */
export const fillArguments = (template: Json, input: string): Json => {
  if (typeof template === 'string') return template.replaceAll('{{input}}', () => input);
  if (Array.isArray(template)) return template.map((item: Json) => fillArguments(item, input));
  if (!isObject(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fillArguments(value, input)]));
};
