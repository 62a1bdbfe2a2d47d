import { digString, isObject, type Json, type JsonObject } from '../../../ground/json.ts';
import { askedText } from '../told-text.ts';

/**
 * An item of a Langfuse dataset as a case; null where it is archived. An input that is a map gives its keys as variables; what is asked
 * of it stands in `input` where the suite has no template of its own. Source: `GET /api/public/dataset-items`, API reference v4.16.
 * @param hasTemplate the suite says what is asked: `defaults: { input: … }`
 */
export const caseOfItem = (item: Json, hasTemplate: boolean): { readonly id: string; readonly value: JsonObject } | null => {
  const id = digString(item, 'id');
  if (!isObject(item) || id === null || item['status'] === 'ARCHIVED') return null;
  const input = item['input'] ?? null;
  const expected = item['expectedOutput'] ?? null;
  return {
    id,
    value: {
      id,
      vars: { ...(isObject(input) ? input : {}), ...(isObject(item['metadata']) ? { metadata: item['metadata'] } : {}) },
      ...(hasTemplate ? {} : { input: questionOf(input) }),
      ...(expected === null ? {} : { expected: plain(expected) }),
    },
  };
};

/** Langfuse gives a text that looks like JSON back parsed: `"4"` comes as 4. */
const plain = (value: Json): Json => (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value));

const questionOf = (input: Json): string =>
  typeof input === 'object' && input !== null ? askedText(JSON.stringify(input)) : String(input ?? '');
