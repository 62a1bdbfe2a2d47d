import { costSourceCodes, cutCodes, errorCodes, kind, pairWord, statusCodes } from './codes.ts';
import type { ScoreFacts, SpanFacts } from './runs.ts';
import type { CostSource, Score, Span } from './span.ts';

/** A span with what its reader decided: its cost, the keyed hashes of what was asked, and whether it is a probe of ours. */
export interface PricedSpan extends Span {
  readonly costNanos: number | null;
  readonly costSource: CostSource;
  /** Keyed 64-bit hash of a model's prompt, signed. */
  readonly promptHash: bigint | null;
  /** What `prompt-sketch` keeps of a model's prompt, a byte a character; absent where nobody sketched it. */
  readonly promptSketch?: string | null;
  /** Keyed 64-bit hash of a tool's arguments, signed. */
  readonly argsHash: bigint | null;
  readonly synthetic: boolean;
}

/** Gives a word its number. */
export type Numbering = (
  dim: 'agent' | 'name' | 'model' | 'user' | 'session' | 'task' | 'env' | 'release' | 'prompt' | 'score' | 'origin',
  word: string | null,
) => number;

/** A span in the form the cache holds. */
export const factsOf = (span: PricedSpan, labels: number, number: Numbering): SpanFacts => ({
  id: span.spanId,
  parentId: span.parentId,
  kind: kind[span.kind],
  name: number('name', span.name),
  model: number('model', pairWord(span.provider, span.model)),
  startUs: span.startUs,
  durationUs: span.durationUs,
  ttftUs: span.ttftUs,
  status: statusCodes.indexOf(span.status),
  errorType: span.status === 'error' ? errorCodes.indexOf(span.errorType) : 0,
  inTok: span.tokens.input,
  outTok: span.tokens.output,
  cacheR: span.tokens.cachedRead,
  cacheW: span.tokens.cachedWrite,
  cacheW1h: span.tokens.cachedWrite1h,
  reasonTok: span.tokens.reasoning,
  costNanos: span.costNanos,
  costSource: costSourceCodes.indexOf(span.costSource),
  labels,
  user: number('user', span.user),
  session: number('session', span.session),
  task: number('task', span.task),
  env: number('env', span.environment),
  release: number('release', span.release),
  prompt: number('prompt', pairWord(span.promptName, span.promptVersion)),
  updatedUs: span.updatedUs,
  inputHash: inputHashOf(span),
  promptSketch: span.promptSketch ?? null,
  synthetic: span.synthetic ? 1 : 0,
  cut: cutCodes.indexOf(span.isCut ?? null),
});

/**
 * A span is a model call or a tool call: one hash serves both. 48 bits are two bytes less a span, and exact as a number; among a million
 * calls of one tool, two that differ are taken for equal once in 500 fleets.
 */
const inputHashOf = ({ kind: word, promptHash, argsHash }: PricedSpan): number | null => {
  const hash = word === 'llm' || word === 'embedding' ? (promptHash ?? argsHash) : (argsHash ?? promptHash);
  return hash === null ? null : Number(BigInt.asIntN(48, hash));
};

/**
 * A score in the form the cache holds.
 * @param sender the agent whose token it came with; what others call a score of theirs is then another score
 */
export const scoreFactsOf = (score: Score, sender: string | null, number: Numbering): ScoreFacts => ({
  id: sender === null ? score.id : `${sender}:${score.id}`,
  spanId: score.spanId,
  name: number('score', score.name),
  value: score.value,
  label: score.label,
  origin: number('origin', score.source),
  sender: number('agent', sender),
  atUs: score.atUs,
  updatedUs: score.updatedUs,
});

/**
 * Whether a row that arrives takes the place of the one that is there: the later update wins; of equal ones, or where none is told, a
 * finished span is not undone by an unfinished one, and one that says the same changes nothing.
 */
export const supersedes = (coming: SpanFacts, known: SpanFacts): boolean => {
  const [later, earlier] = [coming.updatedUs ?? 0, known.updatedUs ?? 0];
  if (later !== earlier) return later > earlier;
  if (coming.durationUs === null && known.durationUs !== null) return false;
  return (Object.keys(coming) as (keyof SpanFacts)[]).some((fact) => coming[fact] !== known[fact]);
};

/** As `supersedes`, for scores. */
export const supersedesScore = (coming: ScoreFacts, known: ScoreFacts): boolean => {
  const [later, earlier] = [coming.updatedUs ?? 0, known.updatedUs ?? 0];
  if (later !== earlier) return later > earlier;
  return (Object.keys(coming) as (keyof ScoreFacts)[]).some((fact) => coming[fact] !== known[fact]);
};
