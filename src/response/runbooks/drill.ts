import type { Ended } from './expire-mitigations.ts';
import type { RunResult } from './run.ts';

/** How a drill went. */
export interface Drill {
  readonly result: RunResult;
  /** False: nothing was made to go wrong, so that there was nothing to detect. */
  readonly isDemo: boolean;
  /** From when it began to go wrong until an incident was open, ms; null: there was nothing to detect. */
  readonly detectMs: number | null;
  /** What was taken back in the end, in that order. */
  readonly restored: readonly Restored[];
  /** The state of the agents by their checks afterwards, the worst; null: they have none that could be asked. */
  readonly state: string | null;
  /** So long containment may take, ms. */
  readonly withinMs: number;
}

export interface Restored {
  readonly step: string;
  readonly target: string;
  readonly result: Ended['result'];
  /** Untrusted. */
  readonly evidence: string;
}

/** What a drill has shown to be missing, a sentence each; empty: the night may come. */
export const missesOf = ({ result, isDemo, restored, state, withinMs }: Drill): readonly string[] => [
  ...(result.status === 'done' ? [] : [`the run ended ${result.status}: ${result.why}`]),
  ...(result.containMs === null && result.status === 'done' ? ['nothing was contained: it changed nothing'] : []),
  ...(result.containMs !== null && result.containMs > withinMs
    ? [`it took ${Math.round(result.containMs / 1000)} s to contain, and may take ${Math.round(withinMs / 1000)} s`]
    : []),
  ...(isDemo && result.status === 'done' && result.quietMs === null ? ['what was under way went on: nothing in it ends that'] : []),
  ...restored.filter((each) => each.result !== 'reverted').map(({ target, evidence }) => `${target} was not put back: ${evidence}`),
  ...(state === null || state === 'green' ? [] : [`the agent is ${state} afterwards`]),
];
