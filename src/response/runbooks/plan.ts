import type { Capabilities, Change } from '../../controls/actions/port.ts';
import type { Slot } from '../../fleet/slots.ts';
import type { Json } from '../../ground/json.ts';
import type { Step } from './runbook.ts';

/** One act on one target, as it will be done. A step on a control that is a list becomes several of these, in order. */
export interface PlannedStep {
  /** Unique in the plan: the step's id, with `.2`, `.3` … for further controls of it. */
  readonly id: string;
  readonly step: Step;
  readonly agent: string | null;
  /** The control that enforces it; null for steps without one (check, notify, wait …). */
  readonly control: Slot | null;
  /** Null: no control, or nothing is left to do (`isSettled`). */
  readonly change: Change | null;
  /** True: the target is as wanted already. */
  readonly isSettled: boolean;
  /** Null where there is no control. */
  readonly traits: Capabilities | null;
  readonly sharedWith: readonly string[];
  readonly keepsRunning: string | null;
  /** Why it will not be done as things stand; null: it will. Inconclusive conditions say so. */
  readonly skipped: string | null;
  /** What stands in the way of doing it; null: nothing. A plan that holds one is not run. */
  readonly blocked: Obstacle | null;
  /** CEL that speaks of earlier steps (`steps.ID.status`): decided when its turn comes; null: it was decided while drawing. */
  readonly condition: string | null;
  /** The parameters as this step sees them: those of the run, or of the runbook it came from by `use`. */
  readonly params: Readonly<Record<string, Json>>;
  readonly approval: 'none' | 'one' | 'two';
  /** Resolved arguments: parameters filled in. */
  readonly args: Readonly<Record<string, Json>>;
}

/**
 * `unbound`: the manifest has no control for it. `unreadable`: the target could not be looked at. `impossible`: the wish makes no sense there. `undecided`: its
 * condition asks for what is not known. */
export interface Obstacle {
  readonly kind: 'unbound' | 'unreadable' | 'impossible' | 'undecided';
  readonly why: string;
  readonly hint: string | null;
}

/** What a run will do. Its hash covers the runbook's text, the parameters and every touched field: what an approval is bound to. */
export interface Plan {
  readonly hash: string;
  readonly runbook: string;
  readonly runbookHash: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly steps: readonly PlannedStep[];
  readonly finally: readonly PlannedStep[];
  /** The leases to hold, sorted. */
  readonly locks: readonly string[];
  /** UTC epoch ms. */
  readonly drawnAt: number;
}
