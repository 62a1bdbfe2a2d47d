import type { ErrorType, SpanKind } from './span.ts';

const patterns: readonly (readonly [RegExp, ErrorType])[] = [
  [/rate.?limit|too.?many.?requests|\b429\b|quota|throttl|overloaded|resource.?exhausted/i, 'rate_limit'],
  [/timed?.?out|deadline|\b408\b|\b504\b/i, 'timeout'],
  [/guardrail|content.?filter|content.?policy|moderation|blocked by/i, 'guardrail'],
];

const byKind: Partial<Record<SpanKind, ErrorType>> = { llm: 'llm', embedding: 'llm', tool: 'tool', guardrail: 'guardrail' };

/** Further than this into a message nothing names the kind of error any more, and messages may be whole pages. */
const searched = 2000;

/** What kind of error ended a span, from its own words (type, message, HTTP status); where they do not say, from what the span is. */
export const errorTypeOf = (kind: SpanKind, words: readonly (string | null)[]): ErrorType => {
  const text = words.flatMap((word) => word?.slice(0, searched) ?? []).join('\n');
  return patterns.find(([pattern]) => pattern.test(text))?.[1] ?? byKind[kind] ?? 'other';
};
