import type { Action, Change, Effect, Observed, Touched } from '../port.ts';

/** One thing of a proxy that an action changes: the limits of a key, its block, a chain, what is in flight. */
export interface Aspect {
  readonly stopsInFlight: boolean;
  /** Why it cannot be undone; null where it can. */
  readonly lasting: string | null;
  healthy(action: Action): Touched;
  read(action: Action, signal: AbortSignal): Promise<Observed>;
  /** Pure: the touched fields as they are wanted. Throws a usage error where the wish makes no sense. */
  wish(action: Action, params: Touched, now: Touched): Touched;
  set(change: Change, signal: AbortSignal): Promise<Effect>;
  /** False: the fields are as wanted, and still it does not show; left out where only the fields tell. */
  shows?(change: Change, signal: AbortSignal): Promise<boolean>;
}
