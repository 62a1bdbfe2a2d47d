import type { ModelName } from './pricing.ts';

/** A smaller model of the same family, by how vendors name them; what it really costs stands in the price list. */
const siblings: readonly (readonly [RegExp, string])[] = [
  [/^gpt-4o(-\d{4}-\d{2}-\d{2})?$/, 'gpt-4o-mini'],
  [/^chatgpt-4o-latest$/, 'gpt-4o-mini'],
  [/^gpt-4\.1(-\d{4}-\d{2}-\d{2})?$/, 'gpt-4.1-mini'],
  [/^gpt-5(\.\d)?(-\d{4}-\d{2}-\d{2})?$/, 'gpt-5-mini'],
  [/^gpt-4(-turbo.*)?$/, 'gpt-4o-mini'],
  [/^o[13](-\d{4}-\d{2}-\d{2})?$/, 'o4-mini'],
  [/^claude-opus-4.*$/, 'claude-sonnet-4-5'],
  [/^claude-3-opus.*$/, 'claude-sonnet-4-5'],
  [/^claude-(sonnet-4|3-7-sonnet|3-5-sonnet).*$/, 'claude-haiku-4-5'],
  [/^gemini-2\.5-pro.*$/, 'gemini-2.5-flash'],
  [/^gemini-2\.5-flash(?!-lite).*$/, 'gemini-2.5-flash-lite'],
  [/^gemini-1\.5-pro.*$/, 'gemini-2.5-flash'],
  [/^mistral-large.*$/, 'mistral-small-latest'],
  [/^grok-4(?!-fast).*$/, 'grok-4-fast'],
];

/** The cheaper model next to one, at the same provider; null: none is known. */
export const cheaperSibling = ({ provider, model }: ModelName): ModelName | null => {
  const name = model.toLowerCase().split('/').at(-1) ?? '';
  const found = siblings.find(([pattern]) => pattern.test(name));
  return found === undefined ? null : { provider, model: found[1] };
};
