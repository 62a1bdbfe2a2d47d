import { isObject, type Json, type JsonObject, parseJson } from '../../ground/json.ts';

interface Message {
  readonly role: string;
  readonly text: string;
}

const askerRoles = new Set(['user', 'human']);
const answererRoles = new Set(['assistant', 'ai', 'model']);

/** Where programs put the one text that matters when they trace a function rather than a model. */
const askingKeys = ['input', 'question', 'query', 'prompt', 'message', 'text', 'content'];
const answeringKeys = ['output', 'answer', 'response', 'result', 'message', 'text', 'content'];

/**
 * What was asked, out of what a span says of its input: the last words of the user where it holds messages (OpenTelemetry, OpenAI,
 * Anthropic, LangChain, numbered attributes), else the text that stands for the question, else all of it.
 */
export const askedText = (input: string): string => wordsIn(input, askerRoles, askingKeys);

/** What was answered, in the same way. */
export const answeredText = (output: string): string => wordsIn(output, answererRoles, answeringKeys);

const wordsIn = (told: string, roles: ReadonlySet<string>, keys: readonly string[]): string => {
  const value = parseJson(told);
  if (value === undefined || typeof value !== 'object' || value === null) return typeof value === 'string' ? value : told;
  const messages = messagesIn(value);
  const last =
    messages.findLast(({ role, text }) => roles.has(role) && text !== '') ??
    messages.findLast(({ role, text }) => role === '' && text !== '');
  if (last !== undefined) return last.text;
  return namedText(value, keys) ?? told;
};

const namedText = (value: Json, keys: readonly string[]): string | null => {
  if (!isObject(value)) return null;
  for (const key of keys) {
    const found = value[key];
    if (typeof found === 'string') return found;
    const inner = found === undefined ? null : namedText(found, keys);
    if (inner !== null) return inner;
  }
  return null;
};

const messagesIn = (value: Json): readonly Message[] => {
  if (Array.isArray(value)) {
    const numbered = numberedMessages(value);
    return numbered.length > 0 ? numbered : value.flatMap((item: Json) => (Array.isArray(item) ? messagesIn(item) : messageOf(item)));
  }
  if (!isObject(value)) return [];
  for (const key of ['messages', 'choices', 'generations', 'input', 'output']) {
    const found = value[key];
    if (Array.isArray(found)) {
      const messages = messagesIn(found);
      if (messages.length > 0) return messages;
    }
  }
  return messageOf(value);
};

/** `{ role, content }`, `{ role, parts }`, `{ message: … }`; LangChain says `type` for the role. */
const messageOf = (value: Json): readonly Message[] => {
  if (!isObject(value)) return [];
  if (isObject(value['message'])) return messageOf(value['message']);
  const role = value['role'] ?? value['type'];
  const text = textOf(value['content'] ?? value['parts'] ?? null);
  return typeof role === 'string' && text !== null ? [{ role: role.toLowerCase(), text }] : [];
};

/** A content: text, or pieces of which some are text. */
const textOf = (content: Json): string | null => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return null;
  const texts = content.flatMap((piece: Json) => {
    if (typeof piece === 'string') return [piece];
    const text = isObject(piece) ? (piece['text'] ?? (piece['type'] === 'text' ? piece['content'] : null)) : null;
    return typeof text === 'string' ? [text] : [];
  });
  return texts.join('\n');
};

/** One attribute for each part of each message: `[{"gen_ai.prompt.0.role": "user"}, {"gen_ai.prompt.0.content": "…"}]`. */
const numberedMessages = (items: readonly Json[]): readonly Message[] => {
  const found = new Map<number, { role: string; text: string }>();
  for (const [name, value] of items.flatMap((item) => (isObject(item) ? Object.entries(item as JsonObject) : []))) {
    const [, number, part] = /\.(\d+)\.(?:message\.)?(role|content)$/.exec(name) ?? [];
    if (number === undefined || typeof value !== 'string') continue;
    const message = found.get(Number(number)) ?? { role: '', text: '' };
    found.set(Number(number), part === 'role' ? { ...message, role: value.toLowerCase() } : { ...message, text: value });
  }
  return [...found].sort(([a], [b]) => a - b).map(([, message]) => message);
};
