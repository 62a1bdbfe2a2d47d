import type { Score, Span } from './span.ts';

/** Whether a trace backend can be read with the credentials of the manifest. */
export interface Ping {
  readonly state: 'ok' | 'unauthorized' | 'failed';
  /** One sentence, values included. Untrusted text may be in it. */
  readonly detail: string;
}

/** A span of time by start; UTC epoch microseconds, `from` inclusive, `to` exclusive. */
export interface TimeWindow {
  readonly fromUs: number;
  readonly toUs: number;
}

/** One page of what a backend holds. */
export interface Page {
  readonly spans: readonly Span[];
  readonly scores: readonly Score[];
  /** Where to go on if reading stops here; opaque, bound to the window unless the backend says otherwise. */
  readonly cursor: string;
  /** Milliseconds the backend asked to wait before the next page; 0: none. */
  readonly waitMs: number;
}

/** Figures a backend computed itself, for one bucket and one agent-like key; for `mode: metrics`. */
export interface Aggregate {
  /** UTC epoch microseconds; the bucket is `widthUs` wide. */
  readonly bucketUs: number;
  readonly widthUs: number;
  /** What ownership matches on: names as in `traces.match`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly model: string | null;
  readonly requests: number;
  readonly errors: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costNanos: number | null;
  readonly latencyP50Us: number | null;
  readonly latencyP95Us: number | null;
  readonly latencyP99Us: number | null;
}

/** A score to be written onto a trace. */
export interface OutgoingScore {
  /** A UUID; the same score has the same one for ever. */
  readonly id: string;
  readonly name: string;
  /** 0 to 1. */
  readonly value: number;
  /** Masked and capped. */
  readonly comment: string;
}

/** The scores of one answer, to be written onto its trace. */
export interface OutgoingGrade {
  readonly traceId: string;
  /** The span where the request begins; null: the root of the trace. */
  readonly spanId: string | null;
  /** When the request started, UTC epoch microseconds. */
  readonly startedUs: number;
  /** When it was graded, UTC epoch ms. */
  readonly at: number;
  readonly scores: readonly OutgoingScore[];
}

/** One trial of a run of a suite, to be shown elsewhere. Texts are masked and capped. */
export interface OutgoingTrial {
  /** A UUID; the same trial has the same one for ever. */
  readonly id: string;
  /** A UUID of its case; the same in every run of the suite. */
  readonly itemId: string;
  readonly caseId: string;
  /** From 0. */
  readonly index: number;
  /** `error`: it could not be asked or judged, and has no scores. */
  readonly status: 'pass' | 'fail' | 'error';
  readonly reason: string;
  /** `pass` (0 or 1) first, then others; empty for an error. */
  readonly scores: readonly OutgoingScore[];
  /** 32 hex digits that the agent was asked under; null: nothing was asked. */
  readonly traceId: string | null;
  /** Null unless texts may be kept: `capture: io`. */
  readonly input: string | null;
  readonly output: string | null;
  /** UTC epoch ms. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly costUsd: number | null;
}

/** A run of a suite, to be shown elsewhere. */
export interface OutgoingRun {
  readonly id: string;
  readonly suite: string;
  readonly agent: string;
  readonly release: string | null;
  readonly verdict: string | null;
  readonly trials: readonly OutgoingTrial[];
}

/**
 * Where traces are read from. Reading throws `OpsError` of kind `unable` (backend down, refused, not what it claims to be) with the
 * code `backend_unauthorized`, `backend_failed`, `backend_limited` or `backend_malformed`; pages already yielded stay valid.
 */
export interface TraceBackend {
  readonly traits: {
    readonly spans: boolean;
    readonly aggregates: boolean;
    /** How late rows may come, ms: the default overlap of a sync. */
    readonly overlapMs: number;
    /** The largest window one call should ask for, ms: a backfill is cut into such slices, oldest first. */
    readonly sliceMs: number;
    /** A cursor tells how far everything was read, and later windows go on from it. Default: it is bound to its window. */
    readonly cursorLasts?: true;
  };
  ping(signal: AbortSignal): Promise<Ping>;
  /** Everything that started in the window, in any order, possibly repeated; from `cursor` on where one is given. */
  pages(window: TimeWindow, cursor: string | null, signal: AbortSignal): AsyncIterable<Page>;
  aggregates?(window: TimeWindow, signal: AbortSignal): AsyncIterable<readonly Aggregate[]>;
  /**
   * Writes scores onto a trace; again does no harm. Answers the ids under which they will be read back, in order. Throws as reading does;
   * with `details.status` 404, 409 or 422 the trouble is with this one grade.
   */
  postGrade?(grade: OutgoingGrade, signal: AbortSignal): Promise<readonly string[]>;
  /** Shows a run as an experiment, or what the backend has of the kind; again does no harm. Answers what it became, one phrase. Throws as reading does. */
  postRun?(run: OutgoingRun, signal: AbortSignal): Promise<string>;
  /** The page of a trace in the backend's own interface; null where there is none. */
  link?(traceId: string): string | null;
}
