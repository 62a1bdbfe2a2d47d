import type { Grade } from './port.ts';

/**
 * A grade. The message states a fact that was found ("the answer contains …"), not a wish, so that it stays true when `not-` turns the verdict.
 */
export const judged = (passes: boolean, saw: string, message: string): Grade => ({
  verdict: passes ? 'pass' : 'fail',
  score: passes ? 1 : 0,
  saw,
  message,
});

/** What the assertion needs is not told by the agent. `if_unknown` decides later whether that is skipped or fails. */
export const unknown = (message: string): Grade => ({ verdict: 'skipped', score: 0, saw: 'unknown', message });

/** It could not be judged, for a reason that is not the agent's. */
export const unjudged = (message: string): Grade => ({ verdict: 'error', score: 0, saw: '', message });
