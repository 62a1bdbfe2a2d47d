import type { ModelName } from './pricing.ts';
import type { Finding } from './saving.ts';

/** What has to change, from which the exact next step is written. */
export type Step =
  | { readonly kind: 'response-cache' }
  | {
      readonly kind: 'routing';
      readonly from: ModelName | null;
      readonly to: ModelName;
      readonly mostInput: number;
      readonly mostOutput: number;
    }
  | { readonly kind: 'prompt-cache'; readonly model: ModelName; readonly isAutomatic: boolean; readonly hourly: boolean }
  | { readonly kind: 'batching' }
  | { readonly kind: 'distillation' }
  | { readonly kind: 'budget'; readonly perRequestNanos: number };

/** A finding as a strategy makes it: traces by their number in the cache, and the step still to be put into words. */
export interface Draft extends Omit<Finding, 'strategy' | 'exemplars' | 'next'> {
  readonly step: Step;
  readonly traces: readonly number[];
}

/** Why a strategy says nothing of an agent: what is missing, a sentence without its end. */
export interface Lack {
  /** Null: none of them has anything to say. */
  readonly strategy: Step['kind'] | null;
  readonly missing: string;
}

/** What a strategy has to say of an agent. */
export interface Advice {
  readonly drafts: readonly Draft[];
  readonly lacks: readonly Lack[];
}

/** The most traces that a finding names. */
export const mostExemplars = 3;
