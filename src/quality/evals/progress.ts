import type { RunSums } from './tallies.journal.ts';
import type { Trial } from './trial.ts';

/** How far a run is. */
export interface RunProgress {
  readonly done: number;
  /** Trials that are planned now; grows where repeats are added. */
  readonly total: number;
  readonly passes: number;
  readonly fails: number;
  readonly errors: number;
  /** Nano-dollars so far, judges included, as far as they are known. */
  readonly costNanos: number;
  /** What is left at the pace so far, ms; null: nothing has ended yet. */
  readonly leftMs: number | null;
}

/** Counts trials as they end. @param before what was settled in an earlier sitting @param now monotonic ms */
export const startProgress = (total: number, before: RunSums, now: () => number) => {
  const startedAt = now();
  const settled = before.total - before.errors;
  let state: RunProgress = {
    done: settled,
    total,
    passes: before.passes,
    fails: before.fails,
    errors: 0,
    costNanos: before.agentNanos + before.judgeNanos,
    leftMs: null,
  };
  return {
    expect(trials: number) {
      state = { ...state, total: state.total + trials };
    },
    add({ status, costNanos, judgeNanos }: Pick<Trial, 'status' | 'costNanos' | 'judgeNanos'>): RunProgress {
      const done = state.done + 1;
      state = {
        done,
        total: state.total,
        passes: state.passes + (status === 'pass' ? 1 : 0),
        fails: state.fails + (status === 'fail' ? 1 : 0),
        errors: state.errors + (status === 'error' ? 1 : 0),
        costNanos: state.costNanos + (costNanos ?? 0) + (judgeNanos ?? 0),
        leftMs: ((now() - startedAt) / (done - settled)) * Math.max(0, state.total - done),
      };
      return state;
    },
  };
};
