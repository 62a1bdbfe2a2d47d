import type { ApiTrouble } from '../../../clients/api-trouble.ts';
import { effectOfTrouble } from '../effect.ts';
import type { Action, Capabilities, Change, Desired, Effect, Touched } from '../port.ts';

/** What a lever sees of its target. */
export interface Sight {
  readonly touched: Touched;
  /** As of `Observed`. */
  readonly keepsRunning: string | null;
}

/** What its user must be allowed to do. */
export interface Need {
  readonly verb: 'create' | 'update' | 'delete';
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
}

/** One way to act on a resource of a cluster; a control has one for each of its actions. */
export interface Lever extends Pick<Capabilities, 'actions' | 'stopsInFlight' | 'effectMs'> {
  readonly needs: readonly Need[];
  healthy(action: Action): Touched;
  /** Pure: the fields as they are wanted. Throws OpsError `usage` where the wish makes no sense. */
  wish(want: Desired, now: Touched): Touched;
  /** Null: there is no such resource. Throws OpsError `unable` where the cluster cannot be asked. */
  look(action: Action, signal: AbortSignal): Promise<Sight | null>;
  /** Makes `to` of `from`, and of nothing else. Throws as `look` does, before anything was sent that changes something. */
  pull(change: Change, signal: AbortSignal): Promise<Effect>;
  arrived(change: Change, signal: AbortSignal): Promise<'seen' | 'not-yet' | 'contradicted'>;
}

/**
 * What a write came to. It carries the resource version that was read just before, so that a conflict (409) only says that something of
 * the object moved in between, if only its status: nothing happened, and the next attempt compares anew.
 */
export const effectOfWrite = (trouble: ApiTrouble): Effect => {
  const effect = effectOfTrouble(trouble);
  return trouble.status === 409 ? { ...effect, result: 'rejected', retry: true } : effect;
};
