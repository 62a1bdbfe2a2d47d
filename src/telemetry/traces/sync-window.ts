import { isObject, parseJson } from '../../ground/json.ts';
import type { TimeWindow } from './port.ts';
import type { SyncProgress } from './spans.cache.ts';

/** A window that is to be read, and where in it an earlier sync was cut off. */
export interface Slice {
  readonly window: TimeWindow;
  readonly cursor: string | null;
  /** When the sync that began to read it was started, microseconds: rows that came later may be missing from what was read of it. */
  readonly beganUs: number;
}

export interface SlicePlan {
  /** What the caller wants; null: as far as it has not been read. Microseconds. */
  readonly sinceUs: number | null;
  readonly untilUs: number;
  readonly nowUs: number;
  readonly progress: SyncProgress | null;
  /** How late a row may come. */
  readonly overlapUs: number;
  readonly sliceUs: number;
  /** Cursors hold beyond their window. */
  readonly cursorLasts: boolean;
  /** How far back the first sync goes. */
  readonly firstUs: number;
}

/**
 * The windows to read, oldest first, so that each one that is finished stays finished. An interrupted window comes first, from where it
 * was cut off; after it comes what follows, and whatever a late row may have been added to since the interrupted sync was started.
 */
export const slicesOf = (plan: SlicePlan): readonly Slice[] => {
  const { sinceUs, untilUs, nowUs, progress, overlapUs, sliceUs, cursorLasts } = plan;
  const open = sinceUs === null && progress !== null && progress.cursor !== null ? openSlice(progress.cursor) : null;
  if (open !== null && cursorLasts)
    return [{ window: { fromUs: progress?.highUs ?? open.window.fromUs, toUs: untilUs }, cursor: open.cursor, beganUs: nowUs }];
  const from = sinceUs ?? (open === null ? unreadFrom(plan) : Math.min(open.window.toUs, open.beganUs - overlapUs));
  const slices: Slice[] = open === null ? [] : [open];
  for (let at = from; at < untilUs; at += sliceUs)
    slices.push({ window: { fromUs: at, toUs: Math.min(at + sliceUs, untilUs) }, cursor: null, beganUs: nowUs });
  return slices;
};

/** From where on rows may be missing. */
const unreadFrom = ({ progress, overlapUs, untilUs, firstUs }: SlicePlan): number =>
  progress?.highUs == null ? untilUs - firstUs : progress.highUs - overlapUs;

/** Whether what is read joins on to what was read before: only then does everything before its end count as read. */
export const joinsOn = (plan: SlicePlan): boolean => plan.sinceUs === null || plan.sinceUs <= unreadFrom(plan);

/** A backend's cursor with the window that it belongs to: it means nothing in another. */
export const sliceCursor = ({ window: { fromUs, toUs }, beganUs }: Slice, cursor: string): string =>
  JSON.stringify({ fromUs, toUs, beganUs, cursor });

const openSlice = (text: string): Slice | null => {
  const read = parseJson(text);
  if (!isObject(read)) return null;
  const { fromUs, toUs, beganUs, cursor } = read;
  if (typeof fromUs !== 'number' || typeof toUs !== 'number' || typeof beganUs !== 'number' || typeof cursor !== 'string') return null;
  return { window: { fromUs, toUs }, cursor, beganUs };
};
