import type { Cache } from '../../ground/store/port.ts';
import { bucketOf, type Grain } from '../../ground/units/window.ts';
import {
  addCall,
  addRun,
  type CallCell,
  callValues,
  mergeCall,
  mergeRun,
  newCallCell,
  newRunCell,
  type RunCell,
  type RunRow,
  runValues,
} from './cell.ts';
import {
  clearDirty,
  countDirty,
  type PlacedCall,
  rangeOf,
  readCallCells,
  readCalls,
  readDirtyDay,
  readRunCells,
  readRuns,
  readScoreCells,
  readScoresOf,
  type StoredScoreCell,
  writeCallCells,
  writeRunCells,
  writeScoreCells,
} from './cells.cache.ts';
import { childBuckets, type Facet, facetGrains, facets, foldRare, groupedBy, keyOf, type Placed, parentBucket } from './rollup.ts';

export interface RebuildOptions {
  /** How many values of one facet, and how many models or tools, one bucket keeps apart. */
  readonly most?: number;
  /** Told after each day: dirty buckets done, and left. */
  readonly on?: (done: number, left: number) => void;
  /** Asked between days; true: stop here, the rest stays marked. */
  readonly isStopped?: () => boolean;
}

/**
 * Recomputes every bucket that was marked, from its requests, and the hours and days above it, from their parts. One transaction a day of
 * buckets: killed in between, the rest is still marked; done twice, the same comes out. Returns how many buckets were done.
 */
export const rebuildRollups = (cache: Cache, { most = 50_000, on, isStopped }: RebuildOptions = {}): number => {
  let done = 0;
  for (;;) {
    if (isStopped?.() === true) return done;
    const count = cache.transact(() => {
      const buckets = readDirtyDay(cache);
      if (buckets.length > 0) rebuildDay(cache, buckets, most);
      clearDirty(cache, buckets);
      return buckets.length;
    });
    if (count === 0) return done;
    done += count;
    on?.(done, countDirty(cache));
  }
};

const keptByHour = (Object.keys(facets) as Facet[]).filter((facet) => facetGrains[facet][0] === 'hour');

/** Cells of one bucket by their place. */
type Cells = Map<string, Placed<RunCell>>;

/** All buckets lie in one day. An hour at a time, so that a busy day is not held in memory. */
const rebuildDay = (cache: Cache, buckets: readonly number[], most: number): void => {
  const day = parentBucket('quarter', buckets[0] ?? 0, 'day');
  for (const [hour, ofHour] of groupedBy(buckets, (bucket) => parentBucket('quarter', bucket, 'hour')))
    rebuildHour(cache, hour, ofHour, most);
  const users: Cells = new Map();
  for (const run of readRuns(cache, rangeOf('day', day))) addTo(users, 'user', run);
  writeRunCells(cache, 'day', 'user', day, foldRuns([...users.values()], most));
  mergeParts(cache, 'day', day, 'hour', ['agent', ...keptByHour], most);
};

/** Its requests are read once, for the quarters that were marked and for every fact that is kept by the hour. */
const rebuildHour = (cache: Cache, hour: number, buckets: readonly number[], most: number): void => {
  const quarters = new Map(buckets.map((bucket): [number, Cells] => [bucket, new Map()]));
  const facets = keptByHour.map((facet) => ({ facet, cells: new Map() satisfies Cells }));
  for (const run of readRuns(cache, rangeOf('hour', hour))) {
    addTo(quarters.get(bucketOf('quarter', run.start_us)), 'agent', run);
    for (const { facet, cells } of facets) addTo(cells, facet, run);
  }
  for (const [bucket, cells] of quarters) {
    writeRunCells(cache, 'quarter', 'agent', bucket, [...cells.values()]);
    writeCallCells(cache, 'quarter', bucket, foldCalls(callCells(cache, bucket), most));
    writeScoreCells(cache, 'quarter', bucket, scoreCells(cache, bucket));
  }
  for (const { facet, cells } of facets) writeRunCells(cache, 'hour', facet, hour, foldRuns([...cells.values()], most));
  mergeParts(cache, 'hour', hour, 'quarter', ['agent'], most);
};

const addTo = (cells: Cells | undefined, facet: Facet, run: RunRow): void => {
  if (cells !== undefined) addRun(cellAt(cells, keyOf(facet, run), run.agent, () => newRunCell(facet)).cell, run, facet);
};

const callCells = (cache: Cache, bucket: number): readonly PlacedCall[] => {
  const cells = new Map<string, PlacedCall>();
  for (const call of readCalls(cache, rangeOf('quarter', bucket))) addCall(callCellAt(cells, call.kind, call.what, call.agent), call);
  return [...cells.values()];
};

const scoreCells = (cache: Cache, bucket: number): readonly StoredScoreCell[] =>
  sumScores(readScoresOf(cache, rangeOf('quarter', bucket)).map((score) => ({ ...score, n: 1, sum_micro: Math.round(score.value * 1e6) })));

const sumScores = (parts: readonly StoredScoreCell[]): readonly StoredScoreCell[] => {
  const cells = new Map<string, StoredScoreCell>();
  for (const { name, agent, release, n, sum_micro } of parts) {
    const key = `${name} ${agent} ${release}`;
    const known = cells.get(key);
    cells.set(key, { name, agent, release, n: n + (known?.n ?? 0), sum_micro: sum_micro + (known?.sum_micro ?? 0) });
  }
  return [...cells.values()];
};

/** Makes a coarser bucket out of the finer ones in it. */
const mergeParts = (cache: Cache, grain: Grain, bucket: number, of: Grain, facetsOf: readonly Facet[], most: number): void => {
  const parts = { grain: of, ...childBuckets(grain, bucket, of) };
  for (const facet of facetsOf) {
    const cells = new Map<string, Placed<RunCell>>();
    for (const part of readRunCells(cache, facet, parts))
      mergeRun(cellAt(cells, part.key, part.agent, () => newRunCell(facet)).cell, part.values, part.from);
    writeRunCells(cache, grain, facet, bucket, foldRuns([...cells.values()], most));
  }
  const calls = new Map<string, PlacedCall>();
  for (const part of readCallCells(cache, parts)) mergeCall(callCellAt(calls, part.kind, part.key, part.agent), part.values, part.from);
  writeCallCells(cache, grain, bucket, foldCalls([...calls.values()], most));
  writeScoreCells(cache, grain, bucket, sumScores(readScoreCells(cache, parts)));
};

const cellAt = <Cell>(cells: Map<string, Placed<Cell>>, key: number, agent: number, make: () => Cell): Placed<Cell> => {
  const place = `${key} ${agent}`;
  const known = cells.get(place);
  if (known !== undefined) return known;
  const made = { key, agent, cell: make() };
  cells.set(place, made);
  return made;
};

const callCellAt = (cells: Map<string, PlacedCall>, kind: number, key: number, agent: number): CallCell => {
  const place = `${kind} ${key} ${agent}`;
  const known = cells.get(place);
  if (known !== undefined) return known.cell;
  const made = { kind, key, agent, cell: newCallCell() };
  cells.set(place, made);
  return made.cell;
};

const foldRuns = (cells: readonly Placed<RunCell>[], most: number): readonly Placed<RunCell>[] =>
  foldRare(cells, most, (into, from) => mergeRun(into, runValues(from), 0));

/** Each kind has its own words. */
const foldCalls = (cells: readonly PlacedCall[], most: number): readonly PlacedCall[] =>
  [...groupedBy(cells, ({ kind }) => kind)].flatMap(([kind, ofKind]) =>
    foldRare(ofKind, most, (into: CallCell, from: CallCell) => mergeCall(into, callValues(from), 0)).map((placed) => ({ ...placed, kind })),
  );
