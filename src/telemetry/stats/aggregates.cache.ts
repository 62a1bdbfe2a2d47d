import type { Cache } from '../../ground/store/port.ts';
import { bucketOf, type Grain, type Range, widthUs } from '../../ground/units/window.ts';
import { pairWord, splitPair } from '../traces/codes.ts';
import { dictionaryOf } from '../traces/dictionary.cache.ts';
import type { Ownership } from '../traces/ownership.ts';
import { countsSpans } from '../traces/told-figures.cache.ts';
import { type AggregateRow, addTold, nothingTold, type Told } from './aggregate.ts';

interface Row {
  readonly source: number;
  readonly bucket_us: number;
  readonly labels: number;
  readonly model: number;
  readonly width_us: number;
  readonly requests: number;
  readonly errors: number | null;
  readonly in_tok: number | null;
  readonly out_tok: number | null;
  readonly cost_nanos: number | null;
  readonly p50_us: number | null;
  readonly p95_us: number | null;
  readonly p99_us: number | null;
}

const columns = 'source, bucket_us, labels, model, width_us, requests, errors, in_tok, out_tok, cost_nanos, p50_us, p95_us, p99_us';

const toldOf = (row: Row): Told => ({
  requests: row.requests,
  errors: row.errors,
  inputTokens: row.in_tok,
  outputTokens: row.out_tok,
  costNanos: row.cost_nanos,
  latencyP50Us: row.p50_us,
  latencyP95Us: row.p95_us,
  latencyP99Us: row.p99_us,
});

/**
 * Puts what a backend told of a window in the place of what was known of every bucket that the window touches: done twice, the same comes
 * out, and what the backend no longer tells is gone. Buckets in which spans of the same backend begin count those and are left out. Inside
 * a transaction of the caller's.
 */
export const replaceAggregates = (
  cache: Cache,
  sourceName: string,
  { fromUs, toUs }: Range,
  rows: readonly AggregateRow[],
): { readonly added: number; readonly changed: number } => {
  const words = dictionaryOf(cache);
  const source = words.number('source', sourceName);
  const touched = 'source = ? AND bucket_us + width_us > ? AND bucket_us < ?';
  const placeOf = (row: Row) => `${row.bucket_us} ${row.labels} ${row.model}`;
  const known = new Map(
    cache.all<Row>(`SELECT ${columns} FROM aggregate WHERE ${touched}`, source, fromUs, toUs).map((row) => [placeOf(row), row]),
  );
  cache.run(`DELETE FROM aggregate WHERE ${touched}`, source, fromUs, toUs);
  let [added, changed] = [0, 0];
  const isCounted = countsSpans(cache, source);
  for (const told of rows) {
    if (isCounted({ fromUs: told.bucketUs, toUs: told.bucketUs + told.widthUs })) continue;
    const row: Row = {
      source,
      bucket_us: told.bucketUs,
      labels: words.number('labels', told.labels),
      model: words.number('model', pairWord(null, told.model)),
      width_us: told.widthUs,
      requests: told.requests,
      errors: told.errors,
      in_tok: told.inputTokens,
      out_tok: told.outputTokens,
      cost_nanos: told.costNanos,
      p50_us: told.latencyP50Us,
      p95_us: told.latencyP95Us,
      p99_us: told.latencyP99Us,
    };
    const before = known.get(placeOf(row));
    if (before === undefined) added += 1;
    else if ((Object.keys(row) as (keyof Row)[]).some((column) => row[column] !== before[column])) changed += 1;
    cache.run(`INSERT OR REPLACE INTO aggregate (${columns}) VALUES (${columns.replace(/\w+/g, '?')})`, ...Object.values(row));
  }
  return { added, changed };
};

/**
 * Adds up what was told of the time before an instant (microseconds) into buckets of a grain; of quantiles the greatest stands, as always.
 * Returns how many rows went.
 */
export const widenAggregates = (cache: Cache, grain: Grain, beforeUs: number): number =>
  cache.transact(() => {
    // Written out: a number that is bound would divide as a real one.
    const width = widthUs[grain];
    const narrow = 'bucket_us < ? AND width_us < ?';
    const first = cache.all<{ us: number | null }>(`SELECT MIN(bucket_us) AS us FROM aggregate WHERE ${narrow}`, beforeUs, width)[0]?.us;
    if (first === null || first === undefined) return 0;
    cache.run(
      `INSERT OR REPLACE INTO aggregate (${columns}) SELECT source, bucket_us / ${width} * ${width}, labels, model, ${width}, SUM(requests), SUM(errors),
         SUM(in_tok), SUM(out_tok), SUM(cost_nanos), MAX(p50_us), MAX(p95_us), MAX(p99_us)
       FROM aggregate WHERE bucket_us >= ? AND bucket_us < ? AND width_us <= ? GROUP BY 1, 2, 3, 4`,
      ...[bucketOf(grain, first) * width, beforeUs, width],
    );
    return cache.run(`DELETE FROM aggregate WHERE ${narrow}`, beforeUs, width);
  });

/** What backends told of an agent, and of a model it uses. */
export interface OwnedAggregate extends Told {
  /** Null: no rule of the manifest claims it. */
  readonly agent: string | null;
  /** Null: of all models together, or of one that is not named. */
  readonly model: string | null;
  /** What `startOf` made of its time, microseconds. */
  readonly bucketUs: number;
}

/**
 * What some backends told of the buckets that begin in a window, by agent, model and `startOf` their bucket (default: all together). Whose
 * they are is decided now, by the rules as they are.
 */
export const readAggregates = (
  cache: Cache,
  ownershipOfFleet: () => Ownership,
  sources: readonly string[],
  { fromUs, toUs }: Range,
  startOf: (us: number) => number = () => fromUs,
): readonly OwnedAggregate[] => {
  const rows = cache.all<Row>(`SELECT ${columns} FROM aggregate WHERE bucket_us >= ? AND bucket_us < ?`, fromUs, toUs);
  if (rows.length === 0) return [];
  const words = dictionaryOf(cache);
  const ownership = ownershipOfFleet();
  const found = new Map<string, OwnedAggregate>();
  for (const row of rows) {
    const source = words.word(row.source) ?? '';
    if (!sources.includes(source)) continue;
    const claim = ownership.claimOf(words.word(row.labels) ?? '[]', source);
    const agent = claim.bound ?? claim.named ?? claim.placed;
    const model = splitPair(words.word(row.model)).at(-1) ?? null;
    const bucketUs = startOf(row.bucket_us);
    const key = JSON.stringify([agent, model, bucketUs]);
    found.set(key, { agent, model, bucketUs, ...addTold(found.get(key) ?? nothingTold, toldOf(row)) });
  }
  return [...found.values()];
};

/** What a backend told of one bucket, of one set of labels and one model. */
export interface AggregateOf extends AggregateRow {
  readonly agent: string;
}

/** As `readAggregates`, row by row: quantiles of several rows cannot be put together. What no rule of the manifest claims is left out. */
export const readAggregateRows = (cache: Cache, ownershipOfFleet: () => Ownership, { fromUs, toUs }: Range): readonly AggregateOf[] => {
  const rows = cache.all<Row>(`SELECT ${columns} FROM aggregate WHERE bucket_us >= ? AND bucket_us < ?`, fromUs, toUs);
  if (rows.length === 0) return [];
  const words = dictionaryOf(cache);
  const ownership = ownershipOfFleet();
  return rows.flatMap((row) => {
    const labels = words.word(row.labels) ?? '[]';
    const { bound, named, placed } = ownership.claimOf(labels, words.word(row.source) ?? '');
    const agent = bound ?? named ?? placed;
    const model = splitPair(words.word(row.model)).at(-1) ?? null;
    return agent === null ? [] : [{ agent, labels, model, bucketUs: row.bucket_us, widthUs: row.width_us, ...toldOf(row) }];
  });
};
