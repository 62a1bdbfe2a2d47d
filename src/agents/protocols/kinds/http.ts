import { z } from 'zod';
import { adapter, type World } from '../../../fleet/slots.ts';
import { isObject, type Json, parseJson } from '../../../ground/json.ts';
import { compileJsonPath } from '../../../ground/json-path.ts';
import { judgeError } from '../error-object.ts';
import { laterFacts, noFacts, type PlainFacts, type PlainResponse, plainResponse } from '../plain-response.ts';
import type { AgentProtocol, Ask, Card, Turn } from '../port.ts';
import { httpEndpoint } from '../schema.ts';
import { type Exchange, endpointUrl, type StreamReader, sendExchange, troubleSaid, turnHeaders } from '../send-exchange.ts';
import { judgeStop } from '../stop-reason.ts';
import { excerpt, type Said, turnOf } from '../turn.ts';

/** It stays text, so that a checked manifest can be kept as JSON. */
const pathField = z.string().superRefine((source, ctx) => {
  const compiled = compileJsonPath(source);
  if (!compiled.ok) ctx.addIssue({ code: 'custom', message: compiled.problem });
});

const usagePaths = z.strictObject({
  input: pathField.optional().describe('Input tokens, cached ones included.'),
  output: pathField.optional().describe('Output tokens, reasoning included.'),
  cached: pathField.optional().describe('Input tokens read from a cache.'),
  reasoning: pathField.optional().describe('Output tokens spent on reasoning.'),
});

const response = z.strictObject({
  text: pathField.optional().describe('The answer. Without it the whole body is the answer.'),
  delta: pathField.optional().describe('The next piece of the answer in one event of a stream. Without it the whole event is.'),
  done: pathField.optional().describe('What only the last event of a stream has. Without it a clean end of the stream is its end.'),
  output: pathField.optional().describe('Structured output.'),
  tool_calls: pathField.optional().describe('Tool calls: names, or objects with a name and arguments.'),
  usage: z.union([pathField, usagePaths]).optional().describe('An object of token counts, or a path for each count.'),
  cost: pathField.optional().describe('US dollars, as a number or as text.'),
  stop_reason: pathField.optional().describe('Why the model stopped; length and content_filter are judged.'),
  error: pathField
    .optional()
    .describe('Where an error stands: anything there but null, false and empty text means that the agent failed. Default $.error.'),
  trace_id: pathField.optional().describe("The agent's own trace id."),
});

const config = z
  .strictObject({
    protocol: z.literal('http'),
    ...httpEndpoint,
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH']).default('POST').describe('Default POST.'),
    body: z.json().optional().describe('The JSON to send; {{input}} inside its texts is the question.'),
    response: response.default({}).describe('Where the parts of the answer stand, as JSONPath.'),
    stream: z
      .union([z.enum(['sse', 'ndjson']), z.literal(false)])
      .default(false)
      .describe('The answer is a stream of events or of JSON lines.'),
  })
  .refine(({ method, body }) => method !== 'GET' || body === undefined, { path: ['body'], message: 'cannot be sent with GET' });
type Config = z.infer<typeof config>;

const accepts = { sse: 'text/event-stream', ndjson: 'application/x-ndjson' } as const;
const emptyCard: Card = { name: null, version: null, models: [], tools: [], skills: [], facets: {} };

/** Any agent that answers HTTP, read by JSONPath (RFC 9535). */
export default adapter<Config, AgentProtocol>({
  kind: 'http',
  summary: 'Any HTTP endpoint: a JSON body with {{input}}, and JSONPath to read the answer.',
  config,
  open: (endpoint, world) => {
    const response = plainResponse({ error: '$.error', ...endpoint.response });
    return {
      traits: { streams: true, multiTurn: false },
      probe: (ask, signal) => probe(endpoint, world, ask, signal),
      async turn(ask, signal) {
        const { stream } = endpoint;
        const reader = stream === false ? null : plainReader(response, endpoint);
        const accept = stream === false ? (endpoint.response.text === undefined ? '*/*' : 'application/json') : accepts[stream];
        const exchange = await sendExchange(
          world,
          ask,
          {
            method: endpoint.method,
            url: endpointUrl(endpoint.url, world),
            headers: { accept, ...turnHeaders(endpoint.headers, world, ask) },
            ...(endpoint.body === undefined ? {} : { body: fillInput(endpoint.body, ask.input) }),
            ...(reader === null ? {} : { reader }),
            ndjson: stream === 'ndjson',
            textOk: endpoint.response.text === undefined,
          },
          signal,
        );
        const answer = reader !== null && exchange.streamed ? reader.answer() : wholeAnswer(response, endpoint, exchange);
        return turnOf(plainSaid(exchange, endpoint, answer), exchange.wire);
      },
    };
  },
});

/** The question goes into values, never into JSON text, so that no question can break out of its place. */
const fillInput = (body: Json, input: string): Json => {
  if (typeof body === 'string') return body.replaceAll('{{input}}', () => input);
  if (Array.isArray(body)) return body.map((item: Json) => fillInput(item, input));
  if (!isObject(body)) return body;
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, fillInput(value, input)]));
};

/** Whether something answers at all: most endpoints know neither HEAD nor a GET of their path, and say so with a 4xx. */
const probe = async (endpoint: Config, world: World, ask: Ask, signal: AbortSignal): Promise<Turn> => {
  const send = (method: 'HEAD' | 'GET') => {
    const headers = { accept: '*/*', ...turnHeaders(endpoint.headers, world, ask) };
    const request = { method, url: endpointUrl(endpoint.url, world), headers, headOnly: true, emptyOk: true, textOk: true };
    return sendExchange(world, ask, request, signal);
  };
  const first = await send('HEAD');
  const exchange = first.head?.status === 405 || first.head?.status === 501 ? await send('GET') : first;
  const { trouble } = exchange;
  const status = exchange.head?.status ?? 500;
  const answers = status < 500 && status !== 401 && status !== 403 && trouble?.cause !== 'redirected' && trouble?.cause !== 'aborted';
  return turnOf(trouble === null || answers ? { outcome: 'ok', card: emptyCard } : troubleSaid(trouble), exchange.wire);
};

interface PlainAnswer {
  /** Null where the path to the text found nothing. */
  readonly text: string | null;
  readonly facts: PlainFacts;
}

const wholeAnswer = (response: PlainResponse, endpoint: Config, { json, text }: Exchange): PlainAnswer => {
  const facts = json === undefined ? noFacts : response.facts(json);
  if (endpoint.response.text !== undefined) return { text: json === undefined ? null : response.text(json), facts };
  // `null` is how JSON says nothing.
  return { text: typeof json === 'string' ? json : json === null ? '' : text.trimEnd(), facts };
};

const plainSaid = ({ host, trouble }: Exchange, endpoint: Config, { text, facts }: PlainAnswer): Said => {
  const { error, ...told } = facts;
  const read: Omit<Said, 'outcome'> = { ...told, text: text ?? '' };
  if (trouble !== null) return { ...read, ...troubleSaid(trouble) };
  if (error !== null) return { ...read, ...judgeError(error, host) };
  if (text === null) {
    const detail = `${host} answered JSON in which ${endpoint.response.text ?? '$'} finds nothing`;
    return { ...read, outcome: 'malformed', cause: 'no text', detail };
  }
  return { ...read, ...judgeStop(facts.stopReason, host) };
};

/** Folds the events of a stream; those that are not JSON are text, unless a path to the pieces says that they must be JSON. */
const plainReader = (response: PlainResponse, endpoint: Config): StreamReader & { answer(): PlainAnswer } => {
  const { delta, done } = endpoint.response;
  let pieces = '';
  let whole: string | null = null;
  let facts = noFacts;
  let events = 0;
  let ended = false;
  let broken: string | null = null;

  return {
    event({ data }) {
      if (data.trim() === '') return;
      if (data.trim() === '[DONE]') {
        ended = true;
        return;
      }
      events += 1;
      const event = parseJson(data);
      if (event === undefined && delta !== undefined) {
        broken = `${excerpt(data)} is not JSON`;
        return;
      }
      if (delta === undefined) pieces += typeof event === 'string' ? event : data;
      if (event === undefined) return;
      pieces += response.delta(event);
      whole = response.text(event) ?? whole;
      facts = laterFacts(facts, response.facts(event));
      ended = facts.error !== null || response.isLast(event);
    },
    close() {
      ended ||= done === undefined && events > 0;
    },
    get begun() {
      return pieces !== '' || whole !== null || facts.toolCalls.length > 0;
    },
    get ended() {
      return ended;
    },
    get broken() {
      return broken;
    },
    answer: () => ({ text: whole ?? pieces, facts }),
  };
};
