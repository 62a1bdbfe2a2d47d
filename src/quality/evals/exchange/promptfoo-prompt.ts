import { isObject, type Json, parseJson } from '../../../ground/json.ts';
import { whyNotPlain } from './nunjucks-text.ts';

/** A prompt as what an agent is asked; `why`: it cannot be. */
export type ConvertedPrompt = { readonly input: string; readonly notes: readonly string[] } | { readonly why: string };

/**
 * A prompt of promptfoo as the input of a case. A list of chat messages is what its user says; what its system says belongs to the
 * agent, who has it already.
 */
export const convertPrompt = (raw: string): ConvertedPrompt => {
  const chat = messagesIn(raw);
  if (chat === null) {
    const why = whyNotPlain(raw);
    return why === null ? { input: raw, notes: [] } : { why };
  }
  const said = chat.filter(({ role }) => role !== 'system' && role !== 'developer');
  const [only, ...others] = said;
  if (only === undefined || others.length > 0 || only.role !== 'user')
    return { why: 'it is a chat of several messages, of which one is to be asked' };
  const why = whyNotPlain(only.content);
  if (why !== null) return { why };
  return { input: only.content, notes: said.length < chat.length ? ['its system message is left to the agent'] : [] };
};

const messagesIn = (raw: string): readonly { readonly role: string; readonly content: string }[] | null => {
  const value: Json | undefined = raw.trim().startsWith('[') ? parseJson(raw) : undefined;
  if (!Array.isArray(value)) return null;
  const messages = value.flatMap((item: Json) =>
    isObject(item) && typeof item['role'] === 'string' && typeof item['content'] === 'string'
      ? [{ role: item['role'], content: item['content'] }]
      : [],
  );
  return messages.length === value.length && messages.length > 0 ? messages : null;
};
