import { z } from 'zod';
import { secretField } from '../../../fleet/fields.ts';
import { adapter, type World } from '../../../fleet/slots.ts';
import { canonicalJson, dig, digArray, digNumber, digString, type Json } from '../../../ground/json.ts';
import { runReader, runSaid } from '../langgraph-run.ts';
import type { AgentProtocol, Ask } from '../port.ts';
import { httpEndpoint, streamField } from '../schema.ts';
import { type Exchange, type ExchangeRequest, sendExchange, troubleSaid, turnHeaders } from '../send-exchange.ts';
import { type Said, turnOf } from '../turn.ts';

const config = z.strictObject({
  protocol: z.literal('langgraph'),
  ...httpEndpoint,
  assistant_id: z.string().min(1).describe('The id of an assistant, or the name of a graph for its default assistant.'),
  api_key: secretField().optional().describe('Sent as x-api-key.'),
  stream: streamField,
});
type Config = z.infer<typeof config>;

/** The most assistants that one search answers. */
const searchLimit = 1000;

/** Freeing a thread keeps nobody waiting for long. */
const freeingLimits = { connectMs: 1000, firstByteMs: 2000, stallMs: 2000, totalMs: 2000 };

/**
 * LangGraph Agent Server: LangSmith Deployment and `langgraph dev`. Source: its API reference, `/threads/{id}/runs/wait` and `/stream`.
 * A conversation is a thread; its id is made here, so that it can be freed even where no answer ever came.
 */
export default adapter<Config, AgentProtocol>({
  kind: 'langgraph',
  summary: 'LangGraph Agent Server (LangSmith Deployment, langgraph dev); the graph takes and answers messages.',
  config,
  open: (endpoint, world) => ({
    traits: { streams: true, multiTurn: true },
    async probe(ask, signal) {
      const [ok, info, assistants] = await Promise.all([
        send(endpoint, world, ask, { method: 'GET', path: '/ok' }, signal),
        send(endpoint, world, ask, { method: 'GET', path: '/info' }, signal),
        send(endpoint, world, ask, { path: '/assistants/search', body: { limit: searchLimit } }, signal),
      ]);
      for (const { trouble, wire } of [ok, assistants]) if (trouble !== null) return turnOf(troubleSaid(trouble), wire);
      return turnOf(cardSaid(endpoint.assistant_id, info.json ?? null, assistants.json ?? null, assistants.host), assistants.wire);
    },
    async turn(ask, signal) {
      const thread = heldThread(ask.thread) ?? { thread_id: threadId(ask), questions: 0, paused: false, running: false };
      const askedId = `${thread.thread_id}-${thread.questions}`;
      const reply = runReader();
      const exchange = await send(
        endpoint,
        world,
        ask,
        {
          path: `/threads/${thread.thread_id}/runs/${endpoint.stream ? 'stream' : 'wait'}`,
          ...(endpoint.stream ? { headers: { accept: 'text/event-stream' } } : {}),
          body: {
            assistant_id: endpoint.assistant_id,
            ...(thread.paused
              ? { command: { resume: ask.input } }
              : { input: { messages: [{ role: 'user', content: ask.input, id: askedId }] } }),
            ...(endpoint.stream ? { stream_mode: ['values', 'messages-tuple'] } : {}),
            metadata: { synthetic: true },
            if_not_exists: 'create',
            on_disconnect: 'cancel',
          },
          reader: reply,
        },
        signal,
      );
      const whole = exchange.trouble === null ? (exchange.json ?? null) : null;
      const told = runSaid(exchange.streamed ? reply.state() : whole, askedId, exchange.host);
      const said = exchange.trouble === null ? told : { ...told, ...troubleSaid(exchange.trouble) };
      const next = {
        thread_id: thread.thread_id,
        questions: said.outcome === 'interrupted' ? thread.questions : thread.questions + 1,
        paused: said.outcome === 'interrupted',
        running: mayRun(exchange),
      };
      return turnOf({ ...said, thread: next }, exchange.wire);
    },
    async release(given, ask) {
      const thread = heldThread(given);
      if (thread === null) return;
      const path = `/threads/${thread.thread_id}`;
      // An abort is a reason to free what is held, not to leave it.
      const free = (request: Request) => send(endpoint, world, { ...ask, limits: freeingLimits }, request, new AbortController().signal);
      // Deleting a thread does not stop what runs on it, and a server may not notice that its caller has gone.
      if (thread.running) {
        const runs = await free({ method: 'GET', path: `${path}/runs?limit=10` });
        for (const run of digArray(runs.json)) {
          if (!/^(pending|running)$/.test(digString(run, 'status') ?? '')) continue;
          await free({ path: `${path}/runs/${encodeURIComponent(digString(run, 'run_id') ?? '')}/cancel` });
        }
      }
      await free({ method: 'DELETE', path });
    },
  }),
});

const base = (endpoint: Config, world: World): string => world.secrets.reveal(endpoint.url).replace(/\/+$/, '');

type Request = Omit<ExchangeRequest, 'url'> & { readonly path: string };

const send = (endpoint: Config, world: World, ask: Ask, { path, headers, ...request }: Request, signal: AbortSignal): Promise<Exchange> => {
  const sent = {
    ...headers,
    ...(endpoint.api_key === undefined ? {} : { 'x-api-key': world.secrets.reveal(endpoint.api_key) }),
    ...turnHeaders(endpoint.headers, world, ask),
  };
  return sendExchange(world, ask, { ...request, url: `${base(endpoint, world)}${path}`, headers: sent }, signal);
};

interface Thread {
  readonly thread_id: string;
  /** Questions that are done with: numbers our messages. */
  readonly questions: number;
  /** The graph waits at an interrupt: the next input is the answer to it. */
  readonly paused: boolean;
  /** The last run was left without an answer and may still go on. */
  readonly running: boolean;
}

const heldThread = (thread: Json): Thread | null => {
  const id = digString(thread, 'thread_id');
  if (id === null) return null;
  return {
    thread_id: id,
    questions: digNumber(thread, 'questions') ?? 0,
    paused: dig(thread, 'paused') === true,
    running: dig(thread, 'running') === true,
  };
};

/** A UUID (version 4 by its form, RFC 9562) of the ids under which this conversation began. */
const threadId = ({ traceId, spanId }: Ask): string => {
  const hex = `${traceId.slice(0, 16)}${spanId}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** No answer, or a good status and then no end. */
const mayRun = ({ trouble, head }: Exchange): boolean => trouble !== null && (head === null || head.status < 300);

const cardSaid = (assistantId: string, info: Json, found: Json, host: string): Said => {
  if (!Array.isArray(found))
    return { outcome: 'malformed', cause: 'no assistants', detail: `${host} answered the search for assistants without a list` };
  const graphs = [...new Set(found.flatMap((assistant) => digString(assistant, 'graph_id') ?? []))].sort();
  const ours = found.find((assistant) => [digString(assistant, 'assistant_id'), digString(assistant, 'graph_id')].includes(assistantId));
  if (ours === undefined && found.length < searchLimit) {
    const detail = `${host} has no assistant ${assistantId}; its graphs: ${graphs.join(', ') || 'none'}`;
    return { outcome: 'agent_error', cause: 'no such assistant', detail };
  }
  const version = digString(info, 'version');
  const runtime = digString(info, 'langgraph_js_version') ?? digString(info, 'langgraph_py_version');
  const facets = {
    assistants: found.map(assistantFacet).sort().join('\n'),
    server: canonicalJson({ version, langgraph: runtime }),
  };
  return { outcome: 'ok', card: { name: digString(ours, 'name'), version, models: [], tools: [], skills: graphs, facets } };
};

/** What makes an assistant behave as it does; not its times. */
const assistantFacet = (assistant: Json): string =>
  canonicalJson(
    Object.fromEntries(
      ['assistant_id', 'graph_id', 'name', 'version', 'config', 'context'].map((key) => [key, (dig(assistant, key) ?? null) as Json]),
    ),
  );
