import { isObject, type Json, parseJson } from '../../ground/json.ts';

/** A prompt cut in two: what stands before the first message of a user or a tool, and the rest. */
export interface PromptParts {
  /** Instructions and tools as they were sent; empty: there are none, or they cannot be told from the rest. */
  readonly fixed: string;
  /** What differs from request to request. */
  readonly asked: string;
  /** It ends with what a tool or the model itself said: an agent goes on with what it was asked before. */
  readonly goesOn: boolean;
}

/** Longer texts are looked at to here: what they share stands at their beginning. */
const longest = 262_144;

/** Cuts a prompt as the traces hold it: a list of messages in one of the usual vocabularies, a request around one, or plain text, which is all asked. */
export const promptParts = (text: string): PromptParts => {
  const plain: PromptParts = { fixed: '', asked: text.slice(0, longest), goesOn: false };
  const first = text.trimStart()[0];
  if (text.length > longest || (first !== '[' && first !== '{')) return plain;
  const value = parseJson(text);
  const messages = messagesOf(value);
  if (messages === null) return plain;
  const beside = isObject(value) ? fixedFields.flatMap((name) => (value[name] === undefined ? [] : [value[name]])) : [];
  const until = messages.findIndex((message) => !isInstruction(message));
  const fixed = [...beside, ...messages.slice(0, until < 0 ? messages.length : until)];
  return {
    fixed: fixed.length === 0 ? '' : JSON.stringify(fixed),
    asked: JSON.stringify(until < 0 ? [] : messages.slice(until)),
    goesOn: until >= 0 && isOwn(messages.at(-1)),
  };
};

/** Of a request: what stands beside its messages and is sent before them. */
const fixedFields = ['tools', 'system', 'instructions', 'system_instruction', 'systemInstruction'];
const listFields = ['messages', 'input', 'contents', 'prompt'];

const messagesOf = (value: Json | undefined): readonly Json[] | null => {
  if (Array.isArray(value)) {
    // One list a prompt of a batch, as LangChain writes it.
    const only = value.length === 1 && Array.isArray(value[0]) ? value[0] : value;
    return isNumbered(only) ? numberedMessages(only) : only.every((each) => isObject(each)) ? only : null;
  }
  if (!isObject(value)) return null;
  for (const name of listFields) {
    const list = value[name];
    const found = Array.isArray(list) ? messagesOf(list) : null;
    if (found !== null) return found;
  }
  return null;
};

/** `llm.input_messages.3.message.role`, `gen_ai.prompt.0.content`: an attribute each, as the reader of spans keeps them. */
const numbered = /^(?:gen_ai\.prompt|llm\.input_messages)\.(\d{1,4})\.(?:message\.)?(.+)$/;

const isNumbered = (list: readonly Json[]): boolean =>
  list.length > 0 && list.every((each) => isObject(each) && numbered.test(nameOf(each)));

const nameOf = (entry: Json): string => (isObject(entry) ? (Object.keys(entry)[0] ?? '') : '');

const numberedMessages = (list: readonly Json[]): readonly Json[] => {
  const found = new Map<number, Record<string, Json>>();
  for (const entry of list) {
    const name = nameOf(entry);
    const [, at = '0', field = ''] = numbered.exec(name) ?? [];
    const message = found.get(Number(at)) ?? {};
    message[field] = (entry as Record<string, Json>)[name] ?? null;
    found.set(Number(at), message);
  }
  return [...found].sort(([a], [b]) => a - b).map(([, message]) => message);
};

const instructionRoles: ReadonlySet<unknown> = new Set(['system', 'developer']);

/** By its role, by LangChain's type, or by the name of the event it was sent as. */
const isInstruction = (message: Json): boolean =>
  isObject(message) &&
  (instructionRoles.has(message['role']) ||
    (message['role'] === undefined && instructionRoles.has(message['type'])) ||
    'gen_ai.system.message' in message);

const ownRoles: ReadonlySet<unknown> = new Set(['assistant', 'tool', 'function', 'model', 'ai']);
const ownEvents = ['gen_ai.assistant.message', 'gen_ai.tool.message'];

const isOwn = (message: Json | undefined): boolean =>
  isObject(message) &&
  (ownRoles.has(message['role'] ?? message['type']) ||
    ownEvents.some((name) => name in message) ||
    // Anthropic's results of tools come as a user's message.
    (Array.isArray(message['content']) && message['content'].some((part) => isObject(part) && part['type'] === 'tool_result')));
