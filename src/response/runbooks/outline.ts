import type { Desired } from '../../controls/actions/port.ts';
import type { Slot } from '../../fleet/slots.ts';
import type { Json } from '../../ground/json.ts';
import type { Obstacle } from './plan.ts';
import type { Step } from './runbook.ts';

/** A step with its parameters filled in and its conditions judged, before its targets are looked at. */
export interface Outline {
  readonly step: Step;
  readonly agent: string | null;
  readonly params: Readonly<Record<string, Json>>;
  readonly args: Readonly<Record<string, Json>>;
  readonly skipped: string | null;
  readonly blocked: Obstacle | null;
  readonly condition: string | null;
  /** Null: it acts on nothing. */
  readonly wish: Desired | null;
  /** What enforces it, in order; empty where nothing is to be looked at. */
  readonly controls: readonly Slot[];
}

/** What may fail without consequence is left out where it cannot be done. */
export const orSkipped = (
  { onFail }: Pick<Step, 'onFail'>,
  { skipped, blocked }: Pick<Outline, 'skipped' | 'blocked'>,
): Pick<Outline, 'skipped' | 'blocked'> =>
  blocked !== null && onFail === 'continue' ? { skipped: blocked.why, blocked: null } : { skipped, blocked };
