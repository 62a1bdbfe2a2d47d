import type { Range } from '../../ground/units/window.ts';
import type { Saving } from './saving.ts';

/** The most that one request of an agent may cost, as its past suggests it. */
export interface BudgetProposal {
  readonly agent: string;
  /** The file of the manifest that the agent stands in, absolute. */
  readonly file: string;
  /** Nano-dollars; null: the manifest has none. */
  readonly nowNanos: number | null;
  readonly proposedNanos: number;
  /** Of the window. */
  readonly requests: number;
  /** Those that cost more than what is proposed, and those of them that had succeeded. */
  readonly stopped: number;
  readonly stoppedSucceeded: number;
  readonly saving: Saving;
  readonly harm: readonly string[];
}

/** The answer of `agentops advise budgets`, before anything is written. */
export interface BudgetProposals {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  /** Microseconds. */
  readonly window: Range;
  readonly proposals: readonly BudgetProposal[];
  readonly problems: readonly { readonly agent: string; readonly missing: string }[];
}

/** A budget of the manifest that is this near needs no change. */
const near = 0.2;

/** What is to be written: budgets that are missing, and of agents that were named those that stand far from what is proposed. */
export const toWrite = (proposals: readonly BudgetProposal[], areNamed: boolean): readonly BudgetProposal[] =>
  proposals.filter(({ nowNanos, proposedNanos }) => nowNanos === null || (areNamed && Math.abs(nowNanos / proposedNanos - 1) > near));
