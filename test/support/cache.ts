import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cache, Param } from '../../src/ground/store/port.ts';
import { openSqliteCache } from '../../src/ground/store/sqlite-cache.ts';
import { errorCodes, kindCodes } from '../../src/telemetry/traces/codes.ts';
import type { PricedSpan } from '../../src/telemetry/traces/facts.ts';
import { spanOf } from '../../src/telemetry/traces/span.ts';

/** A cache in a folder of its own, gone after the test. */
export const temporaryCache = async (): Promise<Cache & { readonly path: string }> => {
  const folder = mkdtempSync(join(tmpdir(), 'agentops-cache-'));
  const path = join(folder, 'cache.db');
  const cache = await openSqliteCache(path);
  const close = () => {
    cache.close();
    rmSync(folder, { recursive: true });
  };
  return { ...cache, path, close };
};

/** A span with what its reader decided: cost unknown unless told. */
export const pricedSpan = (told: Parameters<typeof spanOf>[0] & Partial<PricedSpan>): PricedSpan => ({
  costNanos: null,
  costSource: told.costNanos == null ? 'unknown' : 'priced',
  promptHash: null,
  argsHash: null,
  synthetic: false,
  ...spanOf(told),
  ...told,
});

/** A cache whose `at`-th write from now fails, once. */
export const crashing = (cache: Cache, at: number): Cache => {
  let left = at;
  return {
    ...cache,
    run: (sql: string, ...params: Param[]) => {
      if (left-- === 0) throw new Error('crash');
      return cache.run(sql, ...params);
    },
  };
};

type Row = Record<string, unknown>;

/** Everything a cache knows, in words instead of its own numbers and in an order of its own: equal for caches that know the same. */
export const contentOf = (cache: Cache): Readonly<Record<string, readonly string[]>> => {
  const words = new Map(cache.all<{ id: number; word: string }>('SELECT id, word FROM dict').map(({ id, word }) => [id, word]));
  const traces = new Map(
    cache
      .all<{ no: number; source: number; id: string }>('SELECT no, source, hex(trace_id) AS id FROM trace')
      .map(({ no, source, id }) => [no, `${words.get(source)} ${id}`]),
  );
  const wordy = new Set('name model user session task env release prompt labels agent caller origin sender source'.split(' '));
  const spell = (table: string, row: Row): string =>
    JSON.stringify(
      Object.entries(row).map(([column, value]) => {
        if (column === 'trace_no') return traces.get(Number(value));
        if (column === 'key') return keyWord(table, row, words);
        if (wordy.has(column)) return words.get(Number(value)) ?? value;
        if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
        return typeof value === 'bigint' ? String(value) : value;
      }),
    );
  const tables = ['span', 'run', 'score', 'run_roll', 'call_roll', 'score_roll', 'dirty_bucket'];
  return Object.fromEntries(
    tables.map((table) => [
      table,
      cache
        .all<Row>(table === 'span' ? spansByClock : `SELECT * FROM ${table}`)
        .map((row) => spell(table, row))
        .sort(),
    ]),
  );
};

/** What a span's start counts from is an accident of arrival. */
const spansByClock =
  'SELECT s.*, t.anchor_s * 1000000 + s.start_after_us AS start_us, 0 AS start_after_us FROM span s JOIN trace t ON t.no = s.trace_no';
const errorFacet = 5;

const keyWord = (table: string, row: Row, words: ReadonlyMap<number, string>): unknown => {
  const key = Number(row['key']);
  if (table === 'run_roll' && row['facet'] === errorFacet) return errorCodes[key];
  return words.get(key) ?? (table === 'call_roll' ? `${kindCodes[Number(row['kind'])]} ${key}` : key);
};
