import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addTo, encodeSketch, mergeInto, quantilesOf, type Sketch, sketchAlpha, subtractFrom } from '../../../src/ground/math/sketch.ts';

const sketchOf = (values: readonly number[]): Sketch => {
  const sketch: Sketch = new Map();
  for (const value of values) addTo(sketch, value);
  return sketch;
};

const decoded = (bytes: Uint8Array): Sketch => {
  const sketch: Sketch = new Map();
  mergeInto(sketch, bytes);
  return sketch;
};

/** Everything that is measured: counts, microseconds, nano-dollars. */
const value = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 5_000_000 }), fc.integer({ min: 0, max: 10 ** 15 }));
const values = fc.array(value, { maxLength: 300 });

describe('a sketch', () => {
  const database = new Sqlite(':memory:');
  database.exec('CREATE TABLE sample (value REAL)');
  const insert = database.prepare('INSERT INTO sample VALUES (?)');
  const exact = database.prepare(
    'SELECT percentile(value, 50) AS p50, percentile(value, 95) AS p95, percentile(value, 99) AS p99 FROM sample',
  );

  test('tells quantiles within its error of the exact ones', () => {
    fc.assert(
      fc.property(values, (sample) => {
        database.exec('DELETE FROM sample');
        for (const each of sample) insert.run(each);
        const wanted = exact.get() as Record<'p50' | 'p95' | 'p99', number | null>;
        const told = quantilesOf(sketchOf(sample), [0.5, 0.95, 0.99]);
        for (const [at, expected] of [wanted.p50, wanted.p95, wanted.p99].entries()) {
          if (expected === null) expect(told[at]).toBeNull();
          else expect(Math.abs((told[at] ?? Number.NaN) - expected)).toBeLessThanOrEqual(expected * sketchAlpha * (1 + 1e-9));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('merged is what counting everything at once gives, byte for byte, in any order', () => {
    fc.assert(
      fc.property(values, values, (some, others) => {
        const merged = sketchOf(some);
        mergeInto(merged, encodeSketch(sketchOf(others)));
        expect(encodeSketch(merged)).toEqual(encodeSketch(sketchOf([...others, ...some])));
      }),
    );
  });

  test('several in a row with a zero byte between them are all of them, few or many', () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (samples, times) => {
        const parts = new Array<typeof samples>(times).fill(samples).flat();
        const encoded = parts.map((sample) => [...encodeSketch(sketchOf(sample))]).filter(({ length }) => length > 0);
        const bytes = Uint8Array.from(encoded.flatMap((part, at) => (at === 0 ? part : [0, ...part])));
        expect(encodeSketch(decoded(bytes))).toEqual(encodeSketch(sketchOf(parts.flat())));
      }),
      { numRuns: 60 },
    );
  });

  test('merged and taken apart again is what it was', () => {
    fc.assert(
      fc.property(values, values, (some, others) => {
        const sketch = sketchOf(some);
        mergeInto(sketch, encodeSketch(sketchOf(others)));
        subtractFrom(sketch, encodeSketch(sketchOf(others)));
        expect(encodeSketch(sketch)).toEqual(encodeSketch(sketchOf(some)));
      }),
    );
  });

  test('survives its bytes, counts beyond one byte included', () => {
    const sketch: Sketch = new Map([
      [0, 1],
      [7, 127],
      [8, 128],
      [900, 2 ** 40],
    ]);
    expect([...decoded(encodeSketch(sketch))]).toEqual([...sketch]);
    expect(encodeSketch(new Map())).toHaveLength(0);
  });
});
