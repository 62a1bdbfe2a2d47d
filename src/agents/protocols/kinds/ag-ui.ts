import { z } from 'zod';
import { adapter } from '../../../fleet/slots.ts';
import { digArray, digNumber, digString, isObject, type Json, type JsonObject } from '../../../ground/json.ts';
import { runReader } from '../ag-ui-run.ts';
import type { AgentProtocol, Ask } from '../port.ts';
import { httpEndpoint } from '../schema.ts';
import { type Exchange, sendExchange, troubleSaid, turnHeaders } from '../send-exchange.ts';
import { type Said, turnOf } from '../turn.ts';

const config = z.strictObject({ protocol: z.literal('ag-ui'), ...httpEndpoint });
type Config = z.infer<typeof config>;

/** AG-UI 1.0 over HTTP and server-sent events. Source: the AG-UI protocol, `RunAgentInput` and its events. It always streams. */
export default adapter<Config, AgentProtocol>({
  kind: 'ag-ui',
  summary: 'AG-UI 1.0: one POST, answered by a stream of events.',
  config,
  open: (endpoint, world) => ({
    traits: { streams: true, multiTurn: true },
    async probe(ask, signal) {
      const url = world.secrets.reveal(endpoint.url);
      const knock = (method: 'OPTIONS' | 'GET') => {
        const headers = turnHeaders(endpoint.headers, world, ask);
        return sendExchange(world, ask, { method, url, headers, emptyOk: true, textOk: true }, signal);
      };
      const first = await knock('OPTIONS');
      const answered = (first.head?.status ?? 0) >= 500 ? await knock('GET') : first;
      return turnOf(doorSaid(answered), answered.wire);
    },
    async turn(ask, signal) {
      const url = world.secrets.reveal(endpoint.url);
      const thread = heldThread(ask);
      const runId = `${thread.threadId}-${thread.turns}`;
      const isAnswer = thread.interrupts.length > 0;
      const messages = isAnswer ? thread.messages : [...thread.messages, { id: runId, role: 'user', content: ask.input }];
      const reply = runReader(messages);
      const exchange = await sendExchange(
        world,
        ask,
        {
          url,
          headers: { accept: 'text/event-stream', ...turnHeaders(endpoint.headers, world, ask) },
          body: {
            threadId: thread.threadId,
            runId,
            messages,
            tools: [],
            context: [],
            state: {},
            forwardedProps: {},
            ...(isAnswer ? { resume: resumeEntries(thread.interrupts, ask.input) } : {}),
          },
          reader: reply,
        },
        signal,
      );
      const next = { threadId: thread.threadId, turns: thread.turns + 1, messages: reply.history(), interrupts: reply.interrupts() };
      return turnOf({ ...runSaid(exchange, reply.said(exchange.host)), thread: next }, exchange.wire);
    },
  }),
});

interface Thread {
  readonly threadId: string;
  /** Runs so far: numbers runs and questions. */
  readonly turns: number;
  readonly messages: readonly JsonObject[];
  readonly interrupts: readonly Json[];
}

const heldThread = ({ thread, traceId }: Ask): Thread => ({
  threadId: digString(thread, 'threadId') ?? traceId,
  turns: digNumber(thread, 'turns') ?? 0,
  messages: digArray(thread, 'messages').filter(isObject),
  interrupts: digArray(thread, 'interrupts'),
});

/** Everything the last run asked gets the same answer. */
const resumeEntries = (interrupts: readonly Json[], payload: string): Json =>
  interrupts.map((interrupt) => ({ interruptId: digString(interrupt, 'id'), status: 'resolved', payload }));

/** An agent only takes POST: any answer of its server but a refusal of us or a failure of its own shows that it is there. */
const doorSaid = ({ trouble, head }: Exchange): Said => {
  const isThere = trouble === null || (trouble.outcome === 'agent_error' && head !== null && head.status < 500);
  if (!isThere) return troubleSaid(trouble);
  return { outcome: 'ok', card: { name: null, version: null, models: [], tools: [], skills: [], facets: {} } };
};

const runSaid = (exchange: Exchange, told: Said): Said => {
  if (exchange.trouble !== null) return { ...told, ...troubleSaid(exchange.trouble) };
  if (exchange.streamed) return told;
  return {
    ...told,
    outcome: 'malformed',
    cause: 'not a stream',
    detail: `${exchange.host} sent JSON where a stream of events was expected`,
  };
};
