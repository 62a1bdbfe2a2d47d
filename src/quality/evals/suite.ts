import type { Turn } from '../../agents/protocols/port.ts';
import type { Allowance } from '../../fleet/trust.ts';
import type { Json } from '../../ground/json.ts';
import type { Expectation } from '../expect/port.ts';

/** `critical`: must pass every repeat. `info`: shown, never decides. */
export type Severity = 'critical' | 'normal' | 'info';

export interface CaseTurn {
  /** With its variables filled in. */
  readonly input: string;
  readonly expect: readonly Expectation[];
}

/** One question put to an agent, and what is expected of the answer. */
export interface Case {
  /** Stable and unique in its suite: what runs are paired by. Where none is given, twelve hex digits of the hash of what is asked. */
  readonly id: string;
  /** Of everything that decides how hard it is to pass (inputs and expectations with their variables filled in; the variables, where code sees them): 16 hex digits. A case whose hash changed is a new case. */
  readonly hash: string;
  readonly severity: Severity;
  /** Cases that share a source (a document, a template) share a cluster: they are not independent. Null: it stands for itself. */
  readonly cluster: string | null;
  readonly tags: readonly string[];
  readonly vars: Readonly<Record<string, Json>>;
  readonly turns: readonly CaseTurn[];
  /** On the last answer and the conversation as a whole. */
  readonly expect: readonly Expectation[];
  /** Trials per run; null: as the suite says. */
  readonly repeats: number | null;
  /** Milliseconds for one turn; null: as the suite, the endpoint or the defaults say. */
  readonly timeoutMs: number | null;
  /** What was answered in production, to be graded instead of asking (`mode: replay`); null: ask. */
  readonly recorded: readonly Turn[] | null;
}

/** How a run is judged. Shares are 0 to 1. */
export interface GateSettings {
  /** The pass rate it may not be shown to lie below; null: none. */
  readonly minPassRate: number | null;
  /** The chance of a red verdict where nothing changed, over both tests. */
  readonly alpha: number;
  /** The part of alpha that the test for a broad drop is given; the rest is for single broken cases. */
  readonly broadShare: number;
  /** The smallest drop of the pass rate that matters. */
  readonly minEffect: number;
  /** Accepted runs that the baseline is pooled from, newest first. */
  readonly window: number;
  /** Repeats of one case that may be added while the verdict is open. */
  readonly maxExtraRepeats: number;
  /** What an open verdict means for the exit code: 3, 1 or 0. */
  readonly onInconclusive: 'no-verdict' | 'fail' | 'pass';
}

/** A suite without its cases, which are streamed: a file may hold a hundred thousand. */
export interface Suite {
  readonly name: string;
  /** The file it was read from, absolute. */
  readonly path: string;
  readonly description: string | null;
  /** The agent that is asked where the command line names none; null: it must. */
  readonly agent: string | null;
  /** Trials of each case; k of pass@k and pass^k. */
  readonly repeats: number;
  readonly timeoutMs: number | null;
  readonly gate: GateSettings;
  /** Nano-dollars one run may cost, judges included; null: no cap. */
  readonly maxCostNanos: number | null;
}

/** A suite ready to be run. `cases` may be walked more than once and yields the same cases in the same order. */
export interface LoadedSuite {
  readonly suite: Suite;
  cases(): AsyncIterable<Case>;
}

/** What the reading of a suite depends on beside its file. */
export interface SuiteRequest {
  /** The folder that the path of the suite is relative to; where nothing is there, the folder of the manifest. Also the reader's own. */
  readonly base: string;
  /** Null: everything the suite names is trusted. */
  readonly allowance: Allowance | null;
  /** When the run began, UTC epoch ms: windows of traces end here, and datasets are read as they stood then. The same for a resumed run. */
  readonly now: number;
  /** True: cases that are held elsewhere, in datasets and traces, are left out, and nobody is asked. */
  readonly isOffline?: boolean;
}
