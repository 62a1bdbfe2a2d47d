import type { Evidence } from '../../src/telemetry/advice/call.ts';
import type { drawDays } from '../../src/telemetry/advice/estimate.ts';
import type { PriceOf } from '../../src/telemetry/advice/pricing.ts';
import type { Grade } from '../../src/telemetry/advice/saving.ts';
import type { adviseBatching } from '../../src/telemetry/advice/strategies/batching.ts';
import type { adviseBudget, requestLimit } from '../../src/telemetry/advice/strategies/budgets.ts';
import type { advisePromptCache } from '../../src/telemetry/advice/strategies/prompt-cache.ts';
import type { adviseResponseCache } from '../../src/telemetry/advice/strategies/response-cache.ts';
import type { adviseRouting } from '../../src/telemetry/advice/strategies/routing.ts';

export interface Draws {
  readonly next: () => number;
  readonly pick: <Item>(list: readonly Item[]) => Item;
}

export interface Program {
  readonly addTo: (sketch: Map<number, number>, value: number) => void;
  readonly drawDays: typeof drawDays;
  readonly adviseBatching: typeof adviseBatching;
  readonly adviseBudget: typeof adviseBudget;
  readonly requestLimit: typeof requestLimit;
  readonly advisePromptCache: typeof advisePromptCache;
  readonly adviseResponseCache: typeof adviseResponseCache;
  readonly adviseRouting: typeof adviseRouting;
}

export interface Measured {
  readonly name: string;
  /** Of the agents that it is about. */
  readonly count: number;
  readonly grade: Grade | null;
  /** Share of the ranges that hold the truth. */
  readonly held: number;
  /** Of the middle; a median. */
  readonly halfWidth: number;
  readonly bias: number;
}

export const seeded: (seed: number) => Draws;
export const price: PriceOf;
export const repeating: (seed: number) => { readonly evidence: Evidence; readonly truth: number };
export const routable: (seed: number, graded?: boolean) => { readonly evidence: Evidence; readonly truth: number };
export const measureEstimates: (program: Program, seeds: readonly number[]) => readonly Measured[];
