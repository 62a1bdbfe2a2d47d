import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Range } from '../../ground/units/window.ts';
import { compareSamples, type MetricComparison } from './comparison.ts';
import { readSynced } from './figures.cache.ts';
import type { Filter } from './filter.cache.ts';
import { readSamples } from './samples.cache.ts';

/** One of the two that are compared. */
export interface Side {
  /** As it was asked for. */
  readonly label: string;
  readonly window: Range;
  readonly filter: Filter;
}

export interface ComparedSide extends Side {
  readonly n: number;
  readonly errors: number;
}

/** The answer of `agentops compare`. */
export interface Comparison {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly syncedUs: number | null;
  /** What is counted: calls where models, providers or tools are compared. */
  readonly unit: 'request' | 'call';
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  readonly metrics: readonly MetricComparison[];
}

/** Reads both sides request by request and compares them. */
export const collectComparison = async (ctx: Context, fleet: Fleet, a: Side, b: Side): Promise<Comparison> => {
  const cache = await ctx.cache();
  const [ofA, ofB] = [readSamples(cache, a.window, a.filter), readSamples(cache, b.window, b.filter)];
  const isCalls = ({ filter }: Side) => filter.model !== undefined || filter.provider !== undefined || filter.tool !== undefined;
  return {
    fleet: fleet.name,
    generatedAt: ctx.clock.now(),
    syncedUs: readSynced(cache),
    unit: isCalls(a) && isCalls(b) ? 'call' : 'request',
    a: { ...a, n: ofA.n, errors: ofA.errors },
    b: { ...b, n: ofB.n, errors: ofB.errors },
    metrics: compareSamples(ofA, ofB, ctx.random),
  };
};
