import type { Json, JsonObject } from '../../../ground/json.ts';
import { assertionNames } from '../../expect/registry.ts';

/** The assertions of promptfoo (0.121), so that one this version lacks is told by name and not taken for a text. */
export const promptfooAssertions: readonly string[] =
  'agent-rubric answer-relevance assert-set bleu classifier contains contains-all contains-any contains-html contains-json contains-sql contains-xml context-faithfulness context-recall context-relevance conversation-relevance cost equals factuality finish-reason g-eval gleu guardrails human icontains icontains-all icontains-any is-html is-json is-refusal is-sql is-valid-function-call is-valid-openai-function-call is-valid-openai-tools-call is-xml javascript latency levenshtein llm-rubric max-score meteor model-graded-closedqa model-graded-factuality moderation perplexity perplexity-score pi python regex rouge-n ruby search-rubric select-best similar similar:cosine similar:dot similar:euclidean skill-used starts-with trace-error-spans trace-span-count trace-span-duration trajectory:goal-success trajectory:step-count trajectory:tool-args-match trajectory:tool-sequence trajectory:tool-used webhook word-count'.split(
    ' ',
  );

/** How promptfoo abbreviates in a cell. */
const prefixes: readonly (readonly [string, string])[] = [
  ['javascript:', 'javascript'],
  ['fn:', 'javascript'],
  ['eval:', 'javascript'],
  ['grade:', 'llm-rubric'],
  ['llm-rubric:', 'llm-rubric'],
  ['python:', 'python'],
];

/** Where promptfoo sets a threshold of its own in a cell that names none. */
const cellThresholds: Readonly<Record<string, number>> = { similar: 0.8, levenshtein: 0.75 };

/**
 * The assertion that a cell `__expected` of promptfoo stands for: `contains: x`, `levenshtein(3): x`, `is-json`, `fn: output.length < 9`;
 * any other text is what the answer must equal. Source: "Test cases from CSV" of its documentation.
 */
export const expectationOfCell = (cell: string): JsonObject => {
  const text = cell.trim();
  for (const [prefix, type] of prefixes) if (text.startsWith(prefix)) return { type, value: text.slice(prefix.length).trim() };
  const named = nameIn(text);
  if (named === null) return { type: 'equals', value: text };
  const { type, base, threshold, rest } = named;
  const limit = threshold ?? cellThresholds[base] ?? null;
  const value: Json | undefined = rest === undefined || rest.trim() === '' ? undefined : rest.trim();
  return { type, ...(value === undefined ? {} : { value }), ...(limit === null ? {} : { threshold: limit }) };
};

interface Named {
  readonly type: string;
  readonly base: string;
  readonly threshold: number | null;
  readonly rest: string | undefined;
}

const names: readonly string[] = [...new Set([...promptfooAssertions, ...assertionNames])].sort((a, b) => b.length - a.length);

/** A known name at the start of a cell, the longest that fits: names may hold a colon of their own. */
const nameIn = (text: string): Named | null => {
  const bare = text.replace(/^not-/, '');
  for (const base of names) {
    if (!bare.startsWith(base)) continue;
    const found = /^(?:\((\d+(?:\.\d+)?)\))?(?::([\s\S]*))?$/.exec(bare.slice(base.length));
    if (found === null) continue;
    const [, threshold, rest] = found;
    return {
      type: text.startsWith('not-') ? `not-${base}` : base,
      base,
      threshold: threshold === undefined ? null : Number(threshold),
      rest,
    };
  }
  return null;
};
