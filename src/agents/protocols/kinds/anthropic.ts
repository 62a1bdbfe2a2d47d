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

const apiVersion = '2023-06-01';
/** The API demands a limit; an answer to a check is short. */
const defaultMaxTokens = 1024;

const config = z.strictObject({
  protocol: z.literal('anthropic'),
  ...httpEndpoint,
  model: z.string().min(1).describe('The model name that the endpoint expects.'),
  api_key: secretField().optional().describe('Sent as x-api-key.'),
  params: z
    .record(z.string(), z.json())
    .optional()
    .describe(`Further keys of the request body; max_tokens is ${defaultMaxTokens} by default.`),
  stream: streamField,
});
type Config = z.infer<typeof config>;

/** Anthropic Messages. Source: the Anthropic API reference, `POST /v1/messages`; the url does not end in `/v1`. */
export default adapter<Config, AgentProtocol>({
  kind: 'anthropic',
  summary: 'Anthropic messages; the url does not end in /v1.',
  config,
  open: (endpoint, world) => ({
    traits: { streams: true, multiTurn: true },
    async probe(ask, signal) {
      const url = endpointUrl(endpoint.url, world, '/v1/models');
      const exchange = await sendExchange(world, ask, { method: 'GET', url, headers: headers(endpoint, world, ask) }, signal);
      const said = exchange.trouble === null ? modelsSaid(exchange.json ?? null, exchange.host) : troubleSaid(exchange.trouble);
      return turnOf(said, exchange.wire);
    },
    async turn(ask, signal) {
      const messages = askedMessages(ask);
      const stream: JsonObject = endpoint.stream ? { stream: true } : {};
      const reader = messageReader();
      const exchange = await sendExchange(
        world,
        ask,
        {
          url: endpointUrl(endpoint.url, world, '/v1/messages'),
          headers: { ...headers(endpoint, world, ask), ...(endpoint.stream ? { accept: 'text/event-stream' } : {}) },
          body: { model: endpoint.model, max_tokens: defaultMaxTokens, messages, ...stream, ...endpoint.params },
          reader,
        },
        signal,
      );
      const said = messageSaid(exchange, exchange.streamed ? reader.message() : (exchange.json ?? null));
      return turnOf({ ...said, thread: answeredMessages(messages, said.text) }, exchange.wire);
    },
  }),
});

const headers = (endpoint: Config, world: World, ask: Ask): Record<string, string> => ({
  'anthropic-version': apiVersion,
  ...(endpoint.api_key === undefined ? {} : { 'x-api-key': world.secrets.reveal(endpoint.api_key) }),
  ...turnHeaders(endpoint.headers, world, ask),
});

/** What a message says. Its text is the text blocks alone: thinking is not an answer. */
const messageSaid = (exchange: Exchange, message: Json): Said => {
  const { host } = exchange;
  const content = digArray(message, 'content');
  const read: Omit<Said, 'outcome'> = {
    text: content.flatMap((block) => (digString(block, 'type') === 'text' ? (digString(block, 'text') ?? []) : [])).join(''),
    toolCalls: content.flatMap(toolCall),
    usage: usageOf(dig(message, 'usage')),
    stopReason: digString(message, 'stop_reason'),
    model: digString(message, 'model'),
  };
  if (exchange.trouble !== null) return { ...read, ...troubleSaid(exchange.trouble) };
  const error = dig(message, 'error');
  if (error !== undefined && error !== null) return { ...read, ...judgeError(error as Json, host) };
  if (!isObject(message) || !Array.isArray(message['content'])) {
    return { ...read, outcome: 'malformed', cause: 'no content', detail: `${host} answered JSON without a content list` };
  }
  return { ...read, ...judgeStop(read.stopReason ?? null, host) };
};

/** `tool_use`, and the tools that Anthropic runs itself: `server_tool_use`, `mcp_tool_use`. */
const toolCall = (block: Json): readonly ToolCall[] => {
  const name = digString(block, 'name');
  if (name === null || !(digString(block, 'type') ?? '').endsWith('tool_use')) return [];
  return [{ id: digString(block, 'id'), name, args: (dig(block, 'input') ?? null) as Json }];
};

/** Anthropic counts cached tokens beside the input; here they are a part of it, as everywhere in this tool. */
const usageOf = (usage: unknown): Usage | null => {
  if (!isObject(usage)) return null;
  const fresh = digNumber(usage, 'input_tokens');
  const cachedRead = digNumber(usage, 'cache_read_input_tokens');
  const cachedWrite = digNumber(usage, 'cache_creation_input_tokens');
  const input = fresh === null ? null : fresh + (cachedRead ?? 0) + (cachedWrite ?? 0);
  return { input, output: digNumber(usage, 'output_tokens'), cachedRead, cachedWrite, reasoning: null };
};

interface OpenBlock {
  readonly block: JsonObject;
  text: string;
  partialJson: string;
}

/** Folds the events of a streamed message into the message they stand for. */
const messageReader = (): StreamReader & { message(): Json } => {
  const blocks = new Map<number, OpenBlock>();
  let start: JsonObject = {};
  let usage: JsonObject = {};
  let stopReason: Json = null;
  let error: Json = null;
  let begun = false;
  let ended = false;
  let broken: string | null = null;

  /** Counts are cumulative: a later one replaces an earlier one; null says nothing. */
  const addUsage = (told: unknown) => {
    if (isObject(told)) usage = { ...usage, ...Object.fromEntries(Object.entries(told).filter(([, count]) => count !== null)) };
  };
  const addToBlock = (index: number, delta: unknown) => {
    const open = blocks.get(index) ?? { block: { type: 'text' }, text: '', partialJson: '' };
    open.text += digString(delta, 'text') ?? '';
    open.partialJson += digString(delta, 'partial_json') ?? '';
    blocks.set(index, open);
    begun ||= open.text !== '';
  };

  const read: Record<string, (event: JsonObject) => void> = {
    message_start(event) {
      start = isObject(event['message']) ? event['message'] : {};
      addUsage(start['usage']);
    },
    content_block_start(event) {
      const block = isObject(event['content_block']) ? event['content_block'] : {};
      const text = digString(block, 'text') ?? '';
      blocks.set(digNumber(event, 'index') ?? blocks.size, { block, text, partialJson: '' });
      begun ||= text !== '' || (digString(block, 'type') ?? '').endsWith('tool_use');
    },
    content_block_delta: (event) => addToBlock(digNumber(event, 'index') ?? 0, event['delta']),
    message_delta(event) {
      stopReason = digString(event, 'delta', 'stop_reason') ?? stopReason;
      addUsage(event['usage']);
    },
    message_stop() {
      ended = true;
    },
    error(event) {
      error = event['error'] ?? event;
      ended = true;
    },
  };

  return {
    event({ data }) {
      if (data.trim() === '') return;
      const event = parseJson(data);
      const type = digString(event, 'type');
      if (!isObject(event) || type === null) broken = `${excerpt(data)} is not an event with a type`;
      else if (Object.hasOwn(read, type)) read[type]?.(event);
    },
    get begun() {
      return begun;
    },
    get ended() {
      return ended;
    },
    get broken() {
      return broken;
    },
    message: () => ({
      model: start['model'] ?? null,
      stop_reason: stopReason,
      usage: Object.keys(usage).length === 0 ? null : usage,
      error,
      content: [...blocks.values()].map(({ block, text, partialJson }) => ({
        ...block,
        text,
        ...(partialJson === '' ? {} : { input: toolArguments(partialJson) }),
      })),
    }),
  };
};
