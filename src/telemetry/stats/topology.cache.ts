import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import type { AgentEdge } from '../traces/topology.ts';
import { figuresOf } from './figures.ts';
import { noWord } from './filter.cache.ts';
import { readPairs } from './pairs.cache.ts';

/** Who called whom in a window, from rollups. @param sumsOnly leave latencies out: sums alone are read faster */
export const readEdges = (cache: Cache, window: Range, { sumsOnly = false } = {}): readonly AgentEdge[] =>
  readPairs(cache, { window, by: 'caller', filter: {}, sumsOnly }).map(({ agent, key, cell }): AgentEdge => {
    const { requests, errors, costNanos, latencyP95Us } = figuresOf(cell, null);
    return { caller: key === noWord ? null : key, agent, requests, errors: errors ?? 0, costNanos, latencyP95Us };
  });
