import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import { addRun, newRunCell, type RunCell } from './cell.ts';
import { readRuns } from './cells.cache.ts';
import type { Counted } from './figures.ts';
import { type Filter, isOneOf, numberFilter } from './filter.cache.ts';
import { facetGrains } from './rollup.ts';
import { addSums, labeller, mergeSketches, planOf, runKey } from './rollups.cache.ts';
import { shownSums, sumRunCells, untimed } from './sums.cache.ts';

/** The requests of one agent that share one more fact. */
export interface Pair {
  readonly agent: string;
  readonly key: string;
  readonly cell: Counted;
}

export interface PairQuery {
  readonly window: Range;
  /** Who called the agent, or how the request failed. */
  readonly by: 'caller' | 'error';
  readonly filter: Pick<Filter, 'agent'>;
  /** Leave quantiles out. */
  readonly sumsOnly: boolean;
}

/** The cells of a window by agent and one more fact, in one reading whatever the number of agents. */
export const readPairs = (cache: Cache, { window, by, filter, sumsOnly }: PairQuery): readonly Pair[] => {
  const { agent } = numberFilter(cache, filter);
  const where = agent === null ? '1' : isOneOf('r.agent', agent);
  const plan = planOf(cache, { window }, facetGrains[by]);
  const cells = new Map<number, Map<number, RunCell>>();
  const cellOf = (agent: number, key: number): RunCell => {
    const ofAgent = cells.get(agent) ?? new Map<number, RunCell>();
    cells.set(agent, ofAgent);
    const cell = ofAgent.get(key) ?? newRunCell(by);
    ofAgent.set(key, cell);
    return cell;
  };
  for (const buckets of plan.buckets) {
    const query = { buckets, group: 'key', perAgent: true, perBucket: false, where, timed: sumsOnly ? untimed : '1' } as const;
    for (const { group, agent, values, duration, ttft } of sumRunCells(cache, by, query)) {
      const cell = cellOf(agent, group);
      addSums(cell, shownSums, values);
      cell.steps_max = Math.max(cell.steps_max, values[shownSums.length] ?? 0);
      mergeSketches(cell, duration, ttft);
    }
  }
  for (const range of plan.rest) for (const run of readRuns(cache, range, where)) addRun(cellOf(run.agent, runKey(by, run)), run, by);
  const [agentWord, keyWord] = [labeller(cache, 'agent'), labeller(cache, by)];
  return [...cells].flatMap(([agent, ofAgent]) =>
    [...ofAgent].map(([key, cell]) => ({ agent: agentWord(agent), key: keyWord(key), cell })),
  );
};
