import { widthUs } from '../../../ground/units/window.ts';
import type { Chance } from './chance.ts';
import type { Traffic } from './traffic.ts';

/** Saturday or Sunday; days are numbered from the epoch, which was a Thursday. */
export const isWeekend = (day: number): boolean => (day + 4) % 7 === 0 || (day + 4) % 7 === 6;

/** How busy each hour of a day is: a bell around the busiest, and never quite nothing. */
const hourWeights = (peakHour: number): readonly number[] =>
  Array.from({ length: 24 }, (_, hour) => {
    const apart = Math.abs(hour - peakHour);
    const distance = Math.min(apart, 24 - apart);
    return 0.06 + Math.exp(-((distance / 4.5) ** 2));
  });

/** When the requests of a day begin, microseconds after its midnight, in order. */
export const startsOfDay = (chance: Chance, { perDay, weekend, peakHour }: Traffic, day: number): readonly number[] => {
  const expected = perDay * (isWeekend(day) ? weekend : 1) * (0.9 + 0.2 * chance());
  // The fraction is one request more on some days: an agent with five a week has them.
  const count = Math.floor(expected + chance());
  const upTo = runningSums(hourWeights(peakHour));
  const start = (): number => {
    const drawn = chance() * (upTo.at(-1) ?? 0);
    const hour = upTo.findIndex((sum) => drawn < sum);
    return Math.floor((hour + chance()) * widthUs.hour);
  };
  return Array.from({ length: count }, start).sort((a, b) => a - b);
};

const runningSums = (weights: readonly number[]): readonly number[] => {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
};
