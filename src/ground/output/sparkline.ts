import type { Look } from './look.ts';

const bars = '▁▂▃▄▅▆▇█';
const asciiBars = '_.-=+*#@';

/** How many values stand in one character where there are so many columns: the same number in each, so that equal values look equal. */
export const valuesPerBar = (values: number, columns: number): number => Math.max(1, Math.ceil(values / columns));

/** Sums of neighbours, counted from the newest; the oldest may be of fewer. */
const folded = (values: readonly number[], columns: number): readonly number[] => {
  const each = valuesPerBar(values.length, columns);
  const sums = new Array<number>(Math.ceil(values.length / each)).fill(0);
  for (const [at, value] of values.entries()) {
    const into = sums.length - 1 - Math.floor((values.length - 1 - at) / each);
    sums[into] = (sums[into] ?? 0) + value;
  }
  return sums;
};

/** One character a value, from nothing to the highest of the series; empty where there is nothing at all. */
export const sparkline = (look: Pick<Look, 'unicode'>, values: readonly number[], columns: number): string => {
  const shown = folded(values, columns);
  const most = Math.max(0, ...shown);
  if (most === 0) return '';
  const steps = [...(look.unicode ? bars : asciiBars)];
  return shown.map((value) => steps[Math.min(steps.length - 1, Math.ceil((Math.max(0, value) / most) * (steps.length - 1)))]).join('');
};
