import type { CostSource, ErrorType, SpanKind, SpanStatus } from './span.ts';

/** Words that the cache holds as numbers: their positions here. Never reordered, only added to: files hold the numbers. */
export const kindCodes: readonly SpanKind[] = ['other', 'agent', 'llm', 'tool', 'retrieval', 'guardrail', 'embedding'];
export const statusCodes: readonly SpanStatus[] = ['unset', 'ok', 'error'];
export const errorCodes: readonly (ErrorType | null)[] = [null, 'llm', 'tool', 'guardrail', 'timeout', 'rate_limit', 'other'];
export const costSourceCodes: readonly CostSource[] = ['unknown', 'reported', 'priced'];

/** Numbers of the kinds that statistics treat apart. */
export const kind = { other: 0, agent: 1, llm: 2, tool: 3, retrieval: 4, guardrail: 5, embedding: 6 } as const satisfies Record<
  SpanKind,
  number
>;
export const statusError = 2;

const pairMark = '\t';

/** Two words as one of the dictionary: provider and model, name and version of a prompt. Null: neither is told. */
export const pairWord = (first: string | null, second: string | null): string | null =>
  first === null && second === null ? null : `${(first ?? '').replaceAll(pairMark, ' ')}${pairMark}${second ?? ''}`;

/** The words behind `pairWord`; one that was not told is null. */
export const splitPair = (word: string | null): readonly [string | null, string | null] => {
  if (word === null) return [null, null];
  const at = word.indexOf(pairMark);
  return [word.slice(0, at) || null, word.slice(at + 1) || null];
};
