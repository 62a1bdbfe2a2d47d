import type { Dependent } from '../../agents/providers/dependents.ts';
import type { ProviderProbe } from '../../agents/providers/provider-probe.ts';
import type { CallFigures } from './call-figures.ts';
import type { Standing } from './standing.ts';

/** Every provider of a fleet, as the cache and the last probes tell. */
export interface ProviderReport {
  /** UTC epoch ms. */
  readonly from: number;
  readonly to: number;
  /** Up to when traces are known, UTC epoch ms; null: none were read. */
  readonly syncedAt: number | null;
  /** Those that are worst off first, else as the manifest has them. */
  readonly providers: readonly ProviderRow[];
  /** Calls of which traces do not tell the provider. */
  readonly unnamed: number;
}

export interface ProviderRow extends Standing {
  readonly provider: string;
  /** Whether `providers:` has it; null of its rest: it is known by traces alone. */
  readonly isDeclared: boolean;
  readonly figures: CallFigures;
  /** Of each of its models, most calls first. */
  readonly models: readonly { readonly model: string; readonly figures: CallFigures }[];
  readonly dependents: readonly Dependent[];
  /** The newest; null: it was never probed. */
  readonly probe: ProviderProbe | null;
}
