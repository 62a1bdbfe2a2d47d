/** Sums over any range of time, as differences of running sums: a window costs two look-ups, however wide it is. */
export interface MinuteSums {
  /** Adds what happened at an instant (UTC epoch ms), which must not lie in a minute before the last one. */
  add(at: number, values: readonly number[]): void;
  /** The sums over `from` (UTC epoch ms) to before `to`, both taken as whole minutes. */
  between(from: number, to: number): readonly number[];
  /** The sums of each minute that has any, oldest first. */
  minutes(): Iterable<readonly [at: number, values: readonly number[]]>;
}

const minuteMs = 60_000;

/** Minutes without anything take no room. @param width how many figures are summed */
export const minuteSums = (width: number): MinuteSums => {
  const numbers: number[] = [];
  // Row r of the running sums holds everything before the minute numbers[r].
  const running: number[] = new Array<number>(width).fill(0);
  const rowBefore = (minute: number): number => {
    let [low, high] = [0, numbers.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((numbers[middle] ?? 0) < minute) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const difference = (first: number, last: number): readonly number[] => {
    const sums: number[] = [];
    for (let at = 0; at < width; at++) sums.push((running[last * width + at] ?? 0) - (running[first * width + at] ?? 0));
    return sums;
  };
  return {
    add(at, values) {
      const minute = Math.floor(at / minuteMs);
      const newest = numbers.at(-1);
      if (newest !== undefined && minute < newest) throw new RangeError('minutes are added oldest first');
      if (minute !== newest) {
        numbers.push(minute);
        for (let each = running.length - width, until = running.length; each < until; each++) running.push(running[each] ?? 0);
      }
      const row = running.length - width;
      for (let each = 0; each < width; each++) running[row + each] = (running[row + each] ?? 0) + (values[each] ?? 0);
    },
    between: (from, to) => difference(rowBefore(Math.floor(from / minuteMs)), rowBefore(Math.floor(to / minuteMs))),
    *minutes() {
      for (const [row, minute] of numbers.entries()) yield [minute * minuteMs, difference(row, row + 1)];
    },
  };
};
