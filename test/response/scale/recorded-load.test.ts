import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { QueueSample } from '../../../src/controls/queues/queue-sample.ts';
import { ratesOf } from '../../../src/response/scale/queue-rates.ts';
import { countedWork, coverageOf, loadOf, measuredRate } from '../../../src/response/scale/recorded-load.ts';

const minute = 60_000;
const sample = (at: number, parts: Partial<QueueSample> = {}): QueueSample => ({
  ...{ ready: 0, inFlight: 0, workers: 2, replicas: null, oldestMs: null, waitMs: null, added: 0 },
  at: at * minute,
  ...parts,
});

describe('what was put in', () => {
  it('is what was counted between two looks, and not where the count began anew or nobody looked', () => {
    const samples = [
      sample(0, { added: 10 }),
      sample(1, { added: 30 }),
      sample(2, { added: 5 }),
      sample(40, { added: 50 }),
      sample(41, { added: 51 }),
    ];
    expect(countedWork(samples).map(({ work }) => work)).toEqual([20, 1]);
    expect(countedWork([sample(0, { added: null }), sample(1, { added: null })])).toEqual([]);
  });

  it('goes on as before where nothing was counted', () => {
    const { arrivals } = loadOf(
      [
        { from: 0, to: 2 * minute, work: 20 },
        { from: 5 * minute, to: 6 * minute, work: 3 },
      ],
      minute,
    );
    expect(arrivals).toEqual([10, 10, 10, 10, 10, 3]);
    expect(
      coverageOf(
        [
          { from: 0, to: 2 * minute, work: 20 },
          { from: 5 * minute, to: 6 * minute, work: 3 },
        ],
        6 * minute,
      ),
    ).toBe(0.5);
  });
});

test('no work is lost on the grid, however the looks lie on it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ length: fc.integer({ min: 1, max: 900_000 }), work: fc.nat(500) }), { minLength: 1, maxLength: 50 }),
      (parts) => {
        let at = 0;
        const counted = parts.map(({ length, work }) => {
          const from = at;
          at += length;
          return { from, to: at, work };
        });
        const last = (minute - (at % minute)) % minute;
        const { arrivals } = loadOf(counted, minute);
        const come = arrivals.reduce((sum, each) => sum + each, 0);
        const work = parts.reduce((sum, each) => sum + each.work, 0);
        // The last step goes on to its end at its own rate.
        const surplus = last === 0 ? 0 : ((arrivals.at(-1) ?? 0) * last) / minute;
        expect(come - surplus).toBeCloseTo(work, 4);
      },
    ),
  );
});

describe('what a worker does', () => {
  it('is measured where all of them had work', () => {
    // 12 put in a minute, two workers, 6 more in the queue each minute: each ends 3.
    const busy = Array.from({ length: 5 }, (_, at) => sample(at, { ready: 20 + 6 * at, inFlight: 2, added: 12 * at }));
    expect(measuredRate(busy)).toBeCloseTo(3);
    expect(measuredRate(busy.slice(0, 3))).toBeNull();
    expect(measuredRate(busy.map((each) => ({ ...each, replicas: 1 })))).toBeCloseTo(6);
  });

  it('is not known where they were idle, or were not counted', () => {
    expect(measuredRate(Array.from({ length: 9 }, (_, at) => sample(at, { inFlight: 1, added: at })))).toBeNull();
    expect(measuredRate(Array.from({ length: 9 }, (_, at) => sample(at, { ready: 20, workers: null, added: at })))).toBeNull();
  });
});

describe('rates', () => {
  it('tell when a queue will be empty, by how it empties', () => {
    expect(ratesOf([sample(0, { ready: 40, added: 100 }), sample(2, { ready: 30, added: 120 })])).toEqual({
      ...{ overMs: 2 * minute, inPerMinute: 10, outPerMinute: 15, drainPerMinute: 5 },
      emptyMs: 6 * minute,
    });
  });

  it('of one that fills never; of one that counts nothing by its depth alone; of one look not at all', () => {
    expect(ratesOf([sample(0, { ready: 30 }), sample(2, { ready: 40 })])).toMatchObject({ drainPerMinute: -5, emptyMs: null });
    expect(ratesOf([sample(0, { ready: 30, added: null }), sample(1, { ready: 20, added: null })])).toMatchObject({
      inPerMinute: null,
      outPerMinute: null,
      emptyMs: 2 * minute,
    });
    expect(ratesOf([sample(0, { ready: 30 })])).toMatchObject({ drainPerMinute: null, emptyMs: null });
    expect(ratesOf([sample(0, { ready: 30 }), sample(1, { ready: null })])).toMatchObject({ drainPerMinute: null });
    expect(ratesOf([sample(0, { ready: 30 }), sample(20, { ready: 10 })])).toMatchObject({ drainPerMinute: null });
  });
});
