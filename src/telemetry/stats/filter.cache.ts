import type { Cache } from '../../ground/store/port.ts';
import { errorCodes, kind, splitPair } from '../traces/codes.ts';
import { type Dim, dictionaryOf, dims } from '../traces/dictionary.cache.ts';
import type { Facet } from './rollup.ts';

/** Which requests or calls to look at: all keys given must hold. `(none)` and `(unmatched)` stand for no word. */
export interface Filter {
  readonly agent?: string;
  readonly user?: string;
  readonly task?: string;
  readonly env?: string;
  readonly release?: string;
  /** `name@version`, or a name for all its versions. */
  readonly promptVersion?: string;
  readonly error?: string;
  readonly caller?: string;
  readonly model?: string;
  readonly provider?: string;
  readonly tool?: string;
}

export const noWord = '(none)';
export const unmatched = '(unmatched)';

/** A column and the numbers it may have. */
export interface Condition {
  readonly numbers: readonly number[];
}

/** A filter as numbers of the cache: on the agent, on other facts of the request, on calls. */
export interface Numbered {
  readonly agent: Condition | null;
  readonly facets: ReadonlyMap<Exclude<Facet, 'agent'>, Condition>;
  /** Calls of a model or of a tool; null: not asked for. */
  readonly call: { readonly kinds: readonly number[]; readonly numbers: readonly number[] } | null;
}

const facetDims = { task: 'task', env: 'env', release: 'release', caller: 'agent', user: 'user' } as const satisfies Partial<
  Record<Facet, Dim>
>;

/** @param agents where no agent is filtered by: these alone; absent: all */
export const numberFilter = (cache: Cache, filter: Filter, agents?: readonly string[]): Numbered => {
  const words = dictionaryOf(cache);
  const one = (dim: Dim, word: string): Condition => {
    const found = word === noWord || word === unmatched ? 0 : words.find(dim, word);
    return { numbers: found === null ? [] : [found] };
  };
  const facets = new Map<Exclude<Facet, 'agent'>, Condition>();
  for (const [facet, dim] of Object.entries(facetDims) as [keyof typeof facetDims, Dim][]) {
    const word = filter[facet];
    if (word !== undefined) facets.set(facet, one(dim, word));
  }
  if (filter.error !== undefined) {
    const code = errorCodes.findIndex((known) => (known ?? noWord) === filter.error);
    facets.set('error', { numbers: code < 0 ? [] : [code] });
  }
  if (filter.promptVersion !== undefined)
    facets.set(
      'prompt',
      pairs(cache, 'prompt', (pair) => promptFits(pair, filter.promptVersion ?? '')),
    );
  const some = agents === undefined ? null : { numbers: agents.flatMap((agent) => one('agent', agent).numbers) };
  return { agent: filter.agent === undefined ? some : one('agent', filter.agent), facets, call: callOf(cache, filter, one) };
};

const callOf = (cache: Cache, { model, provider, tool }: Filter, one: (dim: Dim, word: string) => Condition): Numbered['call'] => {
  if (tool !== undefined) {
    if (model !== undefined || provider !== undefined) return { kinds: [kind.tool], numbers: [] };
    return { kinds: [kind.tool], ...one('name', tool) };
  }
  if (model === undefined && provider === undefined) return null;
  const fits = ([ofProvider, ofModel]: readonly [string | null, string | null]) =>
    (model === undefined || (ofModel ?? noWord) === model) && (provider === undefined || (ofProvider ?? noWord) === provider);
  return { kinds: [kind.llm, kind.embedding], ...pairs(cache, 'model', fits) };
};

type Pair = readonly [string | null, string | null];

/** How a prompt and its version are written. */
export const promptWord = ([name, version]: Pair): string => (version === null ? (name ?? noWord) : `${name ?? ''}@${version}`);

const promptFits = (pair: Pair, wanted: string): boolean => promptWord(pair) === wanted || pair[0] === wanted;

const pairs = (cache: Cache, dim: Dim, fits: (pair: Pair) => boolean): Condition => {
  const rows = cache.all<{ id: number; word: string }>('SELECT id, word FROM dict WHERE dim = ?', dims[dim]);
  const numbers = rows.filter(({ word }) => fits(splitPair(word))).map(({ id }) => id);
  return { numbers: fits([null, null]) ? [0, ...numbers] : numbers };
};

/** SQL that holds where a column has one of the numbers. */
export const isOneOf = (column: string, { numbers }: Condition): string =>
  `${column} IN (${numbers.map((number) => Math.trunc(number)).join(', ')})`;
