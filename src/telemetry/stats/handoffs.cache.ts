import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type Groups, readGroups } from './rollups.cache.ts';

/** One agent handing requests over to another. */
export interface Handoff {
  readonly from: string;
  readonly to: string;
  readonly figures: Figures;
}

/** Who hands over to whom, with volume, failures and the cost that the receiver alone caused. Requests from outside are left out. */
export const readHandoffs = (cache: Cache, window: Range): { readonly handoffs: readonly Handoff[]; readonly basis: Groups['basis'] } => {
  const callers = readGroups(cache, { window, by: 'caller', sumsOnly: true });
  const handoffs = callers.groups
    .filter(({ key }) => key !== '(none)')
    .flatMap(({ key: from }) =>
      readGroups(cache, { window, by: 'agent', filter: { caller: from } }).groups.map(
        ({ key: to, cell }): Handoff => ({ from, to, figures: figuresOf(cell, null) }),
      ),
    );
  return { handoffs, basis: callers.basis };
};
