import { z } from 'zod';
import { secretField } from '../../../fleet/fields.ts';
import { adapter, type World } from '../../../fleet/slots.ts';
import { dig, digArray, digNumber, digString, isObject, type Json, type JsonObject, parseJson } from '../../../ground/json.ts';
import { answeredMessages, askedMessages, modelsSaid } from '../chat-thread.ts';
import { judgeError } from '../error-object.ts';
import type { AgentProtocol, Ask, ToolCall, Usage } from '../port.ts';
import { httpEndpoint, streamField } from '../schema.ts';
import { type Exchange, endpointUrl, type StreamReader, sendExchange, troubleSaid, turnHeaders } from '../send-exchange.ts';
import { judgeStop } from '../stop-reason.ts';
import { excerpt, type Said, toolArguments, turnOf } from '../turn.ts';

const config = z.strictObject({
  protocol: z.literal('openai-chat'),
  ...httpEndpoint,
  model: z.string().min(1).describe('The model or agent name that the endpoint expects.'),
  api_key: secretField().optional().describe('Sent as a bearer token.'),
  params: z.record(z.string(), z.json()).optional().describe('Further keys of the request body, for example max_completion_tokens.'),
  stream: streamField,
});
type Config = z.infer<typeof config>;

/** OpenAI-compatible Chat Completions. Source: the OpenAI API reference, `POST /chat/completions`; the url ends in `/v1`. */
export default adapter<Config, AgentProtocol>({
  kind: 'openai-chat',
  summary: 'OpenAI-compatible chat completions; the url ends in /v1.',
  config,
  open: (endpoint, world) => ({
    traits: { streams: true, multiTurn: true },
    async probe(ask, signal) {
      const exchange = await sendExchange(
        world,
        ask,
        { method: 'GET', url: endpointUrl(endpoint.url, world, '/models'), headers: headers(endpoint, world, ask) },
        signal,
      );
      return turnOf(
        exchange.trouble === null ? modelsSaid(exchange.json ?? null, exchange.host) : troubleSaid(exchange.trouble),
        exchange.wire,
      );
    },
    async turn(ask, signal) {
      const messages = askedMessages(ask);
      const stream: JsonObject = endpoint.stream ? { stream: true, stream_options: { include_usage: true } } : {};
      const reply = chatReader();
      const exchange = await sendExchange(
        world,
        ask,
        {
          url: endpointUrl(endpoint.url, world, '/chat/completions'),
          headers: { ...headers(endpoint, world, ask), ...(endpoint.stream ? { accept: 'text/event-stream' } : {}) },
          body: { model: endpoint.model, messages, ...stream, ...endpoint.params },
          reader: reply,
        },
        signal,
      );
      const said = chatSaid(exchange, exchange.streamed ? reply.completion() : (exchange.json ?? null));
      return turnOf({ ...said, thread: answeredMessages(messages, said.text) }, exchange.wire);
    },
  }),
});

const headers = (endpoint: Config, world: World, ask: Ask): Record<string, string> => ({
  ...(endpoint.api_key === undefined ? {} : { authorization: `Bearer ${world.secrets.reveal(endpoint.api_key)}` }),
  ...turnHeaders(endpoint.headers, world, ask),
});

/** What a completion says; `exchange.trouble` wins unless the answer itself is all there. */
const chatSaid = (exchange: Exchange, completion: Json): Said => {
  const choice = dig(completion, 'choices', 0);
  const read: Omit<Said, 'outcome'> = {
    text: textOf(dig(choice, 'message', 'content')),
    toolCalls: digArray(choice, 'message', 'tool_calls').flatMap(toolCall),
    usage: usageOf(dig(completion, 'usage')),
    stopReason: digString(choice, 'finish_reason'),
    model: digString(completion, 'model'),
  };
  if (exchange.trouble !== null) return { ...read, ...troubleSaid(exchange.trouble) };
  const error = dig(completion, 'error');
  if (error !== undefined && error !== null) return { ...read, ...judgeError(error as Json, exchange.host) };
  if (!isObject(choice)) {
    return { ...read, outcome: 'malformed', cause: 'no choices', detail: `${exchange.host} answered JSON without choices[0]` };
  }
  const refusal = digString(choice, 'message', 'refusal');
  if (refusal !== null && refusal !== '') return { ...read, text: refusal, ...judgeStop('refusal', exchange.host) };
  return { ...read, ...judgeStop(read.stopReason ?? null, exchange.host) };
};

/** OpenAI answers with a text; others also with parts, of which only those of type `text` are said to the user. */
const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  const parts = Array.isArray(content) ? content.filter((part) => digString(part, 'type') === 'text') : [];
  return parts.map((part) => digString(part, 'text') ?? '').join('');
};

const toolCall = (call: Json): readonly ToolCall[] => {
  const name = digString(call, 'function', 'name');
  return name === null ? [] : [{ id: digString(call, 'id'), name, args: toolArguments(digString(call, 'function', 'arguments') ?? '') }];
};

const usageOf = (usage: unknown): Usage | null =>
  isObject(usage)
    ? {
        input: digNumber(usage, 'prompt_tokens'),
        output: digNumber(usage, 'completion_tokens'),
        cachedRead: digNumber(usage, 'prompt_tokens_details', 'cached_tokens'),
        cachedWrite: digNumber(usage, 'prompt_tokens_details', 'cache_write_tokens'),
        reasoning: digNumber(usage, 'completion_tokens_details', 'reasoning_tokens'),
      }
    : null;

interface PartialCall {
  id: string | null;
  name: string;
  arguments: string;
}

/** Folds the chunks of a streamed completion into the completion they stand for. */
const chatReader = (): StreamReader & { completion(): JsonObject } => {
  let content = '';
  let refusal = '';
  const calls = new Map<number, PartialCall>();
  let finish: string | null = null;
  let model: string | null = null;
  let usage: Json = null;
  let error: Json = null;
  let ended = false;
  let broken: string | null = null;

  const addDelta = (delta: unknown) => {
    content += textOf(dig(delta, 'content'));
    refusal += digString(delta, 'refusal') ?? '';
    for (const [at, part] of digArray(delta, 'tool_calls').entries()) {
      const index = digNumber(part, 'index') ?? at;
      const call = calls.get(index) ?? { id: null, name: '', arguments: '' };
      call.id ??= digString(part, 'id');
      call.name += digString(part, 'function', 'name') ?? '';
      call.arguments += digString(part, 'function', 'arguments') ?? '';
      calls.set(index, call);
    }
  };

  return {
    event({ data }) {
      if (data.trim() === '[DONE]') {
        ended = true;
        return;
      }
      if (data.trim() === '') return;
      const chunk = parseJson(data);
      if (!isObject(chunk)) {
        broken = `${excerpt(data)} is not a JSON object`;
        return;
      }
      if (chunk['error'] !== undefined && chunk['error'] !== null) {
        error = chunk['error'];
        ended = true;
        return;
      }
      model ??= digString(chunk, 'model');
      if (isObject(chunk['usage'])) usage = chunk['usage'];
      const choice = dig(chunk, 'choices', 0);
      addDelta(dig(choice, 'delta'));
      finish = digString(choice, 'finish_reason') ?? finish;
    },
    get begun() {
      return content !== '' || calls.size > 0 || refusal !== '';
    },
    get ended() {
      return ended;
    },
    get broken() {
      return broken;
    },
    completion: () => ({
      model,
      usage,
      error,
      choices: [
        {
          finish_reason: finish,
          message: {
            content,
            refusal: refusal === '' ? null : refusal,
            tool_calls: [...calls.values()].map(({ id, name, arguments: text }) => ({ id, function: { name, arguments: text } })),
          },
        },
      ],
    }),
  };
};
