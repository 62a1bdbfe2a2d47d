import type { Check } from '../../fleet/agent.ts';
import { freshUntil } from './due.ts';
import type { PastResult } from './result.ts';

/**
 * How a check stands. `failing`: failed, but not often enough to be `down`. `recovering`: passes again, but not often enough to be up.
 * `stale`: its last result is too old to mean anything.
 */
export type Standing = 'up' | 'degraded' | 'failing' | 'down' | 'recovering' | 'error' | 'skipped' | 'stale' | 'never';

export interface CheckState {
  readonly standing: Standing;
  /** The result that says so; null for `never`. */
  readonly evidence: PastResult | null;
  /** Changes between pass and fail come so often that neither means much. */
  readonly flapping: boolean;
}

/** `run`: what was just run decides, as a person or CI asked for it. `slots`: scheduled slots, with `fail_after` and `recover_after`. */
export type Mode = 'run' | 'slots';

/** How many of the latest results flapping is judged by, and how many changes among them make it. */
const flapWindow = 10;
const flapChanges = 4;
const dayMs = 86_400_000;

/** How many of the latest results `foldResults` wants to see: twice what it counts, since some of them say nothing. */
export const foldDepth = ({ failAfter, recoverAfter }: Check): number => 2 * Math.max(flapWindow, failAfter + recoverAfter);

/** Folds the latest results of a check into how it stands. A slot that was skipped says nothing while an earlier one is fresh. */
export const foldResults = (check: Check, newestFirst: readonly PastResult[], mode: Mode, now: number): CheckState => {
  const counted = mode === 'run' ? newestFirst : newestFirst.filter(({ slotAt }) => slotAt !== null);
  const flapping = isFlapping(mode === 'run' ? counted.filter(({ endedAt }) => now - endedAt <= dayMs) : counted);
  return { ...standingOf(check, counted, mode, now), flapping };
};

const standingOf = (check: Check, newestFirst: readonly PastResult[], mode: Mode, now: number): Omit<CheckState, 'flapping'> => {
  const isFresh = ({ endedAt }: PastResult) => now <= freshUntil(check, endedAt);
  const [newest] = newestFirst;
  if (newest === undefined) return { standing: 'never', evidence: null };
  // A run that skipped a check has seen nothing: what somebody saw earlier is no answer to who asks now.
  if (mode === 'run') return { standing: isFresh(newest) ? plainly[newest.status] : 'stale', evidence: newest };
  const told = newestFirst.find(({ status }) => status !== 'skipped');
  if (told === undefined || !isFresh(told)) return { standing: newest.status === 'skipped' ? 'skipped' : 'stale', evidence: newest };
  // What failed while it was being worked on begins no outage that would outlast the work.
  const judged = newestFirst.filter((result) => isGood(result) || (isBad(result) && !result.inMaintenance));
  const lastBad = outageOf(check, judged);
  const [latest] = judged;
  // An outage ends by passing often enough: neither the first good slot ends it, nor one in which the checker could not see.
  if (lastBad !== null && latest !== undefined && isFresh(latest)) {
    return { standing: isBad(latest) ? 'down' : 'recovering', evidence: lastBad };
  }
  return { standing: told.status === 'fail' ? 'failing' : plainly[told.status], evidence: told };
};

const plainly = { pass: 'up', degraded: 'degraded', fail: 'down', error: 'error', skipped: 'skipped' } as const;

const isGood = ({ status }: PastResult): boolean => status === 'pass' || status === 'degraded';

/** Being turned away slot after slot is a failure too, though one such answer says nothing of the agent. */
const isBad = ({ status, outcome }: PastResult): boolean => status === 'fail' || (status === 'error' && outcome === 'rate_limited');

/** The last bad result of an outage that is still on: `fail_after` bad ones in a row began it, `recover_after` good ones end it. */
const outageOf = (check: Check, judgedNewestFirst: readonly PastResult[]): PastResult | null => {
  let outage: PastResult | null = null;
  let bad = 0;
  let good = 0;
  for (const result of judgedNewestFirst.toReversed()) {
    bad = isBad(result) ? bad + 1 : 0;
    good = isBad(result) ? 0 : good + 1;
    if (bad >= check.failAfter || (bad > 0 && outage !== null)) outage = result;
    else if (good >= check.recoverAfter) outage = null;
  }
  return outage;
};

const isFlapping = (newestFirst: readonly PastResult[]): boolean => {
  const judged = newestFirst.filter((result) => isGood(result) || isBad(result)).slice(0, flapWindow);
  return judged.slice(1).filter((result, index) => isGood(result) !== isGood(judged[index] ?? result)).length >= flapChanges;
};
