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
  protocol: z.literal('openai-responses'),
  ...httpEndpoint,
  model: z.string().min(1).describe('The model or agent name that the endpoint expects.'),
  api_key: secretField().optional().describe('Sent as a bearer token.'),
  params: z.record(z.string(), z.json()).optional().describe('Further keys of the request body, for example max_output_tokens.'),
  stream: streamField,
});
type Config = z.infer<typeof config>;

/** OpenAI Responses. Source: the OpenAI API reference, `POST /responses`; the url ends in `/v1`. */
export default adapter<Config, AgentProtocol>({
  kind: 'openai-responses',
  summary: 'OpenAI Responses; the url ends in /v1.',
  config,
  open: (endpoint, world) => ({
    traits: { streams: true, multiTurn: true },
    async probe(ask, signal) {
      const url = endpointUrl(endpoint.url, world, '/models');
      const exchange = await sendExchange(world, ask, { method: 'GET', url, headers: headers(endpoint, world, ask) }, signal);
      const said = exchange.trouble === null ? modelsSaid(exchange.json ?? null, exchange.host) : troubleSaid(exchange.trouble);
      return turnOf(said, exchange.wire);
    },
    async turn(ask, signal) {
      // Nothing is stored at OpenAI, so there is no previous_response_id to go on from: the conversation is sent whole.
      const input = askedMessages(ask);
      const reader = responseReader();
      const exchange = await sendExchange(
        world,
        ask,
        {
          url: endpointUrl(endpoint.url, world, '/responses'),
          headers: { ...headers(endpoint, world, ask), ...(endpoint.stream ? { accept: 'text/event-stream' } : {}) },
          body: { model: endpoint.model, input, store: false, ...(endpoint.stream ? { stream: true } : {}), ...endpoint.params },
          reader,
        },
        signal,
      );
      const said = responseSaid(exchange, exchange.streamed ? reader.response() : (exchange.json ?? null));
      return turnOf({ ...said, thread: answeredMessages(input, said.text) }, exchange.wire);
    },
  }),
});

const headers = (endpoint: Config, world: World, ask: Ask): Record<string, string> => ({
  ...(endpoint.api_key === undefined ? {} : { authorization: `Bearer ${world.secrets.reveal(endpoint.api_key)}` }),
  ...turnHeaders(endpoint.headers, world, ask),
});

/** What a response object says: `status` first, because a failed response is a well-formed one under HTTP 200. */
const responseSaid = (exchange: Exchange, response: Json): Said => {
  const { host } = exchange;
  const output = digArray(response, 'output');
  const parts = output.filter((item) => digString(item, 'type') === 'message').flatMap((item) => digArray(item, 'content'));
  const joined = (type: string, key: string) =>
    parts.flatMap((part) => (digString(part, 'type') === type ? (digString(part, key) ?? []) : [])).join('');
  const status = digString(response, 'status');
  const refusal = joined('refusal', 'refusal');
  const read: Omit<Said, 'outcome'> = {
    text: joined('output_text', 'text') || refusal,
    toolCalls: output.flatMap(toolCall),
    usage: usageOf(dig(response, 'usage')),
    stopReason: digString(response, 'incomplete_details', 'reason') ?? status,
    model: digString(response, 'model'),
  };
  if (exchange.trouble !== null) return { ...read, ...troubleSaid(exchange.trouble) };
  const error = dig(response, 'error');
  if (error !== undefined && error !== null) return { ...read, ...judgeError(error as Json, host) };
  if (!isObject(response) || !Array.isArray(response['output'])) {
    return { ...read, outcome: 'malformed', cause: 'no output', detail: `${host} answered JSON without an output list` };
  }
  if (status === 'incomplete') {
    const judged = judgeStop(digString(response, 'incomplete_details', 'reason'), host);
    if (judged.outcome !== 'ok') return { ...read, ...judged };
    return { ...read, outcome: 'truncated', cause: 'incomplete', detail: `${host} calls its answer incomplete without a known reason` };
  }
  if (status !== null && status !== 'completed') {
    return {
      ...read,
      outcome: 'agent_error',
      cause: excerpt(status),
      detail: `the response of ${host} is not complete: ${excerpt(status)}`,
    };
  }
  if (output.some((item) => digString(item, 'type') === 'mcp_approval_request')) {
    return { ...read, outcome: 'interrupted', cause: 'approval', detail: `${host} asks for approval of a tool call` };
  }
  return { ...read, ...judgeStop(refusal === '' ? null : 'refusal', host) };
};

/** Calls of the caller's functions carry a name; built-in tools are named by their type: `web_search_call` is `web_search`. */
const toolCall = (item: Json): readonly ToolCall[] => {
  const type = digString(item, 'type') ?? '';
  if (!type.endsWith('_call')) return [];
  const text = digString(item, 'arguments') ?? digString(item, 'input');
  const args = text === null ? ((dig(item, 'action') ?? null) as Json) : toolArguments(text);
  return [
    { id: digString(item, 'call_id') ?? digString(item, 'id'), name: digString(item, 'name') ?? type.slice(0, -'_call'.length), args },
  ];
};

const usageOf = (usage: unknown): Usage | null =>
  isObject(usage)
    ? {
        input: digNumber(usage, 'input_tokens'),
        output: digNumber(usage, 'output_tokens'),
        cachedRead: digNumber(usage, 'input_tokens_details', 'cached_tokens'),
        cachedWrite: digNumber(usage, 'input_tokens_details', 'cache_write_tokens'),
        reasoning: digNumber(usage, 'output_tokens_details', 'reasoning_tokens'),
      }
    : null;

/** Folds typed events. The terminal event holds the whole response; until it comes, the pieces stand for it. */
const responseReader = (): StreamReader & { response(): Json } => {
  let text = '';
  let refusal = '';
  let begun = false;
  let error: Json = null;
  let whole: Json = null;
  let ended = false;
  let broken: string | null = null;
  const items: Json[] = [];

  return {
    event({ data }) {
      if (data.trim() === '') return;
      const event = parseJson(data);
      const type = digString(event, 'type');
      if (!isObject(event) || type === null) {
        broken = `${excerpt(data)} is not an event with a type`;
        return;
      }
      const delta = digString(event, 'delta') ?? '';
      if (type === 'response.output_text.delta') text += delta;
      if (type === 'response.refusal.delta') refusal += delta;
      if (type === 'response.output_item.done' && event['item'] !== undefined) items.push(event['item']);
      begun ||= text !== '' || refusal !== '' || (digString(event, 'item', 'type') ?? '').endsWith('_call');
      if (type === 'error') error = event['error'] ?? { code: event['code'] ?? null, message: event['message'] ?? null };
      if (type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed') whole = event['response'] ?? null;
      ended = error !== null || whole !== null;
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
    response(): Json {
      const told = isObject(whole) ? whole : {};
      const content: readonly JsonObject[] = [
        { type: 'output_text', text },
        { type: 'refusal', refusal },
      ];
      const pieces: readonly Json[] = items.length > 0 ? items : [{ type: 'message', content }];
      const output = digArray(told, 'output');
      return { ...told, error: error ?? told['error'] ?? null, output: output.length > 0 ? output : pieces };
    },
  };
};
