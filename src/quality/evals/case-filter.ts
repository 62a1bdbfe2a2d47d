import { matchesGlob } from '../../fleet/glob.ts';
import type { SampleSize } from './sampling.ts';
import type { Case, Severity } from './suite.ts';

/** What a sample keeps in the same shares as the whole. */
export type Stratum = 'severity' | 'cluster' | 'tags' | `vars.${string}`;

/** Which cases of a suite are meant; all that is given must hold. */
export interface CaseFilter {
  /** Ids, in which `*` stands for anything. */
  readonly ids?: readonly string[];
  /** One of these is enough. */
  readonly tags?: readonly string[];
  readonly severities?: readonly Severity[];
  /** Ids of the cases that did not pass, for a run that repeats those. */
  readonly onlyFailed?: ReadonlySet<string>;
  readonly sample?: { readonly size: SampleSize; readonly seed: string; readonly strata: readonly Stratum[] };
  /** The `index`-th of `of` parts, from 1. */
  readonly shard?: { readonly index: number; readonly of: number };
}

/** Whether a case fits, sample and shard aside. */
export const isMeant = (each: Pick<Case, 'id' | 'tags' | 'severity'>, { ids, tags, severities, onlyFailed }: CaseFilter): boolean =>
  (ids === undefined || ids.some((glob) => glob === each.id || matchesGlob(crossing(glob), each.id))) &&
  (tags === undefined || tags.some((tag) => each.tags.includes(tag))) &&
  (severities === undefined || severities.includes(each.severity)) &&
  (onlyFailed === undefined || onlyFailed.has(each.id));

/** An id is no path: a star crosses its slashes. */
const crossing = (glob: string): string => glob.replace(/\*+/g, '**');

/** The stratum of a case, as text. */
export const stratumOf = (each: Pick<Case, 'severity' | 'cluster' | 'tags' | 'vars'>, strata: readonly Stratum[]): string =>
  strata
    .map((stratum) => {
      if (stratum === 'severity') return each.severity;
      if (stratum === 'cluster') return each.cluster ?? '';
      if (stratum === 'tags') return [...each.tags].sort().join(',');
      return JSON.stringify(each.vars[stratum.slice('vars.'.length)] ?? null);
    })
    .join('\u0000');
