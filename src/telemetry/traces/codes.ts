import type { Grain } from '../../ground/units/window.ts';
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

/** Whether an answer was cut at a limit of tokens, as a number: not told, no, yes. */
export const cutCodes: readonly (boolean | null)[] = [null, false, true];

/** Numbers of the widths that statistics are kept in. */
export const grainCodes: Readonly<Record<Grain, number>> = { quarter: 0, hour: 1, day: 2 };

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

/** The small facts of a span, as codes. */
export interface SpanState {
  readonly kind: number;
  readonly status: number;
  readonly errorType: number;
  readonly costSource: number;
  readonly synthetic: number;
  readonly counts: boolean;
  /** A position of `cutCodes`; absent is its first. */
  readonly cut?: number;
}

/** Where each fact stands in the one number the cache holds: its lowest bit, and as many ones as it has bits. */
export const stateBits = {
  kind: { at: 0, mask: 15 },
  counts: { at: 4, mask: 1 },
  synthetic: { at: 5, mask: 1 },
  status: { at: 6, mask: 3 },
  errorType: { at: 8, mask: 15 },
  costSource: { at: 12, mask: 3 },
  cut: { at: 14, mask: 3 },
} as const;

/** All small facts in one number: each as a column of its own would cost a byte a span more. */
export const packState = (state: SpanState): number =>
  (state.kind << stateBits.kind.at) |
  (Number(state.counts) << stateBits.counts.at) |
  (state.synthetic << stateBits.synthetic.at) |
  (state.status << stateBits.status.at) |
  (state.errorType << stateBits.errorType.at) |
  (state.costSource << stateBits.costSource.at) |
  ((state.cut ?? 0) << stateBits.cut.at);

/** One fact out of that number. */
export const stateFact = (packed: number, fact: keyof typeof stateBits): number => (packed >> stateBits[fact].at) & stateBits[fact].mask;

/** SQL for one of a span's small facts, spans being `s`. */
export const stateSql = (fact: keyof typeof stateBits): string => `(s.state >> ${stateBits[fact].at} & ${stateBits[fact].mask})`;
