import { usageError } from '../../ground/errors.ts';
import { mergeInto } from '../../ground/math/sketch.ts';
import type { Cache } from '../../ground/store/port.ts';
import { type BucketRange, bucketOf, coverOf, type Grain, grains, type Range, widthUs } from '../../ground/units/window.ts';
import { errorCodes, kind, splitPair, stateSql } from '../traces/codes.ts';
import { dictionaryOf } from '../traces/dictionary.cache.ts';
import { readHorizon } from '../traces/horizon.cache.ts';
import { addCall, addRun, type CallCell, type CallRow, callSums, newCallCell, newRunCell, type RunCell, type RunRow } from './cell.ts';
import { readFacetCalls, readKeptFrom, readPasses, readRuns, readScoreCells, readScoresOf, whatSql } from './cells.cache.ts';
import type { Counted } from './figures.ts';
import { type Filter, isOneOf, type Numbered, noWord, numberFilter, promptWord, unmatched } from './filter.cache.ts';
import type { Grouping } from './grouping.ts';
import { type Facet, facetGrains, keyOf, otherKey } from './rollup.ts';
import { shownSums, sumCallCells, sumRunCells, untimed } from './sums.cache.ts';

/** Widths that figures can be cut into; weeks begin on Monday. */
export type Split = Grain | 'week';

export interface GroupQuery {
  readonly window: Range;
  readonly by: Grouping;
  readonly filter?: Filter;
  /** Only requests to one of these. */
  readonly agents?: readonly string[];
  /** Cut into buckets of this width; without it the window is one piece. */
  readonly split?: Split;
  /** Leave quantiles out: sums alone are read faster. */
  readonly sumsOnly?: boolean;
}

export interface Group {
  readonly key: string;
  /** Start of the bucket, microseconds; null where the window is one piece. */
  readonly bucketUs: number | null;
  readonly cell: Counted;
}

export interface Groups {
  readonly groups: readonly Group[];
  /** `rollups`: whole buckets, with the ragged ends from single requests; `scan`: all from single requests; `both`: the ends are an hour or more. */
  readonly basis: 'rollups' | 'scan' | 'both';
  /** What was really counted: wider than asked for where the finer buckets are gone. */
  readonly window: Range;
}

const facetOf: Partial<Record<Grouping, Facet>> = {
  agent: 'agent',
  user: 'user',
  task: 'task',
  env: 'env',
  release: 'release',
  'prompt-version': 'prompt',
  error: 'error',
  caller: 'caller',
};

/** The widths that requests are kept in under a grouping, finest first. */
export const grainsOf = (by: Grouping): readonly Grain[] => facetGrains[facetOf[by] ?? 'agent'];

/** The cells of a window by one key, from the coarsest buckets that hold them and single requests for the rest. */
export const readGroups = (cache: Cache, query: GroupQuery): Groups => {
  const filter = numberFilter(cache, query.filter ?? {}, query.agents);
  const facet = facetOf[query.by];
  if (query.by === 'score') return scoreGroups(cache, query, filter);
  if (facet !== undefined && filter.call === null) return runGroups(cache, query, facet, filter);
  return callGroups(cache, query, facet, filter);
};

const runGroups = (cache: Cache, query: GroupQuery, facet: Facet, filter: Numbered): Groups => {
  const other = [...filter.facets.keys()];
  // A cell knows its agent and one more fact: what asks for more is counted from single requests.
  const stored = other.length === 0 ? facet : other.length === 1 && (facet === 'agent' || facet === other[0]) ? other[0] : null;
  const plan = planOf(cache, query, stored === null || stored === undefined ? [] : facetGrains[stored]);
  const collect = collector(query.split, () => newRunCell(facet));
  const label = labeller(cache, query.by);
  const onRun = runWhere(filter);
  if (stored !== null && stored !== undefined) {
    const ofFacet = filter.facets.get(stored as Exclude<Facet, 'agent'>);
    const where = [
      filter.agent === null ? '1' : isOneOf('r.agent', filter.agent),
      ofFacet === undefined ? '1' : isOneOf('r.key', ofFacet),
    ].join(' AND ');
    for (const buckets of plan.buckets) {
      const group = facet === 'agent' ? 'agent' : 'key';
      const wanted = {
        buckets,
        group,
        perBucket: query.split !== undefined,
        where,
        timed: query.sumsOnly === true ? untimed : '1',
      } as const;
      for (const { group, bucket, values, duration, ttft } of sumRunCells(cache, stored, wanted)) {
        const cell = collect.at(label(group), startOf(buckets, bucket));
        addSums(cell, shownSums, values);
        cell.steps_max = Math.max(cell.steps_max, values[shownSums.length] ?? 0);
        mergeSketches(cell, duration, ttft);
      }
    }
  }
  for (const range of plan.rest)
    for (const run of readRuns(cache, range, onRun)) addRun(collect.at(label(runKey(facet, run)), run.start_us), run, facet);
  return { groups: collect.done(), basis: plan.basis, window: plan.window };
};

/** The number of a request's word under a facet; of its agent, where the facet is that. */
export const runKey = (facet: Facet, run: RunRow): number => (facet === 'agent' ? run.agent : keyOf(facet, run));

/** Adds what was encoded of times to a cell. */
export const mergeSketches = (cell: RunCell | CallCell, duration: Uint8Array, ttft: Uint8Array): void => {
  mergeInto(cell.h_dur, duration);
  mergeInto(cell.h_ttft, ttft);
};

const runWhere = ({ agent, facets }: Numbered): string => {
  const conditions = [...facets].map(([facet, condition]) => isOneOf(`r.${facet === 'error' ? 'error_type' : facet}`, condition));
  if (agent !== null) conditions.push(isOneOf('r.agent', agent));
  return conditions.length === 0 ? '1' : conditions.join(' AND ');
};

const callGroups = (cache: Cache, query: GroupQuery, facet: Facet | undefined, filter: Numbered): Groups => {
  const isStored = filter.facets.size === 0 && (facet === undefined || facet === 'agent');
  const plan = planOf(cache, query, isStored ? grains : []);
  const collect = collector(query.split, newCallCell);
  const label = labeller(cache, query.by);
  const wanted = filter.call ?? (query.by === 'tool' ? { kinds: [kind.tool], numbers: null } : null);
  const numbers = wanted?.numbers ?? null;
  const of = (kindColumn: string, keyColumn: string): string =>
    [
      filter.agent === null ? '1' : isOneOf('r.agent', filter.agent),
      wanted === null ? '1' : isOneOf(kindColumn, { numbers: wanted.kinds }),
      numbers === null ? '1' : isOneOf(keyColumn, { numbers }),
    ].join(' AND ');
  const groupOf = (code: number, key: number): string => label(facet === 'agent' || query.by === 'tool' || isModel(code) ? key : 0);
  // What is no model call but has a cost belongs into the sum, not into the number of calls.
  const feesApart = query.by !== 'tool' && facet === undefined;
  const isFeeOnly = (code: number): boolean => feesApart && !isModel(code);
  const ofModel = isOneOf('r.kind', models);
  const hasFee = feeSums.map((name) => `r.${name} > 0`).join(' OR ');
  const stored = [of('r.kind', 'r.key'), feesApart ? `(${ofModel} OR ${hasFee})` : '1'].join(' AND ');
  const timed = query.sumsOnly === true ? untimed : feesApart ? ofModel : '1';
  for (const buckets of plan.buckets) {
    const group = facet === 'agent' ? 'agent' : 'key';
    const sought = { buckets, group, perBucket: query.split !== undefined, where: stored, timed } as const;
    for (const { group, kind: code, bucket, values, duration, ttft } of sumCallCells(cache, sought)) {
      const isFee = isFeeOnly(code);
      const cell = collect.at(groupOf(code, group), startOf(buckets, bucket));
      for (const [at, name] of callSums.entries()) if (!isFee || (name !== 'n' && name !== 'errors')) cell[name] += values[at] ?? 0;
      mergeSketches(cell, duration, ttft);
    }
  }
  for (const range of plan.rest) {
    const where = [of(stateSql('kind'), whatSql), runWhere({ ...filter, agent: null }), feesApart ? stateSql('counts') : '1'].join(' AND ');
    for (const call of readFacetCalls(cache, range, facet ?? 'agent', where)) {
      const isFee = isFeeOnly(call.kind);
      const group = facet === undefined ? groupOf(call.kind, call.what) : label(call.key);
      addOne(collect.at(group, call.start_us), call, isFee);
    }
  }
  return { groups: collect.done(), basis: plan.basis, window: plan.window };
};

/** The sums that a cell of something other than a model call must have to matter to cost. */
const feeSums = ['priced', 'unpriced', 'probe_cost_nanos'] as const satisfies readonly (typeof callSums)[number][];
const models = { numbers: [kind.llm, kind.embedding] };
const isModel = (code: number): boolean => code === kind.llm || code === kind.embedding;

const addOne = (cell: CallCell, call: CallRow, isFee: boolean): void => {
  addCall(cell, isFee ? { ...call, dur_us: null, ttft_us: null, is_error: 0 } : call);
  if (isFee && call.synthetic === 0) cell.n -= 1;
};

interface ScoreCell {
  n: number;
  quality_n: number;
  quality_micro: number;
  passes: number | null;
}

const scoreGroups = (cache: Cache, query: GroupQuery, filter: Numbered): Groups => {
  if (filter.call !== null) {
    const message = 'scores are on requests: they cannot be filtered by model, provider or tool';
    throw usageError({ code: 'filter_unfit', message, hint: 'filter by agent, release, env, task or user' });
  }
  const others = [...filter.facets.keys()].filter((facet) => facet !== 'release');
  const plan = planOf(cache, query, others.length === 0 ? grains : []);
  const collect = collector(query.split, (): ScoreCell => ({ n: 0, quality_n: 0, quality_micro: 0, passes: null }));
  const label = labeller(cache, 'score');
  const add = (cell: ScoreCell, n: number, sum: number) => {
    cell.n += n;
    cell.quality_n += n;
    cell.quality_micro += sum;
  };
  const where = runWhere(filter);
  for (const buckets of plan.buckets)
    for (const part of readScoreCells(cache, buckets, where))
      add(collect.at(label(part.name), startOf(buckets, part.bucket)), part.n, part.sum_micro);
  for (const range of plan.rest)
    for (const score of readScoresOf(cache, range, where))
      add(collect.at(label(score.name), score.start_us), 1, Math.round(score.value * 1e6));
  if (query.split === undefined && query.sumsOnly !== true)
    for (const { name, passes } of readPasses(cache, plan.window, where)) collect.at(label(name), plan.window.fromUs).passes = passes;
  return { groups: collect.done(), basis: plan.basis, window: plan.window };
};

/** Adds values in the order of their names to a cell. Counts the places itself: an iterator makes garbage of every sum of every cell. */
export const addSums = <Name extends string>(cell: { [name in Name]: number }, names: readonly Name[], values: readonly number[]): void => {
  let at = 0;
  for (const name of names) cell[name] += values[at++] ?? 0;
};

const startOf = ({ grain }: BucketRange, bucket: number): number => bucket * widthUs[grain];

const daysToMonday = 3;

/** The start of the bucket an instant lies in, microseconds. 1970 began on a Thursday. */
export const splitStart = (split: Split, us: number): number => {
  if (split !== 'week') return bucketOf(split, us) * widthUs[split];
  const week = Math.floor((bucketOf('day', us) + daysToMonday) / 7);
  return (week * 7 - daysToMonday) * widthUs.day;
};

const collector = <Cell extends Counted>(split: Split | undefined, make: () => Cell) => {
  const cells = new Map<number | null, Map<string, Cell>>();
  return {
    at: (key: string, us: number): Cell => {
      const bucketUs = split === undefined ? null : splitStart(split, us);
      const ofBucket = cells.get(bucketUs) ?? new Map<string, Cell>();
      cells.set(bucketUs, ofBucket);
      const known = ofBucket.get(key);
      if (known !== undefined) return known;
      const cell = make();
      ofBucket.set(key, cell);
      return cell;
    },
    done: (): Group[] => [...cells].flatMap(([bucketUs, ofBucket]) => [...ofBucket].map(([key, cell]) => ({ key, bucketUs, cell }))),
  };
};

/** The words of a grouping's numbers. */
export const labeller = (cache: Cache, by: Grouping): ((number: number) => string) => {
  const words = dictionaryOf(cache);
  const wordOf = (number: number): string => {
    if (number === otherKey) return '(other)';
    if (by === 'error') return errorCodes[number] ?? noWord;
    const word = words.word(number);
    if (by === 'agent') return word ?? unmatched;
    if (by === 'prompt-version') return promptWord(splitPair(word));
    if (by === 'provider') return splitPair(word)[0] ?? noWord;
    if (by === 'model') return splitPair(word)[1] ?? noWord;
    return word ?? noWord;
  };
  const known = new Map<number, string>();
  return (number) => {
    const found = known.get(number);
    if (found !== undefined) return found;
    const word = wordOf(number);
    known.set(number, word);
    return word;
  };
};

const hourUs = widthUs.hour;

/** How a window is read. Where single requests, or finer buckets, are gone by age, its ends move outward to what is left. */
export const planOf = (cache: Cache, { window, split }: Pick<GroupQuery, 'window' | 'split'>, of: readonly Grain[]) => {
  const fits = split === undefined || split === 'week' ? of : of.filter((grain) => widthUs[grain] <= widthUs[split]);
  const horizonUs = readHorizon(cache);
  const from = snap(cache, window.fromUs, fits, horizonUs, Math.floor);
  const to = snap(cache, window.toUs, fits, horizonUs, Math.ceil);
  const cover = coverOf({ fromUs: from, toUs: to }, fits);
  const restUs = cover.rest.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0);
  const basis: Groups['basis'] = cover.buckets.length === 0 ? 'scan' : restUs >= hourUs ? 'both' : 'rollups';
  return { ...cover, basis, window: { fromUs: from, toUs: to } };
};

const snap = (cache: Cache, us: number, of: readonly Grain[], horizonUs: number, round: (value: number) => number): number => {
  if (us >= horizonUs) return us;
  const grain = of.find((grain) => us >= readKeptFrom(cache, grain)) ?? of.at(-1);
  return grain === undefined ? us : round(us / widthUs[grain]) * widthUs[grain];
};
