import { isObject, parseJson } from '../../ground/json.ts';
import type { TimeWindow } from './port.ts';
import type { SyncProgress } from './spans.cache.ts';

/** A window that is to be read, and where in it an earlier sync was cut off. */
export interface Slice {
  readonly window: TimeWindow;
  readonly cursor: string | null;
}

export interface SlicePlan {
  /** What the caller wants; null: as far as it has not been read. Microseconds. */
  readonly sinceUs: number | null;
  readonly untilUs: number;
  readonly progress: SyncProgress | null;
  readonly overlapUs: number;
  readonly sliceUs: number;
  /** Cursors hold beyond their window. */
  readonly cursorLasts: boolean;
  /** How far back the first sync goes. */
  readonly firstUs: number;
}

/**
 * The windows to read, oldest first, so that each one that is finished stays finished. An interrupted window comes first, from where it
 * was cut off; after it everything from the watermark less the overlap, for rows that came late.
 */
export const slicesOf = ({ sinceUs, untilUs, progress, overlapUs, sliceUs, firstUs, cursorLasts }: SlicePlan): readonly Slice[] => {
  const open = sinceUs === null && progress !== null && progress.cursor !== null ? openSlice(progress.cursor) : null;
  if (open !== null && cursorLasts)
    return [{ window: { fromUs: progress?.highUs ?? open.window.fromUs, toUs: untilUs }, cursor: open.cursor }];
  const from = sinceUs ?? open?.window.toUs ?? (progress?.highUs == null ? untilUs - firstUs : progress.highUs - overlapUs);
  const slices: Slice[] = open === null ? [] : [open];
  for (let at = from; at < untilUs; at += sliceUs)
    slices.push({ window: { fromUs: at, toUs: Math.min(at + sliceUs, untilUs) }, cursor: null });
  return slices;
};

/** A backend's cursor with the window that it belongs to: it means nothing in another. */
export const sliceCursor = ({ fromUs, toUs }: TimeWindow, cursor: string): string => JSON.stringify({ fromUs, toUs, cursor });

const openSlice = (text: string): Slice | null => {
  const read = parseJson(text);
  if (!isObject(read)) return null;
  const { fromUs, toUs, cursor } = read;
  if (typeof fromUs !== 'number' || typeof toUs !== 'number' || typeof cursor !== 'string') return null;
  return { window: { fromUs, toUs }, cursor };
};
