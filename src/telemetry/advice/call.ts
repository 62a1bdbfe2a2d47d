import type { Range } from '../../ground/units/window.ts';
import type { ModelName } from './pricing.ts';

/** One model call, as advice looks at it. Words are numbers of the cache's dictionary, 0 where there is none. */
export interface Call {
  readonly trace: number;
  readonly run: number;
  readonly task: number;
  readonly user: number;
  readonly model: number;
  /** UTC epoch microseconds. */
  readonly startUs: number;
  /** Tokens; cached ones are in the input. */
  readonly input: number;
  readonly output: number;
  readonly cachedRead: number;
  readonly cachedWrite: number;
  readonly cachedWrite1h: number;
  readonly costNanos: number;
  readonly isError: boolean;
  /** Model calls of the request that it belongs to. */
  readonly callsOfRequest: number;
  /** The mean grade of that request, 0 to 1; null: nobody graded it. */
  readonly quality: number | null;
  /** Equal for prompts that ask the same; null: the prompt was not sent. */
  readonly key: number | null;
  /** Which instructions the prompt begins with, and how many of its tokens they are about; null: they are not known. */
  readonly prefix: { readonly hash: number; readonly tokens: number } | null;
  /** By which prompts that are alike are found; null as `key`. */
  readonly minHash: Int32Array | null;
}

/** One UTC day of an agent. */
export interface Day {
  readonly startUs: number;
  /** Nano-dollars of all its model calls, whether they were looked at one by one or not. */
  readonly costNanos: number;
}

/** Calls without a gap between them: all those of a time, or all those of some prompts. In order of time. */
export interface Stretch {
  readonly range: Range;
  readonly calls: readonly Call[];
}

/** What is known of one agent's model calls in a window. */
export interface Evidence {
  readonly agent: string;
  /** In order, from its first day to the last; days without a call are there. */
  readonly days: readonly Day[];
  /** The window in days, from its first call on: what figures are scaled to 30 days by. */
  readonly span: number;
  /** Whole times: the window as one, or a part of each day where there are too many calls to look at each. */
  readonly stretches: readonly Stretch[];
  /** The whole window: all calls, or those of every prompt out of a sample of prompts. */
  readonly prompts: Stretch;
  /** Share of the calls with a known cost, 0 to 1. */
  readonly priced: number;
  /** What the manifest says of it. */
  readonly tags: readonly string[];
  word(number: number): string | null;
  model(number: number): ModelName | null;
}

/** More tasks than anybody acts on; the others cost less. */
const mostTasks = 12;

/** The tasks of calls, the dearest first. */
export const tasksOf = (calls: readonly Call[]): readonly number[] => {
  const costs = new Map<number, number>();
  for (const { task, costNanos } of calls) costs.set(task, (costs.get(task) ?? 0) + costNanos);
  const ranked = [...costs].sort(([taskA, a], [taskB, b]) => b - a || taskA - taskB);
  return ranked.slice(0, mostTasks).map(([task]) => task);
};

/** All calls that were looked at. */
export const callsOf = ({ stretches }: Evidence): readonly Call[] => stretches.flatMap(({ calls }) => calls);
