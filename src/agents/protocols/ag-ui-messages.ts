import { digArray, digString, isObject, type Json, type JsonObject } from '../../ground/json.ts';
import type { ToolCall } from './port.ts';
import { toolArguments } from './turn.ts';

interface Call {
  readonly id: string;
  readonly name: string;
  arguments: string;
}

/** A message while its events come in. */
interface Message {
  /** What was told of it, other than the parts below. */
  readonly given: JsonObject;
  /** Null: it has no text, or content that is not plain text. */
  content: string | null;
  readonly calls: Call[];
  /** Results of its calls: they follow it in the history, wherever they came in the stream. */
  readonly results: JsonObject[];
}

/**
 * The messages of an AG-UI thread during one run, kept as the protocol's own client keeps them. Ids are looked up within the run
 * only: there are agents that number their messages from one in every run.
 */
export interface AgUiMessages {
  hasText(id: string): boolean;
  hasCall(id: string): boolean;
  startText(id: string, event: JsonObject): void;
  /** False: no such message was started. */
  addText(id: string, delta: string): boolean;
  startCall(id: string, event: JsonObject): void;
  /** False: no such call was started. */
  addArguments(id: string, delta: string): boolean;
  addResult(id: string, event: JsonObject): void;
  /** A snapshot: what the server holds the whole thread to be. */
  replace(messages: readonly Json[]): void;
  /** What the agent said and called in this run. */
  answer(): { readonly text: string; readonly toolCalls: readonly ToolCall[] };
  history(): readonly JsonObject[];
}

/** The messages of a run that was given the messages `before`, the last of which it answers. */
export const agUiMessages = (before: readonly JsonObject[]): AgUiMessages => {
  const askedId = digString(before.at(-1), 'id');
  let list = before.map(read);
  let answerFrom = list.length;
  const texts = new Map<string, Message>();
  const calls = new Map<string, { readonly owner: Message; readonly call: Call }>();

  const add = (id: string, message: Message): Message => {
    list.push(message);
    texts.set(id, message);
    return message;
  };
  const addCall = (owner: Message, call: Call) => {
    owner.calls.push(call);
    calls.set(call.id, { owner, call });
  };

  return {
    hasText: (id) => texts.has(id),
    hasCall: (id) => calls.has(id),
    startText(id, event) {
      const known = texts.get(id);
      if (known === undefined) add(id, spoken({ id, role: digString(event, 'role') ?? 'assistant', ...subagentOf(event) }, ''));
      else known.content ??= '';
    },
    addText(id, delta) {
      const message = texts.get(id);
      if (message !== undefined) message.content = (message.content ?? '') + delta;
      return message !== undefined;
    },
    startCall(id, event) {
      if (calls.has(id)) return;
      const parentId = digString(event, 'parentMessageId');
      const parent = parentId === null ? undefined : texts.get(parentId);
      const ownerId = parentId === null || parent !== undefined ? id : parentId;
      const owner = isAgents(parent) ? parent : add(ownerId, spoken({ id: ownerId, role: 'assistant', ...subagentOf(event) }, null));
      addCall(owner, { id, name: digString(event, 'toolCallName') ?? '', arguments: '' });
    },
    addArguments(id, delta) {
      const call = calls.get(id)?.call;
      if (call !== undefined) call.arguments += delta;
      return call !== undefined;
    },
    addResult(id, event) {
      const toolCallId = digString(event, 'toolCallId') ?? '';
      const result = { id, toolCallId, role: 'tool', content: event['content'] ?? '', ...subagentOf(event) };
      const owner = calls.get(toolCallId)?.owner;
      if (owner === undefined) add(id, read(result));
      else owner.results.push(result);
    },
    replace(messages) {
      list = messages.filter(isObject).map(read);
      const asked = list.findLastIndex(({ given }) => given['id'] === askedId);
      answerFrom = 1 + (asked >= 0 ? asked : list.findLastIndex(({ given }) => given['role'] === 'user'));
      texts.clear();
      calls.clear();
      for (const message of list.slice(answerFrom)) {
        texts.set(digString(message.given, 'id') ?? '', message);
        for (const call of message.calls) calls.set(call.id, { owner: message, call });
      }
    },
    answer: () => answerOf(list.slice(answerFrom).filter(isAgents)),
    history: () => list.flatMap(write),
  };
};

const spoken = (given: JsonObject, content: string | null): Message => ({ given, content, calls: [], results: [] });

const isAgents = (message: Message | undefined): message is Message => message?.given['role'] === 'assistant';

const subagentOf = (event: JsonObject): JsonObject => {
  const subagentRunId = digString(event, 'subagentRunId');
  return subagentRunId === null ? {} : { subagentRunId };
};

/** The answer is what the agent itself says. Its subagents' words are not, but their calls were made on its behalf. */
const answerOf = (messages: readonly Message[]): ReturnType<AgUiMessages['answer']> => {
  const own = messages.filter(({ given }) => given['subagentRunId'] === undefined);
  return {
    text: own.flatMap(({ content }) => content || []).join('\n'),
    toolCalls: messages.flatMap(({ calls }) =>
      calls.map((call) => ({ id: call.id, name: call.name, args: toolArguments(call.arguments) })),
    ),
  };
};

const read = (written: JsonObject): Message => {
  const { content, toolCalls, ...rest } = written;
  const isText = typeof content === 'string';
  const message = spoken(isText || content === undefined ? rest : { ...rest, content }, isText ? content : null);
  for (const call of digArray(toolCalls)) {
    const text = digString(call, 'function', 'arguments') ?? '';
    message.calls.push({ id: digString(call, 'id') ?? '', name: digString(call, 'function', 'name') ?? '', arguments: text });
  }
  return message;
};

const write = ({ given, content, calls, results }: Message): readonly JsonObject[] => {
  const toolCalls = calls.map((call) => ({ id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }));
  return [{ ...given, ...(content === null ? {} : { content }), ...(toolCalls.length === 0 ? {} : { toolCalls }) }, ...results];
};
