import type { Check } from '../../fleet/agent.ts';
import type { CheckResult } from './result.ts';

/** How a check stands. `failing`: failed, but not often enough to be `down`. `stale`: its last result is too old to mean anything. */
export type Standing = 'up' | 'degraded' | 'failing' | 'down' | 'error' | 'skipped' | 'stale' | 'never';

export interface CheckState {
  readonly standing: Standing;
  /** Changes between pass and fail come so often that neither means much. */
  readonly flapping: boolean;
}

/** How many of the latest results flapping is judged by, and how many changes among them make it. */
export const flapWindow = 10;
const flapChanges = 4;

/**
 * Folds the latest results of a check into how it stands.
 * @param newestFirst at least as many as `fail_after`, `recover_after` and the flap window ask for, where there are as many
 * @param mode `run`: the newest result alone decides, as a person or CI asked for it; `slots`: scheduled slots, with `fail_after` and `recover_after`
 */
export const foldResults = (
  check: Check,
  newestFirst: readonly CheckResult[],
  mode: 'run' | 'slots',
  now: number,
  freshMs: number,
): CheckState => {
  const counted = mode === 'run' ? newestFirst : newestFirst.filter((result) => result.slotAt !== null);
  const flapping = isFlapping(counted);
  const [newest] = counted;
  if (newest === undefined) return { standing: 'never', flapping };
  if (mode === 'run') return { standing: standingOf(newest), flapping };
  if (now - newest.endedAt > freshMs) return { standing: 'stale', flapping };
  const down = isDown(check, counted);
  if (isBad(newest)) return { standing: down ? 'down' : 'failing', flapping };
  const standing = standingOf(newest);
  // A check that has not passed often enough since is still down: one good slot does not end an outage.
  return { standing: down && (standing === 'up' || standing === 'degraded') ? 'down' : standing, flapping };
};

const standingOf = ({ status }: CheckResult): Standing =>
  (({ pass: 'up', degraded: 'degraded', fail: 'down', error: 'error', skipped: 'skipped' }) as const)[status];

const isGood = ({ status }: CheckResult): boolean => status === 'pass' || status === 'degraded';

/** Being turned away slot after slot is a failure too, though one such answer says nothing of the agent. */
const isBad = ({ status, outcome }: CheckResult): boolean => status === 'fail' || (status === 'error' && outcome === 'rate_limited');

/** Whether the run of bad slots before now has reached `fail_after`, and has not been ended by `recover_after` good ones. */
const isDown = (check: Check, newestFirst: readonly CheckResult[]): boolean => {
  let down = false;
  let bad = 0;
  let good = 0;
  for (const result of [...newestFirst].reverse()) {
    if (isBad(result)) {
      bad += 1;
      good = 0;
      if (bad >= check.failAfter) down = true;
    } else if (isGood(result)) {
      good += 1;
      bad = 0;
      if (good >= check.recoverAfter) down = false;
    }
  }
  return down;
};

const isFlapping = (newestFirst: readonly CheckResult[]): boolean => {
  const judged = newestFirst.filter((result) => isGood(result) || isBad(result)).slice(0, flapWindow);
  return judged.slice(1).filter((result, index) => isGood(result) !== isGood(judged[index] ?? result)).length >= flapChanges;
};
