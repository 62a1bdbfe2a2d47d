import type { Budget } from '../../fleet/agent.ts';
import type { Cap } from './incident.ts';

/** What one request has come to so far. */
export interface RequestSums {
  readonly steps: number;
  /** Input and output. */
  readonly tokens: number;
  /** Nano-dollars, as far as prices are known. */
  readonly costNanos: number;
}

export interface Crossing {
  readonly cap: Cap;
  readonly value: number;
  readonly limit: number;
}

/** The cap that a request went over, steps before tokens before dollars: a loop is told as one; null: none. */
export const crossingOf = (budget: Budget, { steps, tokens, costNanos }: RequestSums): Crossing | null => {
  const caps: readonly { readonly cap: Cap; readonly value: number; readonly limit: number | null }[] = [
    { cap: 'steps_per_request', value: steps, limit: budget.stepsPerRequest },
    { cap: 'tokens_per_request', value: tokens, limit: budget.tokensPerRequest },
    { cap: 'per_request', value: costNanos, limit: budget.perRequestNanos },
  ];
  for (const { cap, value, limit } of caps) if (limit !== null && value > limit) return { cap, value, limit };
  return null;
};

/** Whether there is anything to look for. */
export const hasCaps = ({ stepsPerRequest, tokensPerRequest, perRequestNanos }: Budget): boolean =>
  stepsPerRequest !== null || tokensPerRequest !== null || perRequestNanos !== null;
