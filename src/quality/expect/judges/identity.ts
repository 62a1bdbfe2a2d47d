import { createHash } from 'node:crypto';
import type { EmbeddingsEndpoint, JudgeSettings } from '../../../fleet/agent.ts';
import { canonicalJson, isObject, type Json } from '../../../ground/json.ts';
import type { JudgeQuestion } from '../port.ts';
import { wordingOf } from './prompt.ts';

/** Keys of an endpoint that change who may ask and how long it may take, but not what is answered. */
const passing = new Set(['api_key', 'headers', 'timeout', 'stream']);

const hashOf = (value: Json): string => createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 32);

/** A config without what does not shape the answer; references as they are written, without the folder they are relative to. */
const essence = (value: unknown): Json => {
  if (Array.isArray(value)) return value.map(essence);
  if (!isObject(value)) return (value ?? null) as Json;
  if (typeof value['secret'] === 'string' && typeof value['base'] === 'string') return value['secret'];
  return Object.fromEntries(Object.entries(value).flatMap(([key, child]) => (passing.has(key) ? [] : [[key, essence(child)]])));
};

/**
 * Who a judge is for one form of question: its model, its settings and the wording it is asked in. What was calibrated or remembered of
 * another identity does not count. Members of a panel may be named in any order.
 */
export const identityOf = (judges: Readonly<Record<string, JudgeSettings>>, name: string, form: JudgeQuestion['form']): string => {
  const { endpoint, panel = [], votes = 1 } = judges[name] ?? {};
  if (endpoint === undefined) return hashOf({ panel: panel.map((member) => identityOf(judges, member, form)).sort() });
  return hashOf({ endpoint: essence(endpoint.config), votes, wording: wordingOf(form) });
};

/** Under which one vote on one answer is remembered. */
export const verdictKey = (identity: string, question: JudgeQuestion, vote: number): string =>
  hashOf({ identity, vote, ...(question as unknown as Record<string, Json>) });

/** Under which the similarity of one text to others is remembered. */
export const similarityKey = ({ url, model }: EmbeddingsEndpoint, text: string, references: readonly string[]): string =>
  hashOf({ url: url.secret, model, text, references });
