import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiTrouble } from '../../../src/clients/api-trouble.ts';
import {
  firstPlace,
  type LangfusePlace,
  placeAfter,
  placeDespite,
  placeOf,
  sliceOf,
} from '../../../src/telemetry/traces/langfuse-place.ts';
import type { TimeWindow } from '../../../src/telemetry/traces/port.ts';

const window: TimeWindow = { fromUs: 1_795_000_000_000_000, toUs: 1_795_021_600_000_000 };
const trouble = (parts: Partial<ApiTrouble>): ApiTrouble => ({
  code: 'backend_failed',
  status: null,
  json: undefined,
  tooMuch: null,
  again: 'no',
  sent: true,
  retryAfterMs: null,
  message: '',
  hint: null,
  ...parts,
});
const asked = { limit: 1000, lists: 1 };

/** What may happen on the way: a page with a next one, the last page of a slice, a query too slow, an answer too large. */
const events = fc.array(fc.constantFrom('page', 'last', 'slow', 'large'), { maxLength: 60 });

describe('a walk through a window', () => {
  it('finishes slices that join without a gap, for spans and then for scores, whatever happens on the way', () => {
    fc.assert(
      fc.property(events, (happened) => {
        let place: LangfusePlace | null = firstPlace(window);
        const finished: { part: string; fromUs: number; toUs: number }[] = [];
        for (const event of [...happened, ...Array.from({ length: 2000 }, () => 'last')]) {
          if (place === null) break;
          const slice = sliceOf(place, window);
          expect(slice.fromUs).toBeLessThan(slice.toUs);
          // Reading stops and goes on in another process at any place.
          place = placeOf(JSON.parse(JSON.stringify(place)), window) as LangfusePlace;
          if (event === 'page') place = placeAfter(place, `c${finished.length}`, window);
          else if (event === 'slow') place = placeDespite(trouble({ tooMuch: 'query' }), place, asked) ?? place;
          else if (event === 'large')
            place = placeDespite(trouble({ tooMuch: 'answer' }), place, { ...asked, limit: place.limit ?? 1000 }) ?? place;
          else {
            finished.push({ part: place.part, ...slice });
            place = placeAfter(place, null, window);
          }
        }
        expect(place).toBeNull();
        for (const part of ['spans', 'scores']) {
          const slices = finished.filter((each) => each.part === part);
          expect(slices[0]?.fromUs).toBe(window.fromUs);
          expect(slices.at(-1)?.toUs).toBe(window.toUs);
          for (const [at, slice] of slices.entries()) if (at > 0) expect(slice.fromUs).toBe(slices[at - 1]?.toUs);
        }
      }),
    );
  });

  it('asks for less until nothing is left to give up', () => {
    let place: LangfusePlace | null = firstPlace(window);
    let smaller = 0;
    for (; place !== null; smaller++) {
      expect(place.widthUs % 1000).toBe(0);
      place = placeDespite(trouble({ tooMuch: 'query' }), place, asked);
    }
    expect(smaller).toBe(10); // six hours to less than a minute
    expect(placeDespite(trouble({ tooMuch: 'answer' }), firstPlace(window), { limit: 1000, lists: 1 })).toMatchObject({ limit: 500 });
    expect(placeDespite(trouble({ tooMuch: 'answer' }), firstPlace(window), { limit: 50, lists: 1 })).toBeNull();
  });

  it('takes the next list where one is missing, and gives up after the last', () => {
    const missing = trouble({ status: 404 });
    const second = placeDespite(missing, { ...firstPlace(window), at: 'c1' }, { limit: 100, lists: 2 });
    expect(second).toMatchObject({ list: 1, at: null });
    expect(placeDespite(missing, second ?? firstPlace(window), { limit: 100, lists: 2 })).toBeNull();
  });

  it('knows a place of another window for none of its own', () => {
    const place = firstPlace(window);
    for (const wrong of [
      { ...place, fromUs: window.toUs },
      { ...place, fromUs: 0 },
      { ...place, widthUs: 0 },
      { ...place, part: 'x' },
      7,
      null,
    ]) {
      expect(placeOf(wrong, window)).toBeNull();
    }
  });
});
