import { dig, digArray, digNumber, digString, isObject, type Json, type JsonObject, parseJson } from '../../ground/json.ts';
import type { ToolCall, Usage } from './port.ts';
import type { StreamReader } from './send-exchange.ts';
import { judgeStop } from './stop-reason.ts';
import { addUsage, excerpt, type Said } from './turn.ts';

/** What the final state of a LangGraph run says of the turn that began with the message `askedId`. */
export const runSaid = (state: Json, askedId: string, host: string): Said => {
  const all = isObject(state) ? state['messages'] : undefined;
  const answers = sinceAsked(Array.isArray(all) ? all : [], askedId).filter(isAgentMessage);
  const last = answers.at(-1);
  const told: Omit<Said, 'outcome'> = {
    text: contentText(last),
    structured: besideMessages(state),
    toolCalls: answers.flatMap(toolCalls),
    usage: answers.map(usageOf).reduce(addUsage, null),
    steps: Array.isArray(all) ? answers.length : null,
    stopReason: stopReason(last),
    model: digString(last, 'response_metadata', 'model_name') ?? digString(last, 'response_metadata', 'model'),
  };
  const error = dig(state, '__error__');
  if (error !== undefined) {
    return {
      ...told,
      outcome: 'agent_error',
      cause: 'run failed',
      detail: `the run at ${host} failed: ${excerpt(errorSentence(error as Json))}`,
    };
  }
  const interrupts = digArray(state, '__interrupt__');
  if (interrupts.length > 0) {
    const asks = interrupts.map((interrupt) => excerpt(JSON.stringify(dig(interrupt, 'value') ?? null))).join('; ');
    return { ...told, outcome: 'interrupted', cause: 'interrupt', detail: `the run at ${host} waits for an answer to ${asks}` };
  }
  if (!Array.isArray(all)) {
    const detail = `${host} answered a state without messages: ask such a graph by protocol http, which takes JSONPath`;
    return { ...told, outcome: 'malformed', cause: 'no messages', detail };
  }
  return { ...told, ...judgeStop(told.stopReason ?? null, host) };
};

/** A thread keeps its past: only what came after our own message (or, where its id is lost, after the last human one) is of this run. */
const sinceAsked = (messages: readonly Json[], askedId: string): readonly Json[] => {
  const asked = messages.findLastIndex((message) => digString(message, 'id') === askedId);
  return messages.slice((asked >= 0 ? asked : messages.findLastIndex(isHumanMessage)) + 1);
};

/** LangChain writes `type: ai`, chunks `type: AIMessageChunk`; a state that is plain JSON keeps `role: assistant`. */
const speaker = (message: Json): string => digString(message, 'type') ?? digString(message, 'role') ?? '';
const isAgentMessage = (message: Json): boolean => /^(ai|AIMessage|AIMessageChunk|assistant)$/.test(speaker(message));
const isHumanMessage = (message: Json): boolean => /^(human|HumanMessage|user)$/.test(speaker(message));

const contentText = (message: Json | undefined): string =>
  digString(message, 'content') ??
  digArray(message, 'content')
    .filter((block) => typeof block === 'string' || digString(block, 'type') === 'text')
    .map((block) => (typeof block === 'string' ? block : (digString(block, 'text') ?? '')))
    .join('');

const toolCalls = (message: Json): readonly ToolCall[] =>
  digArray(message, 'tool_calls').flatMap((call) => {
    const name = digString(call, 'name');
    return name === null ? [] : [{ id: digString(call, 'id'), name, args: (dig(call, 'args') ?? null) as Json }];
  });

/** LangChain's `usage_metadata`: cached tokens are part of the input, reasoning is part of the output. */
const usageOf = (message: Json): Usage | null => {
  const usage = dig(message, 'usage_metadata');
  if (!isObject(usage)) return null;
  return {
    input: digNumber(usage, 'input_tokens'),
    output: digNumber(usage, 'output_tokens'),
    cachedRead: digNumber(usage, 'input_token_details', 'cache_read'),
    cachedWrite: digNumber(usage, 'input_token_details', 'cache_creation'),
    reasoning: digNumber(usage, 'output_token_details', 'reasoning'),
  };
};

/** Whatever model stands behind the graph, under its provider's own name for it. */
const stopReason = (message: Json | undefined): string | null =>
  digString(message, 'response_metadata', 'finish_reason') ?? digString(message, 'response_metadata', 'stop_reason');

const besideMessages = (state: Json): Json => {
  if (!isObject(state)) return null;
  const { messages: _, ...rest } = state;
  return Object.keys(rest).length === 0 ? null : rest;
};

/** The server wraps an error once more as JSON text in `message`. */
const errorSentence = (error: Json): string => {
  const message = digString(error, 'message');
  if (message === null) return JSON.stringify(error);
  const inner = digString(parseJson(message), 'message');
  const name = digString(error, 'error');
  return `${name === null || name === 'Error' ? '' : `${name}: `}${inner ?? message}`;
};

/**
 * Folds the events of `/runs/stream` (modes `values` and `messages-tuple`) into the final state. No event of its own ends such a stream:
 * every step ends with a whole state, so a body that ends well right after one is complete.
 */
export const runReader = (): StreamReader & { state(): Json } => {
  let state: Json = null;
  let isStateCurrent = false;
  let begun = false;
  let ended = false;
  let broken: string | null = null;
  const spoken = new Map<string, string>();

  const read = (event: string, data: Json) => {
    if (event === 'values') {
      state = data;
      isStateCurrent = true;
    } else if (event === 'messages') {
      isStateCurrent = false;
      hear(digArray(data)[0] ?? null);
    } else if (event === 'error') {
      state = { ...(isObject(state) ? state : {}), __error__: data };
      ended = true;
    }
  };
  const hear = (message: Json) => {
    if (!isAgentMessage(message)) return;
    const text = contentText(message);
    const id = digString(message, 'id') ?? '';
    // Without a type of chunk it is a whole message, which may repeat what its chunks have said.
    spoken.set(id, speaker(message) === 'AIMessageChunk' ? (spoken.get(id) ?? '') + text : text);
    begun ||= text !== '' || digArray(message, 'tool_calls').length > 0 || digArray(message, 'tool_call_chunks').length > 0;
  };

  return {
    event({ event, data }) {
      if (event === 'end') {
        ended = true;
        return;
      }
      if (data.trim() === '') return;
      const value = parseJson(data);
      if (value === undefined) broken = `${excerpt(data)} is not JSON`;
      else read(event ?? '', value);
    },
    close() {
      ended ||= isStateCurrent;
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
    state: () => (isStateCurrent || ended ? state : withSpoken(state, spoken)),
  };
};

/** The last whole state and what was said since: all there is of a stream that broke off. */
const withSpoken = (state: Json, spoken: ReadonlyMap<string, string>): JsonObject => {
  const known = digArray(state, 'messages');
  const ids = new Set(known.map((message) => digString(message, 'id')));
  const heard = [...spoken].filter(([id]) => !ids.has(id)).map(([id, content]) => ({ type: 'ai', id, content }));
  return { ...(isObject(state) ? state : {}), messages: [...known, ...heard] };
};
