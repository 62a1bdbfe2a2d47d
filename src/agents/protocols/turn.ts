import { type Json, parseJson } from '../../ground/json.ts';
import type { Card, Outcome, Timings, ToolCall, Turn, Usage } from './port.ts';

export { excerpt } from '../../ground/runtime/http-answer.ts';

/** What a protocol read out of an answer; everything it does not tell is absent. */
export interface Said {
  readonly outcome: Outcome;
  readonly cause?: string | null;
  readonly detail?: string;
  readonly text?: string;
  readonly structured?: Json;
  readonly toolCalls?: readonly ToolCall[];
  readonly usage?: Usage | null;
  readonly costNanos?: number | null;
  readonly steps?: number | null;
  readonly stopReason?: string | null;
  readonly model?: string | null;
  readonly traceId?: string | null;
  readonly thread?: Json;
  readonly card?: Card | null;
}

/** What the wire told beside the answer. */
export interface Wire {
  readonly httpStatus: number | null;
  readonly timings: Timings;
  readonly retryAfterMs: number | null;
  readonly certificateDays: number | null;
}

/** The wire facts where no request was made. */
export const noWire = (totalMs: number): Wire => ({
  httpStatus: null,
  timings: { connectMs: null, firstByteMs: null, firstTokenMs: null, longestGapMs: null, totalMs },
  retryAfterMs: null,
  certificateDays: null,
});

/** A whole turn of what was said and what the wire told. */
export const turnOf = (said: Said, wire: Wire): Turn => ({
  outcome: said.outcome,
  cause: said.cause ?? null,
  detail: said.detail ?? '',
  httpStatus: wire.httpStatus,
  text: said.text ?? '',
  structured: said.structured ?? null,
  toolCalls: said.toolCalls ?? [],
  usage: said.usage == null ? null : soundUsage(said.usage),
  costNanos: said.costNanos ?? null,
  costSource: said.costNanos == null ? null : 'reported',
  steps: said.steps ?? null,
  stopReason: said.stopReason ?? null,
  model: said.model ?? null,
  traceId: said.traceId ?? null,
  timings: wire.timings,
  thread: said.thread ?? null,
  retryAfterMs: wire.retryAfterMs,
  certificateDays: wire.certificateDays,
  card: said.card ?? null,
});

/** More tokens than any turn takes; what they cost is still a whole number of nano-dollars that a database holds. */
const mostTokens = 1_000_000_000;

/** A count of tokens that somebody told; null where it cannot be one. */
export const soundTokens = (count: number | null): number | null =>
  count !== null && Number.isInteger(count) && count >= 0 && count <= mostTokens ? count : null;

const soundUsage = (told: Usage): Usage | null => {
  const usage = {
    input: soundTokens(told.input),
    output: soundTokens(told.output),
    cachedRead: soundTokens(told.cachedRead),
    cachedWrite: soundTokens(told.cachedWrite),
    reasoning: soundTokens(told.reasoning),
  };
  return Object.values(usage).every((count) => count === null) ? null : usage;
};

/** The sum of two usages; a part that neither tells stays null. */
export const addUsage = (a: Usage | null, b: Usage | null): Usage | null => {
  if (a === null || b === null) return a ?? b;
  const sum = (x: number | null, y: number | null) => (x === null && y === null ? null : (x ?? 0) + (y ?? 0));
  return {
    input: sum(a.input, b.input),
    output: sum(a.output, b.output),
    cachedRead: sum(a.cachedRead, b.cachedRead),
    cachedWrite: sum(a.cachedWrite, b.cachedWrite),
    reasoning: sum(a.reasoning, b.reasoning),
  };
};

/** Tool arguments as a protocol wrote them: JSON text where it parses, else the text itself. */
export const toolArguments = (text: string): Json => {
  if (text === '') return {};
  const parsed = parseJson(text);
  return parsed === undefined ? text : parsed;
};
