import type { Change, ControlDriver, Effect } from '../../controls/actions/port.ts';
import type { Slot } from '../../fleet/slots.ts';
import type { Plan, PlannedStep } from './plan.ts';
import type { RunbookClass, StepKind, Verification } from './runbook.ts';

export type RunStatus = 'running' | 'waiting' | 'paused' | 'done' | 'failed' | 'undone' | 'aborted';
export type StepStatus = 'pending' | 'intent' | 'done' | 'verified' | 'failed' | 'undone' | 'skipped' | 'in_doubt';

/**
 * What the journal knows of a run, in order. An `intent` or `undo-intent` without its result is in doubt. Evidence is untrusted and masked.
 * `approved`: the plan, or a step that waits for it; `why` is the reason of a broken glass. `confirmed`: `unseen` where nothing could be seen until the deadline.
 * `request`: a person wants the rest left undone, or what was done taken back. `status`: `step` is what a pause or a wait is about; `running`
 * after it is a person's word to try that again; its `why` is empty where the run begins.
 */
export type RunEvent =
  | { readonly kind: 'approved'; readonly by: readonly string[]; readonly step: string | null; readonly why: string | null }
  | { readonly kind: 'intent'; readonly step: string; readonly attempt: number; readonly key: string; readonly change: Change | null }
  | { readonly kind: 'result'; readonly step: string; readonly effect: Effect }
  | { readonly kind: 'confirmed'; readonly step: string; readonly seen: Seen; readonly afterMs: number }
  | { readonly kind: 'verified'; readonly step: string; readonly verdict: Verdict; readonly evidence: string }
  | { readonly kind: 'skipped'; readonly step: string; readonly why: string }
  | { readonly kind: 'undo-intent'; readonly step: string; readonly key: string }
  | { readonly kind: 'undo-result'; readonly step: string; readonly effect: Effect }
  | { readonly kind: 'request'; readonly what: 'abort' | 'undo'; readonly why: string }
  | { readonly kind: 'status'; readonly status: RunStatus; readonly why: string; readonly step: string | null };

export type Seen = 'seen' | 'not-yet' | 'contradicted' | 'unseen';
export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** An event with its place. */
export interface RecordedEvent {
  /** From 1, in one run. */
  readonly seq: number;
  /** UTC epoch ms. */
  readonly at: number;
  readonly event: RunEvent;
}

/** Who or what began it. `label`: the stage or measure of the rule; absent or empty: it has one only. */
export type Cause =
  | { readonly kind: 'person' }
  | { readonly kind: 'alert'; readonly rule: string; readonly agent: string | null; readonly label?: string }
  /** A queue that has too much or too little in it. */
  | { readonly kind: 'queue'; readonly why: string }
  | { readonly kind: 'drill' };

/** A run as it was begun. JSON-safe. */
export interface RunHead {
  readonly id: string;
  readonly runbook: string;
  readonly class: RunbookClass;
  /** Every agent it acts on, sorted. */
  readonly agents: readonly string[];
  /** As approved. */
  readonly plan: Plan;
  readonly cause: Cause;
  /** Who began it. */
  readonly actor: string;
  readonly incident: string | null;
  /** UTC epoch ms. */
  readonly startedAt: number;
}

/**
 * The moments at which a run may die, each written `STEP:PHASE`. `intent` and `result` are commits, `act` is the call of the driver between
 * them; the `undo` ones are the same for taking a step back.
 */
export type CrashPhase =
  | 'before-intent'
  | 'after-intent'
  | 'after-act'
  | 'after-result'
  | 'after-confirm'
  | 'after-verify'
  | 'before-undo-intent'
  | 'after-undo-intent'
  | 'after-undo-act'
  | 'after-undo-result';

/** What a run is given from above or from a rehearsal. */
export interface RunAids {
  /** @param agent empty where a step acts on none */
  open(agent: string, slot: Slot, access: 'read' | 'write'): Promise<ControlDriver>;
  /** @param since when the effect was seen, UTC epoch ms. May throw an unable error: it could not look. */
  verify(verification: Verification, agent: string | null, since: number): Promise<Judgement>;
  /** Whether a step whose condition speaks of earlier ones is to be done, once these are over. */
  decide(
    planned: PlannedStep,
    earlier: readonly StepResult[],
  ): Promise<{ readonly value: boolean | 'inconclusive'; readonly why: string | null }>;
  /**
   * Waits for the traces of an agent to fall silent, and answers since when they are, UTC epoch ms; null: not in time, or nobody can tell.
   * Asked once what should stop it was done. @param tell how it stands while it waits; 0 ms are left where it does not
   */
  quietSince?(agent: string, tell: (why: string, leftMs: number) => void, signal: AbortSignal): Promise<number | null>;
  /**
   * Who has signed an approval, `RUN/STEP`, with a signature that was looked at anew; absent where nobody signs, as in a rehearsal.
   */
  signersOf?(subject: string): Promise<readonly string[]>;
  /** Throws to rehearse a death at a boundary, `STEP:PHASE`. */
  crash?(boundary: `${string}:${CrashPhase}`): void;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** One sentence with what was seen. Untrusted. */
  readonly evidence: string;
}

/** One step as a run has left it. */
export interface StepResult {
  readonly id: string;
  readonly kind: StepKind;
  readonly agent: string | null;
  readonly action: string;
  readonly target: string | null;
  readonly status: StepStatus;
  /** UTC epoch ms. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly evidence: string | null;
  /** What was verified; null: nothing. */
  readonly verdict: Verdict | null;
}

/** What a run has come to: its end, or where it waits for a person. */
export interface RunResult {
  readonly run: RunHead;
  readonly status: RunStatus;
  readonly why: string;
  readonly steps: readonly StepResult[];
  readonly endedAt: number | null;
  /** From the start until the last effect was seen, and until the traces were silent, ms; null: not measured. */
  readonly containMs: number | null;
  readonly quietMs: number | null;
  /** What goes on with it, whole; null: it has ended. */
  readonly resumeCommand: string | null;
}

/** What a run tells while it goes on. */
export type RunNews =
  /** `steps`: as they stand, all of them; some may have been done before. */
  | { readonly kind: 'started'; readonly run: RunHead; readonly steps: readonly StepResult[]; readonly resumeCommand: string }
  | { readonly kind: 'step'; readonly step: StepResult; readonly doing: string }
  | { readonly kind: 'pause'; readonly step: string; readonly ms: number; readonly why: string }
  /** It waits for the traces of an agent to fall silent, `ms` at most; 0: it does not wait. */
  | { readonly kind: 'quiet'; readonly agent: string; readonly ms: number; readonly why: string };
