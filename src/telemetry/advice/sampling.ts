import { type Range, widthUs } from '../../ground/units/window.ts';

/** Calls that are looked at one by one: a second of work, and some ten megabytes. */
export const mostCalls = 100_000;
/** Calls of a sample of prompts. */
export const mostOfPrompts = 50_000;
/** Of the prompts, one in so many can be found without reading every call. */
const indexedOf = 16;
const shortestUs = 600_000_000;
const goldenRatio = 0.618_033_988_75;

/** What is read of a window. */
export interface SamplingPlan {
  /** Whole times that are read, in order: the window as one, or a part of each day. */
  readonly ranges: readonly Range[];
  /** Null: the ranges hold every call. Else all calls of one prompt in 16 × this, a power of two. */
  readonly promptsEvery: number | null;
}

/** How to read a window with so many calls: all of it, or of each day a part that goes round the clock from day to day. */
export const samplingOf = (window: Range, calls: number): SamplingPlan => {
  if (calls <= mostCalls) return { ranges: [window], promptsEvery: null };
  const lengthUs = Math.max(shortestUs, Math.floor((mostCalls / calls) * widthUs.day));
  const ranges: Range[] = [];
  for (let day = Math.floor(window.fromUs / widthUs.day); day * widthUs.day < window.toUs; day++) {
    const offsetUs = Math.floor(((day * goldenRatio) % 1) * (widthUs.day - lengthUs));
    const fromUs = Math.max(window.fromUs, day * widthUs.day + offsetUs);
    const toUs = Math.min(window.toUs, day * widthUs.day + offsetUs + lengthUs);
    if (fromUs < toUs) ranges.push({ fromUs, toUs });
  }
  let promptsEvery = 1;
  while (calls / indexedOf / promptsEvery > mostOfPrompts) promptsEvery *= 2;
  return { ranges, promptsEvery };
};
