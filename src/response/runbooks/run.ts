import type { Change, Effect } from '../../controls/actions/port.ts';

export type RunStatus = 'running' | 'waiting' | 'paused' | 'done' | 'failed' | 'undone' | 'aborted';
export type StepStatus = 'pending' | 'intent' | 'done' | 'verified' | 'failed' | 'undone' | 'skipped' | 'in_doubt';

/** What the journal knows of a run, in order. An `intent` or `undo-intent` without its result is in doubt. */
export type RunEvent =
  | { readonly kind: 'approved'; readonly by: readonly string[] }
  | { readonly kind: 'intent'; readonly step: string; readonly attempt: number; readonly key: string; readonly change: Change | null }
  | { readonly kind: 'result'; readonly step: string; readonly effect: Effect }
  | { readonly kind: 'confirmed'; readonly step: string; readonly seen: 'seen' | 'not-yet' | 'contradicted'; readonly afterMs: number }
  | { readonly kind: 'verified'; readonly step: string; readonly verdict: 'pass' | 'fail' | 'inconclusive'; readonly evidence: string }
  | { readonly kind: 'skipped'; readonly step: string; readonly why: string }
  | { readonly kind: 'undo-intent'; readonly step: string; readonly key: string }
  | { readonly kind: 'undo-result'; readonly step: string; readonly effect: Effect }
  | { readonly kind: 'status'; readonly status: RunStatus; readonly why: string };

/** Who or what began it. */
export type Cause =
  | { readonly kind: 'person' }
  | { readonly kind: 'alert'; readonly rule: string; readonly agent: string | null }
  | { readonly kind: 'drill' };
