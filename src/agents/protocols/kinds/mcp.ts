import { z } from 'zod';
import { adapter } from '../../../fleet/slots.ts';
import { dig, digString, isObject, type Json } from '../../../ground/json.ts';
import {
  fillArguments,
  type McpEra,
  modernVersion,
  noToolList,
  paramHeaders,
  serverCard,
  toolListSaid,
  toolSaid,
  wantsParamHeaders,
} from '../mcp-messages.ts';
import { type McpAnswer, type McpSession, openMcpSession } from '../open-mcp-session.ts';
import type { AgentProtocol, Ask, Turn } from '../port.ts';
import { httpEndpoint } from '../schema.ts';
import { endpointUrl, turnHeaders } from '../send-exchange.ts';
import { sendSteps } from '../send-steps.ts';
import { type Said, turnOf, type Wire } from '../turn.ts';

const config = z
  .strictObject({
    protocol: z.literal('mcp'),
    ...httpEndpoint,
    version: z
      .enum(['auto', modernVersion, '2025-11-25', '2025-06-18', '2025-03-26'])
      .default('auto')
      .describe('The revision to speak; auto: 2026-07-28 where the server knows it, else the handshake of its predecessors.'),
    tool: z.string().min(1).optional().describe('The tool that a turn calls; without one a turn lists the tools.'),
    arguments: z
      .record(z.string(), z.json())
      .default({})
      .describe('What the tool is called with; {{input}} inside a text is the question.'),
  })
  .refine(({ tool, arguments: given }) => tool !== undefined || Object.keys(given).length === 0, {
    path: ['arguments'],
    error: 'are given to no tool: name it with tool',
  });
type Config = z.infer<typeof config>;

const maxToolPages = 50;

/** Model Context Protocol over Streamable HTTP, 2026-07-28 and its predecessors since 2025-03-26. */
export default adapter<Config, AgentProtocol>({
  kind: 'mcp',
  summary: 'Model Context Protocol over Streamable HTTP: a turn calls one tool, or lists the tools.',
  config,
  open(endpoint, world) {
    let era: McpEra | null = null;

    const inSession = async (
      ask: Ask,
      signal: AbortSignal,
      isProbe: boolean,
      use: (session: McpSession) => Promise<Spoken>,
    ): Promise<Turn> => {
      const version = endpoint.version === 'auto' ? null : endpoint.version;
      const known = era ?? (version === modernVersion ? 'modern' : null);
      const door = {
        url: endpointUrl(endpoint.url, world),
        headers: turnHeaders(endpoint.headers, world, ask),
        version,
        era: isProbe && known === 'modern' ? null : known, // only `server/discover` tells who a modern server is
      };
      const opening = await openMcpSession(world, ask, door, sendSteps(world, ask, signal));
      if (opening.session === null) return turnOf(opening.answer.said ?? { outcome: 'malformed' }, opening.answer.wire);
      const { said, wire } = await use(opening.session);
      await opening.session.close();
      era = said.outcome === 'ok' ? opening.session.era : null; // a server may be upgraded while we watch it
      return turnOf(said, wire);
    };

    return {
      traits: { streams: false, multiTurn: false },
      probe: (ask, signal) =>
        inSession(ask, signal, true, async (session) => {
          const { greeting } = session;
          const about = greeting?.result ?? null;
          const hasTools = greeting === null || isObject(dig(about, 'capabilities', 'tools'));
          const { said, tools, wire } = hasTools ? await listTools(session) : { said: null, tools: [], wire: greeting.wire };
          return { said: said ?? { outcome: 'ok', card: serverCard(about, tools) }, wire };
        }),
      turn: (ask, signal) =>
        inSession(ask, signal, false, async (session) => {
          const { tool } = endpoint;
          if (tool !== undefined) return callTool(session, tool, fillArguments(endpoint.arguments, ask.input));
          const listed = await listTools(session);
          return { said: listed.said ?? toolListSaid(listed.tools), wire: listed.wire };
        }),
    };
  },
});

interface Spoken {
  readonly said: Said;
  readonly wire: Wire;
}

const callTool = async (session: McpSession, tool: string, args: Json): Promise<Spoken> => {
  const params = { name: tool, arguments: args };
  let answer = await session.call('tools/call', params);
  if (session.era === 'modern' && wantsParamHeaders(answer.reply)) {
    // Which arguments belong into headers stands in the tool's schema; the server refused before it did anything.
    const { tools } = await listTools(session);
    const schema = tools.find((candidate) => digString(candidate, 'name') === tool);
    answer = await session.call('tools/call', params, paramHeaders(isObject(schema) ? (schema['inputSchema'] ?? null) : null, args));
  }
  return { said: answer.said ?? toolSaid(session.host, tool, answer.result), wire: answer.wire };
};

/** All pages of the list; a server that never stops is stopped. */
const listTools = async (session: McpSession): Promise<Pick<McpAnswer, 'said' | 'wire'> & { readonly tools: readonly Json[] }> => {
  const tools: Json[] = [];
  let cursor: string | null = null;
  for (let page = 1; ; page++) {
    const answer: McpAnswer = await session.call('tools/list', cursor === null ? {} : { cursor });
    const { wire, said, result } = answer;
    if (said !== null) return { said, wire, tools };
    if (!Array.isArray(result['tools'])) return { said: noToolList(session.host), wire, tools };
    tools.push(...result['tools']);
    cursor = digString(result, 'nextCursor');
    if (cursor === null || page === maxToolPages) return { said: null, wire, tools };
  }
};
