import { type Mitigation, serves } from '../../controls/actions/mitigation.ts';
import type { Journal } from '../../ground/store/port.ts';
import { stepsOf } from './plan.ts';
import { findRuns, type KnownRun, readEvents } from './runs.journal.ts';
import { foldRun, type RunState, stepState } from './step-state.ts';
import { wishOf } from './wish.ts';

/** More runs than that since a mitigation began are not looked through. */
const mostRuns = 10_000;

/**
 * The other runs, newest first, that found a target as they wanted it because of a mitigation, and count on it still: none that was taken
 * back, and none whose own time is over. Theirs is no mitigation of their own, so that nothing else keeps the target as it is.
 */
export const reliantRuns = async (journal: Journal, mitigation: Mitigation): Promise<readonly string[]> => {
  const now = await journal.now();
  const found: string[] = [];
  for (const { head, status } of await findRuns(journal, { since: mitigation.appliedAt, open: false }, mostRuns)) {
    if (head.id === mitigation.run || status === 'undone' || head.cause.kind === 'drill') continue;
    const wishes = settledOn(head, mitigation);
    if (wishes.length === 0) continue;
    const state = foldRun(await readEvents(journal, head.id, 0));
    if (wishes.some((planned) => countsStill(planned, state, now))) found.push(head.id);
  }
  return found;
};

const settledOn = ({ plan }: KnownRun['head'], mitigation: Mitigation) =>
  stepsOf(plan).filter(({ isSettled, step, args, params, agent, control }) => {
    if (!isSettled || control === null) return false;
    const wish = wishOf(step, args, params);
    return wish !== null && serves(mitigation, wish.action, { agent: agent ?? '', control });
  });

const countsStill = ({ id, step: { ttlMs } }: ReturnType<typeof settledOn>[number], state: RunState, now: number): boolean => {
  const { skipped, changedAt } = stepState(state, id);
  return skipped !== null && (ttlMs === null || (changedAt ?? 0) + ttlMs > now);
};
