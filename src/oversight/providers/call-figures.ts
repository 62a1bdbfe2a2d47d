import { type Interval, quantileRanks, wilsonInterval } from '../../ground/math/intervals.ts';
import { addTo, quantilesOf, type Sketch } from '../../ground/math/sketch.ts';
import type { TimedCall } from '../../telemetry/stats/provider-calls.cache.ts';

/** One quantile of how long calls took, microseconds, with what it rests on. Null: nothing is known. */
export interface Quantile {
  readonly value: number | null;
  /** Of 95 %. */
  readonly interval: Interval | null;
}

/** Some calls as figures. */
export interface CallFigures {
  readonly n: number;
  /** That failed by no fault of a guardrail or a tool. */
  readonly bad: number;
  readonly badShare: Interval | null;
  readonly limited: number;
  readonly limitedShare: Interval | null;
  readonly timedOut: number;
  /** Calls of which it is told why they stopped, those of them that were cut at a limit of tokens, and their share. */
  readonly stopTold: number;
  readonly cut: number;
  readonly cutShare: Interval | null;
  /** Calls of which the duration is known. */
  readonly timed: number;
  readonly p50: Quantile;
  readonly p95: Quantile;
  /** Calls of which the time to the first token is known, and its quantiles. */
  readonly ttftTimed: number;
  readonly ttftP50: Quantile;
  readonly ttftP95: Quantile;
}

/** Adds calls up one by one. */
export interface CallTally {
  add(call: Pick<TimedCall, 'durationUs' | 'ttftUs' | 'isBad' | 'isLimited' | 'isTimeout' | 'isCut'>): void;
  figures(): CallFigures;
}

export const openTally = (): CallTally => {
  let [n, bad, limited, timedOut, timed, ttftTimed, stopTold, cut] = [0, 0, 0, 0, 0, 0, 0, 0];
  const [durations, ttfts]: [Sketch, Sketch] = [new Map(), new Map()];
  return {
    add({ durationUs, ttftUs, isBad, isLimited, isTimeout, isCut }) {
      n += 1;
      bad += Number(isBad);
      limited += Number(isLimited);
      timedOut += Number(isTimeout);
      stopTold += Number(isCut !== null);
      cut += Number(isCut === true);
      // One that failed at once says nothing of how long an answer takes.
      if (durationUs !== null && !isBad) {
        timed += 1;
        addTo(durations, durationUs);
      }
      if (ttftUs !== null && !isBad) {
        ttftTimed += 1;
        addTo(ttfts, ttftUs);
      }
    },
    figures: () => ({
      ...{ n, bad, badShare: wilsonInterval(bad, n), limited, limitedShare: wilsonInterval(limited, n), timedOut },
      ...{ stopTold, cut, cutShare: wilsonInterval(cut, stopTold) },
      ...{ timed, p50: quantile(durations, timed, 0.5), p95: quantile(durations, timed, 0.95) },
      ...{ ttftTimed, ttftP50: quantile(ttfts, ttftTimed, 0.5), ttftP95: quantile(ttfts, ttftTimed, 0.95) },
    }),
  };
};

/** By ranks: of few calls the interval ends at the fastest and the slowest that was seen. */
const quantile = (sketch: Sketch, n: number, at: number): Quantile => {
  const ranks = quantileRanks(at, n);
  if (ranks === null) return { value: null, interval: null };
  const [value = null, low = null, high = null] = quantilesOf(sketch, [at, ranks.low, ranks.high]);
  return { value, interval: low === null || high === null ? null : { low, high } };
};
