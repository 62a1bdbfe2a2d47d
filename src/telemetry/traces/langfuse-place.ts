import type { ApiTrouble } from '../../clients/api-trouble.ts';
import { isMissing } from '../../clients/langfuse.ts';
import { digNumber, digString } from '../../ground/json.ts';
import type { TimeWindow } from './port.ts';

/**
 * Where a walk through a window stands. The window is read slice by slice, oldest first: first all spans, then all scores. A slice is
 * the whole window until the server finds that too much.
 */
export interface LangfusePlace {
  readonly part: 'spans' | 'scores';
  /** The slice being read, UTC epoch microseconds; it ends with the window at the latest. */
  readonly fromUs: number;
  readonly widthUs: number;
  /** Rows of a page at most; null: as many as the list allows. */
  readonly limit: number | null;
  /** Which of the lists for this part is read: older servers lack the first. */
  readonly list: number;
  /** The page inside the slice; null for the first. */
  readonly at: string | null;
  /** How often a slice was begun anew because the server no longer knew the page that it had named. */
  readonly anew: number;
}

export const firstPlace = ({ fromUs, toUs }: TimeWindow): LangfusePlace => ({
  part: 'spans',
  fromUs,
  widthUs: toUs - fromUs,
  limit: null,
  list: 0,
  at: null,
  anew: 0,
});

export const sliceOf = ({ fromUs, widthUs }: LangfusePlace, window: TimeWindow): TimeWindow => ({
  fromUs,
  toUs: Math.min(fromUs + widthUs, window.toUs),
});

/** The place after a page that names `next`; null at the end. After the last slice of spans come the scores, from the start of the window. */
export const placeAfter = (place: LangfusePlace, next: string | null, window: TimeWindow): LangfusePlace | null => {
  if (next !== null) return { ...place, at: next };
  const { toUs } = sliceOf(place, window);
  if (toUs < window.toUs) return { ...place, fromUs: toUs, at: null };
  return place.part === 'spans' ? { ...firstPlace(window), part: 'scores' } : null;
};

const minuteUs = 60_000_000;
const fewestRows = 50;

/**
 * Where to go on after a trouble; null where nothing is left to try. The same again where the server lost its cursor; the list of an
 * older server; fewer rows where an answer was too large; half the time where a query took too long. Each starts the slice again: its
 * rows may come twice.
 */
export const placeDespite = (
  trouble: ApiTrouble,
  place: LangfusePlace,
  asked: { readonly limit: number; readonly lists: number },
): LangfusePlace | null => {
  if (isCursorLost(trouble, place)) return { ...place, at: null, anew: place.anew + 1 };
  if (isMissing(trouble) && place.list + 1 < asked.lists) return { ...place, list: place.list + 1, at: null };
  if (trouble.tooMuch === 'answer' && asked.limit > fewestRows) return { ...place, limit: Math.ceil(asked.limit / 2), at: null };
  if (trouble.tooMuch === 'query' && place.widthUs > minuteUs) {
    return { ...place, widthUs: Math.ceil(place.widthUs / 2000) * 1000, at: null };
  }
  return null;
};

/** Stateless cursors are forgotten where the server is replaced by another version: now and then, not always. */
const mostAnew = 3;

const isCursorLost = ({ status, json }: ApiTrouble, { at, anew }: LangfusePlace): boolean =>
  at !== null && anew < mostAnew && status === 400 && /cursor/i.test(digString(json, 'message') ?? '');

/** A place that was written as JSON; null where it is none, or none of this window. */
export const placeOf = (told: unknown, window: TimeWindow): LangfusePlace | null => {
  const part = digString(told, 'part');
  const [fromUs, widthUs] = [digNumber(told, 'fromUs'), digNumber(told, 'widthUs')];
  const [list, anew] = [digNumber(told, 'list'), digNumber(told, 'anew')];
  if ((part !== 'spans' && part !== 'scores') || fromUs === null || widthUs === null || list === null || anew === null) return null;
  if (fromUs < window.fromUs || fromUs >= window.toUs || widthUs <= 0) return null;
  return { part, fromUs, widthUs, limit: digNumber(told, 'limit'), list, at: digString(told, 'at'), anew };
};
