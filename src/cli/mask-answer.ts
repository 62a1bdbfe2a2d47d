import { inertJson } from '../ground/output/json.ts';
import { batches, type Text, whole } from '../ground/output/pieces.ts';
import type { Secrets } from '../ground/runtime/context.ts';

/** The value with every text in it masked; numbers, and the shape, stay as they are even where a secret looks like one. */
export const maskValue = (secrets: Pick<Secrets, 'mask'>, value: unknown): unknown => {
  if (typeof value === 'string') return secrets.mask(value);
  if (Array.isArray(value)) return value.map((item) => maskValue(secrets, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, maskValue(secrets, child)]));
};

/** An answer without secrets. A JSON document stays one, on as many lines: where masking would touch it, or an escape could hide a secret, it is taken apart. */
export const maskAnswer = (secrets: Pick<Secrets, 'mask'>, text: Text, isJson: boolean): Text => {
  if (typeof text === 'string') return maskText(secrets, text, isJson);
  for (const piece of batches(text))
    if (maskText(secrets, piece, false) !== piece || piece.includes('\\u')) return maskText(secrets, whole(text), isJson);
  return text;
};

const maskText = (secrets: Pick<Secrets, 'mask'>, text: string, isJson: boolean): string => {
  const masked = secrets.mask(text);
  if (!isJson || (masked === text && !text.includes('\\u'))) return masked;
  return inertJson(maskValue(secrets, JSON.parse(text)), text.trimEnd().includes('\n') ? 2 : 0);
};
