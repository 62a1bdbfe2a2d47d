import type { Draws } from './advice-scenarios.mjs';

export interface Labelled {
  /** Equal for prompts that ask the same. */
  readonly id: number;
  readonly text: string;
}

export const repeatShare: number;
export const labelledPrompts: (random: Draws, count: number) => readonly Labelled[];
export const foundBy: <Prompt extends { readonly id: number }>(
  prompts: readonly Prompt[],
  isSame: (a: Prompt, b: Prompt) => boolean,
) => { readonly share: number; readonly precision: number };
