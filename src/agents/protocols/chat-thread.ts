import { digArray, digString, type Json } from '../../ground/json.ts';
import type { Ask } from './port.ts';
import type { Said } from './turn.ts';

/** The conversation so far with the question of this turn: where the server keeps no thread, the whole of it is sent each time. */
export const askedMessages = (ask: Ask): readonly Json[] => [...digArray(ask.thread), { role: 'user', content: ask.input }];

/** The thread for the next turn. An empty answer is left out: servers refuse messages without content. */
export const answeredMessages = (messages: readonly Json[], text: string | undefined): readonly Json[] =>
  text === undefined || text === '' ? messages : [...messages, { role: 'assistant', content: text }];

/** The card behind `GET /models`, which OpenAI and Anthropic shape alike. */
export const modelsSaid = (body: Json, host: string): Said => {
  const listed = typeof body === 'object' && body !== null && 'data' in body && Array.isArray(body['data']);
  if (!listed) return { outcome: 'malformed', cause: 'no models', detail: `${host} answered JSON without a list of models` };
  const models = digArray(body, 'data').flatMap((model) => digString(model, 'id') ?? []);
  const facets = { models: [...models].sort().join('\n') };
  return { outcome: 'ok', card: { name: null, version: null, models, tools: [], skills: [], facets } };
};
