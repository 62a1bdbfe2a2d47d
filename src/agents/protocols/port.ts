import type { Json } from '../../ground/json.ts';

/** The outcome of one turn: what happened, in the one vocabulary that states and retries are judged by. */
export type Outcome =
  | 'ok'
  | 'refused'
  | 'interrupted'
  | 'truncated'
  | 'agent_error'
  | 'rate_limited'
  | 'timeout'
  | 'unreachable'
  | 'unauthorized'
  | 'malformed'
  | 'checker_error';

export interface ToolCall {
  readonly id: string | null;
  readonly name: string;
  /** Parsed arguments; the raw text where they are not JSON; null where the protocol does not tell them. */
  readonly args: Json;
}

/** Tokens. Input includes cached tokens, output includes reasoning. Null: not told. */
export interface Usage {
  readonly input: number | null;
  readonly output: number | null;
  readonly cachedRead: number | null;
  readonly cachedWrite: number | null;
  readonly reasoning: number | null;
}

/** Milliseconds from the moment the turn was asked for; null: not reached or not told. */
export interface Timings {
  readonly connectMs: number | null;
  readonly firstByteMs: number | null;
  /** First piece of content, not the first byte. Null unless the answer was streamed. */
  readonly firstTokenMs: number | null;
  readonly longestGapMs: number | null;
  readonly totalMs: number;
}

/** How long an agent may take; milliseconds. */
export interface TurnLimits {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly stallMs: number;
  readonly totalMs: number;
}

export interface Ask {
  readonly input: string;
  /** What the last turn of this conversation answered in `thread`; null on the first turn. */
  readonly thread: Json;
  /** W3C trace id, 32 hex digits: the id under which this synthetic trace is noted in the journal. */
  readonly traceId: string;
  /** W3C parent span id, 16 hex digits. */
  readonly spanId: string;
  readonly limits: TurnLimits;
}

/** Where a cost comes from: the agent told it, or its tokens at the manifest's prices, or at those of the public list, an estimate. */
export type CostOrigin = 'reported' | 'manifest' | 'list';

/** One turn with an agent. `turn()` never throws for what the agent did; the outcome says it. */
export interface Turn {
  readonly outcome: Outcome;
  /** The finer cause in a few words, for example `connect timeout` or `http 503`; null when all is well. */
  readonly cause: string | null;
  /** One sentence for a person: what happened to whom, with values. Empty when all is well. Untrusted text is in it. */
  readonly detail: string;
  readonly httpStatus: number | null;
  readonly text: string;
  /** Structured output, where the protocol has a place for it; else null. */
  readonly structured: Json;
  readonly toolCalls: readonly ToolCall[];
  readonly usage: Usage | null;
  /** Nano-dollars, as the agent told it or as priced; null: unknown. */
  readonly costNanos: number | null;
  /** Null where the cost is unknown. */
  readonly costSource: CostOrigin | null;
  /** Model steps inside the turn, where the protocol tells them. */
  readonly steps: number | null;
  readonly stopReason: string | null;
  readonly model: string | null;
  /** The agent's own trace id where it told one. */
  readonly traceId: string | null;
  readonly timings: Timings;
  /** Handed to the next turn of the same conversation; null where the protocol has no thread. */
  readonly thread: Json;
  readonly retryAfterMs: number | null;
  readonly certificateDays: number | null;
  /** The card behind a promptless probe; null for a turn. */
  readonly card: Card | null;
}

/** What an agent says of itself without being asked a question. */
export interface Card {
  readonly name: string | null;
  readonly version: string | null;
  readonly models: readonly string[];
  readonly tools: readonly string[];
  readonly skills: readonly string[];
  /** What may not change unnoticed: canonical text per facet, for example the tools with their schemas. */
  readonly facets: Readonly<Record<string, string>>;
}

export interface AgentProtocol {
  readonly traits: { readonly streams: boolean; readonly multiTurn: boolean };
  /** Sends no prompt. The turn it answers carries a `card` when the outcome is ok. */
  probe(ask: Ask, signal: AbortSignal): Promise<Turn>;
  turn(ask: Ask, signal: AbortSignal): Promise<Turn>;
  /** Frees what the protocol still holds for a conversation (a thread, a session); best effort, never throws. */
  release?(thread: Json, ask: Ask, signal: AbortSignal): Promise<void>;
}
