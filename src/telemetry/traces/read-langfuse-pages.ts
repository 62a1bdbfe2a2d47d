import { type ApiTrouble, troubleError } from '../../clients/api-trouble.ts';
import type { Langfuse } from '../../clients/langfuse.ts';
import { digString, type Json } from '../../ground/json.ts';
import { boundedQuery, type LangfuseExtra, scoreLists, spanLists } from './langfuse-lists.ts';
import { firstPlace, type LangfusePlace, placeAfter, placeDespite, placeOf, sliceOf } from './langfuse-place.ts';
import { isLangfuseOwn, langfuseScore, langfuseSpan } from './langfuse-rows.ts';
import type { Page, TimeWindow } from './port.ts';
import { openTraceReader } from './read-langfuse-traces.ts';
import { type Fetched, readPages } from './read-pages.ts';
import type { Score, Span } from './span.ts';

/**
 * Spans and then scores of a window, a page at a time. What the server finds too much is asked for in smaller pieces. Spans in
 * environments that Langfuse keeps for itself are left out.
 */
export const readLangfusePages = (
  langfuse: Langfuse,
  window: TimeWindow,
  cursor: string | null,
  extras: readonly LangfuseExtra[],
  signal: AbortSignal,
): AsyncIterable<Page> => {
  const traces = openTraceReader(langfuse);

  const pageAt = async (place: LangfusePlace): Promise<Fetched<LangfusePlace>> => {
    const generation = await langfuse.generation(signal);
    const lists = place.part === 'spans' ? spanLists(generation, extras) : scoreLists(generation);
    const list = lists[place.list] ?? lists[0];
    const limit = place.limit ?? list.limit;
    const slice = sliceOf(place, window);
    const despite = (trouble: ApiTrouble): Promise<Fetched<LangfusePlace>> => {
      const other = placeDespite(trouble, place, { limit, lists: lists.length });
      if (other === null) throw troubleError(trouble);
      return pageAt(other);
    };
    const { page, trouble } = await langfuse.list({ ...list, limit, at: place.at, query: boundedQuery(list, slice) }, signal);
    if (trouble !== null) return despite(trouble);
    const read = { rows: page.rows.length, next: placeAfter(place, page.next, window) };
    if (place.part === 'scores') return { ...read, spans: [], scores: scoresOf(page.rows) };
    const hasTraces = generation === 'v3' || generation === 'v2';
    const joined = hasTraces ? await traces.of(page.rows, slice, signal) : { objects: new Map(), trouble: null };
    return joined.trouble === null ? { ...read, spans: spansOf(page.rows, joined.objects), scores: [] } : despite(joined.trouble);
  };

  return readPages({
    first: firstPlace(window),
    cursor,
    placeOf: (told) => placeOf(told, window),
    host: langfuse.host(),
    waitMs: 0,
    pageAt,
  });
};

const scoresOf = (rows: readonly Json[]): readonly Score[] => rows.flatMap((row) => langfuseScore(row) ?? []);

const spansOf = (rows: readonly Json[], traces: ReadonlyMap<string, Json | null>): readonly Span[] =>
  rows
    .flatMap((row) => langfuseSpan(row, traces.get(digString(row, 'traceId') ?? '') ?? null) ?? [])
    .filter(({ environment }) => !isLangfuseOwn(environment));
