import type { ReportedAgent } from './report.ts';

const ranks = ['red', 'unknown', 'yellow', 'green'] as const;

/** Who most needs a look first: by state, by how critical it is, by what it cost. What no agent claims comes last. */
export const byConcern = (a: ReportedAgent, b: ReportedAgent): number =>
  rankOf(a) - rankOf(b) ||
  (a.standing?.tier ?? 0) - (b.standing?.tier ?? 0) ||
  (b.figures.costNanos ?? 0) - (a.figures.costNanos ?? 0) ||
  b.figures.requests - a.figures.requests ||
  (a.name < b.name ? -1 : 1);

/** One that is excused, by a parent or by maintenance, comes after those of its state. */
const rankOf = ({ standing }: ReportedAgent): number => {
  if (standing === null) return 2 * ranks.length;
  const isExcused = standing.suppressedBy !== null || standing.inMaintenance;
  return 2 * ranks.indexOf(standing.state) + Number(isExcused);
};
