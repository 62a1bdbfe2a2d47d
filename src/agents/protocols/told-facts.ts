import { dig, digNumber, digString, isObject, type Json } from '../../ground/json.ts';
import { nanosPerDollar } from '../../ground/units/amount.ts';
import type { ToolCall, Usage } from './port.ts';
import { toolArguments } from './turn.ts';

type Path = readonly string[];

const inputWords: readonly Path[] = [['input'], ['input_tokens'], ['prompt_tokens'], ['inputTokens']];
const outputWords: readonly Path[] = [['output'], ['output_tokens'], ['completion_tokens'], ['outputTokens']];
const cachedWords: readonly Path[] = [
  ['cached'],
  ['cached_tokens'],
  ['input_tokens_details', 'cached_tokens'],
  ['prompt_tokens_details', 'cached_tokens'],
];
const reasoningWords: readonly Path[] = [
  ['reasoning'],
  ['reasoning_tokens'],
  ['output_tokens_details', 'reasoning_tokens'],
  ['completion_tokens_details', 'reasoning_tokens'],
];

/** Tokens under any of the names in use; null where it tells none. Cached tokens are taken for a part of the input. */
export const toldUsage = (value: unknown): Usage | null => {
  if (!isObject(value)) return null;
  const one = (words: readonly Path[]) =>
    words.map((path) => digNumber(value, ...path)).find((count) => count !== null && count >= 0) ?? null;
  const usage = {
    input: one(inputWords),
    output: one(outputWords),
    cachedRead: one(cachedWords),
    cachedWrite: null,
    reasoning: one(reasoningWords),
  };
  return Object.values(usage).every((count) => count === null) ? null : usage;
};

/** Tool calls as plain endpoints write them: a name, or an object with a name and arguments, also OpenAI's nested form. */
export const toldToolCalls = (values: readonly Json[]): readonly ToolCall[] =>
  values.flatMap((value) => {
    if (Array.isArray(value)) return toldToolCalls(value as readonly Json[]);
    if (typeof value === 'string') return value === '' ? [] : [{ id: null, name: value, args: null }];
    const name = digString(value, 'name') ?? digString(value, 'function', 'name') ?? digString(value, 'tool');
    if (name === null) return [];
    const args = dig(value, 'args') ?? dig(value, 'arguments') ?? dig(value, 'input') ?? dig(value, 'function', 'arguments');
    const id = digString(value, 'id') ?? digString(value, 'call_id');
    return [{ id, name, args: typeof args === 'string' ? toolArguments(args) : ((args ?? null) as Json) }];
  });

/** Nano-dollars of an amount of US dollars, told as `0.0042`, `"0.0042"` or `"$0.0042"`; null where it is no such amount. */
export const toldCostNanos = (value: unknown): number | null => {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim().replace(/^\$/, '') : '';
  const usd = /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  const nanos = Math.round(usd * nanosPerDollar);
  return Number.isSafeInteger(nanos) ? nanos : null;
};
