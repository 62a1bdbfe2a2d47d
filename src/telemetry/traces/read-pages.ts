import { cursorGuard } from '../../clients/cursor-guard.ts';
import { parseJson } from '../../ground/json.ts';
import type { Page } from './port.ts';
import type { Score, Span } from './span.ts';

/** What one request brought, and the place of the next one; null at the end. */
export interface Fetched<Place> {
  /** Rows as they came, with those that are none. */
  readonly rows: number;
  readonly spans: readonly Span[];
  readonly scores: readonly Score[];
  readonly next: Place | null;
}

export interface PageReading<Place> {
  /** Where it begins. */
  readonly first: Place;
  /** Where an earlier reading stopped; one that `placeOf` does not know begins anew. */
  readonly cursor: string | null;
  /** A place that was written as JSON; null where it is none. */
  placeOf(value: unknown): Place | null;
  readonly host: string;
  /** Milliseconds between two pages. */
  readonly waitMs: number;
  pageAt(place: Place): Promise<Fetched<Place>>;
}

const end = 'end';

/** Reads page by page, each when it is wanted. Throws `backend_malformed` where pages have no end. */
export async function* readPages<Place>(reading: PageReading<Place>): AsyncGenerator<Page> {
  const { cursor, host, waitMs } = reading;
  if (cursor === end) return;
  const guard = cursorGuard(host);
  const held = cursor === null ? null : reading.placeOf(parseJson(cursor));
  let place: Place | null = held ?? reading.first;
  while (place !== null) {
    const { rows, spans, scores, next }: Fetched<Place> = await reading.pageAt(place);
    const spelled = next === null ? end : JSON.stringify(next);
    if (next !== null) guard.page(rows, spelled);
    yield { spans, scores, cursor: spelled, waitMs: next === null ? 0 : waitMs };
    place = next;
  }
}
