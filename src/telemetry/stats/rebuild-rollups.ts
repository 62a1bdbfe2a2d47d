import type { Cache } from '../../ground/store/port.ts';
import { type Grain, grains } from '../../ground/units/window.ts';
import { countMarked, markBucket, readMarked, unmarkBucket } from '../traces/dirty.cache.ts';
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
  type PlacedCall,
  rangeOf,
  readCallCells,
  readCalls,
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
  readonly most?: number | undefined;
  /** Told after each transaction: how many buckets are done, and left. */
  readonly on?: (done: number, left: number) => void;
  /** Asked between transactions; true: stop here, the rest stays marked. */
  readonly isStopped?: () => boolean;
}

/** Recomputes every bucket that is marked, and those above them, until none is. Returns how many buckets were done. */
export const rebuildRollups = (cache: Cache, { most, on, isStopped }: RebuildOptions = {}): number => {
  let done = 0;
  while (countMarked(cache) > 0)
    for (const count of rebuildPieces(cache, { most, atOnce: quartersOfDay })) {
      done += count;
      on?.(done, countMarked(cache));
      if (isStopped?.() === true) return done;
    }
  return done;
};

const quartersOfDay = 96;

interface PieceOptions extends Pick<RebuildOptions, 'most'> {
  /** Buckets of one transaction. */
  readonly atOnce?: number;
}

/**
 * Recomputes the buckets that are marked as it begins: quarters from their requests, then the hours and days that they lie in. One
 * transaction a turn: whatever is written between two turns marks its quarter again, and so all that is made of it. Killed in between, the
 * rest is still marked; done twice, the same comes out. Yields how many buckets were done.
 */
export function* rebuildPieces(cache: Cache, { most = 50_000, atOnce = 1 }: PieceOptions = {}): Iterable<number> {
  for (const grain of grains) {
    const marked = readMarked(cache, grain);
    for (let from = 0; from < marked.length; from += atOnce) {
      const piece = marked.slice(from, from + atOnce);
      cache.transact(() => {
        for (const bucket of piece) rebuildMarked(cache, grain, bucket, most);
      });
      yield piece.length;
    }
  }
}

const rebuildMarked = (cache: Cache, grain: Grain, bucket: number, most: number): void => {
  // Another process may just have done it.
  if (!unmarkBucket(cache, grain, bucket)) return;
  rebuild[grain](cache, bucket, most);
  const above = grains[grains.indexOf(grain) + 1];
  if (above !== undefined) markBucket(cache, above, parentBucket(grain, bucket, above));
};

/** Cells of one bucket by their place. */
type Cells = Map<string, Placed<RunCell>>;

const rebuildQuarter = (cache: Cache, quarter: number, most: number): void => {
  const cells: Cells = new Map();
  for (const run of readRuns(cache, rangeOf('quarter', quarter))) addTo(cells, 'agent', run);
  writeRunCells(cache, 'quarter', 'agent', quarter, [...cells.values()]);
  writeCallCells(cache, 'quarter', quarter, foldCalls(callCells(cache, quarter), most));
  writeScoreCells(cache, 'quarter', quarter, scoreCells(cache, quarter));
};

const facetsFrom = (grain: Grain): readonly Facet[] => (Object.keys(facets) as Facet[]).filter((facet) => facetGrains[facet][0] === grain);
const [keptByHour, keptByDay] = [facetsFrom('hour'), facetsFrom('day')];

const rebuildHour = (cache: Cache, hour: number, most: number): void => {
  rebuildFacets(cache, 'hour', hour, keptByHour, most);
  mergeParts(cache, 'hour', hour, 'quarter', ['agent'], most);
};

const rebuildDay = (cache: Cache, day: number, most: number): void => {
  rebuildFacets(cache, 'day', day, keptByDay, most);
  mergeParts(cache, 'day', day, 'hour', ['agent', ...keptByHour], most);
};

const rebuild: Readonly<Record<Grain, (cache: Cache, bucket: number, most: number) => void>> = {
  quarter: rebuildQuarter,
  hour: rebuildHour,
  day: rebuildDay,
};

/** The cells of facets whose finest width this is. */
const rebuildFacets = (cache: Cache, grain: Grain, bucket: number, wanted: readonly Facet[], most: number): void => {
  const made = wanted.map((facet) => ({ facet, cells: new Map() satisfies Cells }));
  for (const run of readRuns(cache, rangeOf(grain, bucket))) for (const { facet, cells } of made) addTo(cells, facet, run);
  for (const { facet, cells } of made) writeRunCells(cache, grain, facet, bucket, foldRuns([...cells.values()], most));
};

const addTo = (cells: Cells, facet: Facet, run: RunRow): void => {
  addRun(cellAt(cells, keyOf(facet, run), run.agent, () => newRunCell(facet)).cell, run, facet);
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
