import { mergeInto, type Sketch } from '../../ground/math/sketch.ts';
import type { Cache } from '../../ground/store/port.ts';
import { type Range, widthUs } from '../../ground/units/window.ts';
import { facets } from '../stats/rollup.ts';
import { grainCodes } from '../traces/codes.ts';

/** What the requests of one agent cost on one UTC day, our own probes left out. */
export interface CostDay {
  readonly agent: number;
  readonly day: number;
  readonly requests: number;
  readonly costNanos: number;
  /** Nano-dollars of each request with a known cost. */
  readonly costs: Sketch;
}

const isOf = (agents: readonly number[]): string => `agent IN (${agents.map((agent) => Math.trunc(agent)).join(', ')})`;
const daysOf = ({ fromUs, toUs }: Range): readonly [number, number] => [Math.floor(fromUs / widthUs.day), Math.ceil(toUs / widthUs.day)];

/** From the rollups: requests by agent and day, in order of days. */
export function* readCostDays(cache: Cache, window: Range, agents: readonly number[]): Iterable<CostDay> {
  const rows = cache.rows<readonly [agent: number, day: number, requests: number, costNanos: number, costs: Uint8Array]>(
    `SELECT agent, bucket, n, cost_nanos, h_cost FROM run_roll
     WHERE grain = ${grainCodes.day} AND facet = ${facets.agent} AND bucket >= ? AND bucket < ? AND ${isOf(agents)} ORDER BY bucket`,
    ...daysOf(window),
  );
  for (const [agent, day, requests, costNanos, bytes] of rows) {
    const costs: Sketch = new Map();
    mergeInto(costs, bytes);
    yield { agent, day, requests, costNanos, costs };
  }
}

/** Requests of each agent by task. */
export const readTaskCounts = (
  cache: Cache,
  window: Range,
  agents: readonly number[],
): readonly { readonly agent: number; readonly task: number; readonly requests: number }[] =>
  cache.all(
    `SELECT agent, key AS task, SUM(n) AS requests FROM run_roll
     WHERE grain = ${grainCodes.day} AND facet = ${facets.task} AND bucket >= ? AND bucket < ? AND ${isOf(agents)} GROUP BY 1, 2`,
    ...daysOf(window),
  );

/** A request that cost more than the limit it is held against. */
export interface DearRequest {
  readonly agent: number;
  readonly trace: number;
  readonly task: number;
  readonly startUs: number;
  readonly costNanos: number;
  readonly steps: number;
  readonly isError: boolean;
}

/** The requests of a window beyond the limit of their agent, nano-dollars; our own probes left out. */
export const readRequestsBeyond = (cache: Cache, { fromUs, toUs }: Range, limits: ReadonlyMap<number, number>): readonly DearRequest[] => {
  if (limits.size === 0) return [];
  const beyond = [...limits].map(([agent, nanos]) => `(${Math.trunc(agent)}, ${Math.trunc(nanos)})`).join(', ');
  const rows = cache.rows<
    readonly [agent: number, trace: number, task: number, startUs: number, costNanos: number, steps: number, isError: number]
  >(
    `WITH limits (agent, nanos) AS MATERIALIZED (VALUES ${beyond})
     SELECT r.agent, r.trace_no, r.task, r.start_us, r.cost_nanos, r.steps, r.is_error FROM run r NOT INDEXED CROSS JOIN limits l ON l.agent = r.agent
     WHERE r.start_us >= ? AND r.start_us < ? AND r.cost_nanos > ? AND r.cost_nanos > l.nanos AND r.synthetic = 0`,
    ...[fromUs, toUs, Math.min(...limits.values())],
  );
  const found: DearRequest[] = [];
  for (const [agent, trace, task, startUs, costNanos, steps, isError] of rows)
    found.push({ agent, trace, task, startUs, costNanos, steps, isError: isError === 1 });
  return found;
};
