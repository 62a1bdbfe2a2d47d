import { whyNoDepth } from '../../controls/queues/facts.ts';
import type { QueueFacts } from '../../controls/queues/port.ts';
import type { ScaleAct } from './scale-rule.ts';

/** How many workers an agent has, and who says so. */
export interface WorkerCount {
  /** Null: nobody knows. */
  readonly count: number | null;
  /** `control`: as many as it was set to; `asked`: as a scaler outside was told and has not followed yet; `queue`: as the queue sees them. */
  readonly by: 'control' | 'asked' | 'queue';
  /** What kept the control from being looked at; null: nothing. Untrusted, masked. */
  readonly problem: string | null;
}

/** What a control says of the number of workers. */
export type Replicas = { readonly count: number } | { readonly problem: string };

/** Until workers that were asked for are there, ms: before that the queue sees fewer. */
const settleMs = 600_000;

/**
 * The control knows best; where it cannot be looked at, nobody guesses. A number that a scaler outside was told counts until it had time to
 * follow, unless all workers were taken away; without a control that is to say: until the queue sees them.
 * @param replicas null: there is no control, or it cannot tell
 * @param consumers so many of the queue's consumers are one worker
 * @param told what a scaler outside was told last
 */
export const workersOf = (
  { workers }: Pick<QueueFacts, 'workers'>,
  replicas: Replicas | null,
  consumers: number,
  told: ScaleAct | null,
  now: number,
): WorkerCount => {
  if (replicas !== null && 'problem' in replicas) return { count: null, by: 'control', problem: replicas.problem };
  if (replicas?.count === 0) return { count: 0, by: 'control', problem: null };
  const seen = replicas?.count ?? (workers === null ? null : Math.ceil(workers / consumers));
  if (told !== null && (seen === null || now - told.at < settleMs)) return { count: told.to, by: 'asked', problem: null };
  return { count: seen, by: replicas === null ? 'queue' : 'control', problem: null };
};

/** Why nothing can be decided; null: the figures that it takes are there. */
export const whyUnknown = (facts: QueueFacts, { count, problem }: WorkerCount): string | null =>
  whyNoDepth(facts) ?? (count === null ? (problem ?? facts.unknown.workers ?? null) : null);
