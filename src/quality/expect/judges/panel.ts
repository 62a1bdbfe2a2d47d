/** One vote of a panel. */
export interface Vote {
  readonly judge: string;
  readonly pass: boolean;
  /** 0 to 1. */
  readonly score: number;
  readonly reason: string;
}

/** What a panel decided; `split`: no side has more than half of its seats, so that nothing is decided. */
export type Decision =
  | { readonly verdict: 'pass' | 'fail'; readonly score: number; readonly reason: string; readonly votes: number }
  | { readonly verdict: 'split'; readonly passes: number; readonly fails: number };

/**
 * The side that more than half of the seats voted for, with the mean score of that side. The order of the votes does not matter.
 * @param seats all votes that were wanted, those that nobody gave included
 */
export const majority = (votes: readonly Vote[], seats: number): Decision => {
  const passes = votes.filter(({ pass }) => pass);
  const fails = votes.filter(({ pass }) => !pass);
  const [most, verdict] = passes.length > fails.length ? ([passes, 'pass'] as const) : ([fails, 'fail'] as const);
  if (most.length * 2 <= seats) return { verdict: 'split', passes: passes.length, fails: fails.length };
  const inOrder = most.toSorted((a, b) => a.score - b.score || compare(a.judge, b.judge) || compare(a.reason, b.reason));
  const score = inOrder.reduce((sum, vote) => sum + vote.score, 0) / inOrder.length;
  // The middle one speaks for all: neither the mildest nor the hardest.
  const speaker = inOrder[Math.floor((inOrder.length - 1) / 2)];
  return { verdict, score: Math.min(1, Math.max(0, score)), reason: speaker?.reason ?? '', votes: most.length };
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
