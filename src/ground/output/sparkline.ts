import type { Look } from './look.ts';

const bars = '▁▂▃▄▅▆▇█';
const asciiBars = '_.-=+*#@';

/** The most even way to show a series in fewer columns: sums of neighbours. */
const folded = (values: readonly number[], columns: number): readonly number[] => {
  if (values.length <= columns) return values;
  const sums = new Array<number>(columns).fill(0);
  for (const [at, value] of values.entries()) {
    const into = Math.floor((at * columns) / values.length);
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
