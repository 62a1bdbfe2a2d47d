import type { Turn } from '../../agents/protocols/port.ts';
import type { PlacedProblem, Problem } from '../../fleet/problems.ts';
import type { At } from '../../fleet/slots.ts';

/** A case as it was read, before it is checked and its variables are filled in. */
export interface RawCase {
  /** What the schema of a case reads. */
  readonly value: unknown;
  /** Where it begins. */
  readonly at: At;
  /** Where a problem of it stands, with the name of the place in front. */
  readonly place: (problem: Problem) => PlacedProblem;
  /** True where others wrote it: nothing is filled into their words, and no code of theirs is run. */
  readonly isForeign: boolean;
  /** What was answered already; null: it is still to be asked. */
  readonly recorded: readonly Turn[] | null;
}

/** The next case of a source, or why there is none. */
export type ReadCase = { readonly raw: RawCase } | { readonly problem: PlacedProblem };
