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
  /** The page of a trace in the backend's own interface; null where there is none. */
  link?(traceId: string): string | null;
}
