import type { BullRate, BullState } from '../../clients/bullmq.ts';
import { usageError } from '../../ground/errors.ts';
import { digNumber, type Json } from '../../ground/json.ts';
import type { Action, Desired, Touched } from './port.ts';
import { isOpenWish } from './queue-wish.ts';

const minuteMs = 60_000;

/** The fields of a queue that an action touches. */
export const bullTouched = (action: Action, { isPaused, concurrency, rate }: BullState): Touched =>
  action === 'throttle' ? { concurrency, rate: rateJson(rate) } : { paused: isPaused };

const rateJson = (rate: BullRate | null): Json => (rate === null ? null : { max: rate.max, per_ms: rate.durationMs });

/** The rate behind a touched field. */
export const rateOf = (field: Json | undefined): BullRate | null => {
  const [max, durationMs] = [digNumber(field, 'max'), digNumber(field, 'per_ms')];
  return max === null || durationMs === null ? null : { max, durationMs };
};

/** The touched fields as they are wanted. Throws a usage error for a limit that BullMQ does not have. */
export const bullWish = (want: Desired, now: Touched): Touched => {
  if (want.action !== 'throttle') return { paused: !isOpenWish(want) };
  const { requests_per_minute, max_parallel, ...others } = want.params;
  const isSenseless = Object.keys(others).length > 0 || (requests_per_minute === undefined && max_parallel === undefined);
  if (isSenseless || requests_per_minute === 0 || max_parallel === 0) {
    throw usageError({
      code: 'wish_not_understood',
      message: 'BullMQ limits jobs per minute and jobs at the same time, each to one at least',
      hint: 'write throttle: {requests_per_minute: 10}, or {max_parallel: 2}; disable lets none through',
    });
  }
  return {
    concurrency: max_parallel === undefined ? (now['concurrency'] ?? null) : max_parallel,
    rate:
      requests_per_minute === undefined
        ? (now['rate'] ?? null)
        : requests_per_minute === null
          ? null
          : { max: requests_per_minute, per_ms: minuteMs },
  };
};
