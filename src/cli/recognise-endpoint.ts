import { cardUrls, isCard } from '../agents/protocols/a2a-card.ts';
import type { Ask } from '../agents/protocols/port.ts';
import { protocols } from '../agents/protocols/registry.ts';
import { type Exchange, type ExchangeRequest, sendExchange } from '../agents/protocols/send-exchange.ts';
import { newSpanId, newTraceId } from '../agents/protocols/trace-context.ts';
import { dig, digArray, digString } from '../ground/json.ts';
import type { Context } from '../ground/runtime/context.ts';

/** What an endpoint showed of itself without being asked a question. */
export interface Recognised {
  readonly protocol: string;
  /** As the manifest wants it for that protocol. */
  readonly url: string;
  /** Models, tools or assistants it offers. */
  readonly offers: readonly string[];
  /** It wants a credential before it says more. */
  readonly isLocked: boolean;
  /** The protocol is only what is left when nothing else fits. */
  readonly isGuess: boolean;
}

/** Nobody answered at all, and why. */
export interface Silent {
  readonly silent: string;
}

interface Visit {
  readonly ctx: Context;
  /** Without a slash at its end. */
  readonly url: string;
  /** A reference; null: nothing is sent. */
  readonly credential: string | null;
}

/** One way to find out. Null: it does not speak that. */
type Knock = (visit: Visit) => Promise<Recognised | Silent | 'locked' | null>;

const limits = { connectMs: 4000, firstByteMs: 4000, stallMs: 4000, totalMs: 4000 };
const mostOffers = 50;

/**
 * Which protocol a URL speaks, by at most seven requests that such servers answer for nothing, the likeliest first. Sends no prompt.
 * @param credential a reference such as `${NAME}`; null: none is sent
 */
export const recogniseEndpoint = async (ctx: Context, url: string, credential: string | null): Promise<Recognised | Silent> => {
  const bare = url.replace(/\/+$/, '');
  const named = namedByPath(bare);
  const visit = { ctx, url: named?.url ?? bare, credential };
  let isLocked = false;
  for (const knock of likeliestFirst(new URL(visit.url))) {
    const told = await knock(visit);
    if (told === 'locked') isLocked = true;
    // Who lists models does not tell which of its operations was meant; the path does.
    else if (told !== null) return 'silent' in told || !listsModels.includes(told.protocol) ? told : { ...told, ...named };
  }
  const left = /\/v\d+$/.test(bare) ? { protocol: 'openai-chat', url: bare } : { protocol: 'http', url };
  return { ...left, ...named, offers: [], isLocked, isGuess: true };
};

const listsModels: readonly string[] = ['openai-chat', 'anthropic'];

/** Where paths of operations end, what speaks so, and how much of the path its url keeps. */
const operations = [
  { protocol: 'openai-chat', path: /\/chat\/completions$/ },
  { protocol: 'openai-responses', path: /(?<=\/v\d+)\/responses$/ },
  { protocol: 'anthropic', path: /\/v\d+\/messages$/ },
] as const;

/** What the path of a URL says by itself. */
const namedByPath = (url: string): Pick<Recognised, 'protocol' | 'url'> | null => {
  const found = operations.find(({ path }) => path.test(url));
  return found === undefined ? null : { protocol: found.protocol, url: url.replace(found.path, '') };
};

const likeliestFirst = ({ pathname, port }: URL): readonly Knock[] => {
  if (/mcp\/?$/.test(pathname)) return [mcp, models, card, graphs];
  if (/\/v\d+\/?$/.test(pathname)) return [models, card, graphs, mcp];
  if (port === '2024') return [graphs, card, models, mcp];
  return [card, models, graphs, mcp];
};

const ask = ({ ctx }: Visit): Ask => ({ input: '', thread: null, traceId: newTraceId(ctx.random), spanId: newSpanId(ctx.random), limits });

/** One request with the credential in both places where these servers look for it. */
const send = (visit: Visit, request: ExchangeRequest): Promise<Exchange> => {
  const { ctx, credential } = visit;
  const token = credential === null ? null : ctx.secrets.reveal({ secret: credential, base: '.' });
  const headers = { 'user-agent': 'agentops-fleet', ...(token === null ? {} : { authorization: `Bearer ${token}`, 'x-api-key': token }) };
  return sendExchange(ctx, ask(visit), { ...request, headers: { ...headers, ...request.headers } }, ctx.signal);
};

const isLock = ({ head }: Exchange): boolean => head?.status === 401 || head?.status === 403;

const silence = ({ head, trouble, host }: Exchange): Silent | null =>
  head === null ? { silent: trouble?.detail || `${host} does not answer` } : null;

const recognised = (protocol: string, url: string, offers: readonly string[], isLocked = false): Recognised => ({
  protocol,
  url,
  offers: offers.slice(0, mostOffers),
  isLocked,
  isGuess: false,
});

/** `GET /v1/models` is OpenAI's and Anthropic's; what a model, or an error, looks like tells which. */
const models: Knock = async (visit) => {
  const base = /\/v\d+$/.test(visit.url) ? visit.url : `${visit.url}/v1`;
  const exchange = await send(visit, { method: 'GET', url: `${base}/models`, headers: { 'anthropic-version': '2023-06-01' } });
  const { json } = exchange;
  const found = (isAnthropic: boolean, offers: readonly string[], isLocked = false) =>
    recognised(isAnthropic ? 'anthropic' : 'openai-chat', isAnthropic ? base.replace(/\/v\d+$/, '') : base, offers, isLocked);
  if (isLock(exchange)) {
    const isAnthropic = digString(json, 'type') === 'error';
    return isAnthropic || digString(json, 'error', 'message') !== null ? found(isAnthropic, [], true) : 'locked';
  }
  if (!Array.isArray(dig(json, 'data'))) return silence(exchange);
  const listed = digArray(json, 'data');
  return found(
    listed.some((model) => digString(model, 'type') === 'model'),
    listed.flatMap((model) => digString(model, 'id') ?? []),
  );
};

/** The card of an A2A agent. */
const card: Knock = async (visit) => {
  for (const url of cardUrls(visit.url).filter((each) => !each.endsWith('/agent.json'))) {
    const exchange = await send(visit, { method: 'GET', url });
    if (exchange.head === null) return silence(exchange);
    if (isCard(exchange.json)) return recognised('a2a', visit.url, []);
    if (isLock(exchange)) return 'locked';
  }
  return null;
};

/** A LangGraph server says `{"ok":true}` to everybody, and lists its assistants. */
const graphs: Knock = async (visit) => {
  const alive = await send(visit, { method: 'GET', url: `${visit.url}/ok` });
  if (dig(alive.json, 'ok') !== true) return silence(alive);
  const found = await send(visit, { url: `${visit.url}/assistants/search`, body: { limit: mostOffers } });
  if (isLock(found)) return recognised('langgraph', visit.url, [], true);
  if (!Array.isArray(found.json)) return null;
  return recognised('langgraph', visit.url, [...new Set(found.json.flatMap((assistant) => digString(assistant, 'graph_id') ?? []))]);
};

/** An MCP server lists its tools, in whichever era it lives. */
const mcp: Knock = async (visit) => {
  const { default: adapter } = (await protocols['mcp']?.()) ?? { default: null };
  const authorization = visit.credential === null ? {} : { authorization: { secret: `Bearer ${visit.credential}`, base: '.' } };
  const config = adapter?.config.safeParse({ protocol: 'mcp', url: { secret: visit.url, base: '.' }, headers: authorization });
  if (adapter === null || !config?.success) return null;
  const turn = await adapter.open(config.data, visit.ctx).probe(ask(visit), visit.ctx.signal);
  if (turn.outcome === 'ok') return recognised('mcp', visit.url, turn.card?.tools ?? []);
  if (turn.httpStatus === null) return { silent: turn.detail };
  if (turn.outcome !== 'unauthorized') return null;
  return /mcp$/.test(visit.url) ? recognised('mcp', visit.url, [], true) : 'locked';
};
