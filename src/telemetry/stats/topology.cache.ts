import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import type { AgentEdge } from '../traces/topology.ts';
import { figuresOf } from './figures.ts';
import { noWord } from './filter.cache.ts';
import { readGroups } from './rollups.cache.ts';

/** Who called whom in a window, from rollups: one reading for each agent that calls. */
export const readEdges = (cache: Cache, window: Range): readonly AgentEdge[] => {
  const callers = readGroups(cache, { window, by: 'caller', sumsOnly: true }).groups.map(({ key }) => key);
  return callers.flatMap((caller) =>
    readGroups(cache, { window, by: 'agent', filter: { caller } }).groups.map(({ key, cell }): AgentEdge => {
      const { requests, errors, costNanos, latencyP95Us } = figuresOf(cell, null);
      return { caller: caller === noWord ? null : caller, agent: key, requests, errors: errors ?? 0, costNanos, latencyP95Us };
    }),
  );
};
