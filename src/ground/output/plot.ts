import { plot } from 'simple-ascii-chart';
import { renderLine } from './line.ts';
import type { Look } from './look.ts';
import { displayWidth } from './width.ts';

export interface PlotMark {
  /** Position among the values; where between two of them does not matter to a terminal. */
  readonly at: number;
  /** One column wide. */
  readonly sign: string;
}

export interface Plot {
  /** Null: nothing is known there, which is not 0. */
  readonly values: readonly (number | null)[];
  /** Rows between two labels of the value axis, of which there are six. */
  readonly step: number;
  /** Columns of everything, labels included. */
  readonly width: number;
  readonly format: (value: number) => string;
  /** What stands under the left end, the middle and the right end. */
  readonly ends: readonly [string, string, string];
  readonly marks: readonly PlotMark[];
}

/** Labels above 0: a fifth of every round number is one itself. */
const steps = 5;

/** A round number at or above a value: 1, 2, 2.5 or 5 times a power of ten. */
const roundAbove = (value: number): number => {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  // What a division left in the last digit must not cost a step.
  const step = [1, 2, 2.5, 5, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return step * power;
};

/** The value each column shows: more columns than values repeat one, fewer take the greatest of those they stand for. */
const columnsOf = (values: readonly (number | null)[], columns: number): readonly (number | null)[] =>
  Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / columns));
    const known = values.slice(from, to).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  });

/** What is known, in unbroken runs: the library joins the points of a series, and so would draw a line through what nobody knows. */
const runsOf = (columns: readonly (number | null)[]): [number, number][][] => {
  const runs: [number, number][][] = [];
  for (const [column, value] of columns.entries()) {
    if (value === null) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.at(-1)?.[0] === column - 1) last.push([column, value]);
    else runs.push([[column, value]]);
  }
  return runs;
};

const ascii = { axis: { n: '|', ns: '|', y: '|' }, chart: { we: '-', wns: '.', ns: '|', nse: "'", wsn: "'", sne: '.' } };

/**
 * The drawing alone, from the row of the highest label down to that of 0. The library's time axis begins and ends with what is known, so
 * that is what it draws; its labels are cut where they are long, so it gets none.
 */
const draw = (look: Look, levels: readonly (number | null)[], rows: number): readonly string[] => {
  const runs = runsOf(levels);
  const [first, last] = [runs.at(0)?.at(0)?.[0], runs.at(-1)?.at(-1)?.[0]];
  if (first === undefined || last === undefined) return [];
  const [, arrow = '', ...lines] = plot(runs, {
    width: last - first + 1,
    height: rows,
    yRange: [0, rows - 1],
    hideXAxis: true,
    hideYAxisTicks: true,
    ...(look.unicode ? {} : { symbols: ascii }),
  }).split('\n');
  const axisAt = arrow.search(/\S/);
  return lines.slice(0, rows).map((line) => `${' '.repeat(first)}${line.slice(axisAt + 1)}`);
};

/** A line over time above an axis at 0, broken where nothing is known; marks stand on the axis, which is dotted below the breaks. */
export const renderPlot = (look: Look, wanted: Plot): readonly string[] => {
  const { values, step, width, format, ends, marks } = wanted;
  const top = roundAbove(Math.max(0, ...values.map((value) => value ?? 0)));
  const rowCount = steps * step + 1;
  const labels = Array.from({ length: rowCount }, (_, row) =>
    row % step === 0 ? format((top * (rowCount - 1 - row)) / (rowCount - 1)) : '',
  );
  const margin = Math.max(...labels.map(displayWidth));
  const room = Math.max(10, width - margin - 2);
  // Whole columns for each value where there is room, so that equal times look equal.
  const columns = values.length > 0 && values.length < room ? Math.floor(room / values.length) * values.length : room;
  const shown = columnsOf(values, columns);
  // What a division left in the last digit must not lie above the highest row.
  const levels = shown.map((value) => (value === null ? null : Math.min(1, value / top) * (rowCount - 1)));
  const [tick, axis, corner, along, gap] = look.unicode ? ['┤', '│', '└', '─', '·'] : ['|', '|', '+', '-', '.'];
  const drawing = draw(look, levels, rowCount);
  const rows = labels.map((label, row) =>
    renderLine(look, 0, [
      { text: ' '.repeat(margin - displayWidth(label)) },
      { text: label, tone: 'dim' },
      { text: ` ${label === '' ? axis : tick}`, tone: 'dim' },
      // Pieces keep the blanks at their ends only, so each run of blanks is a piece of its own.
      ...(drawing[row]?.match(/ +|[^ ]+/g) ?? []).map((text) => ({ text })),
    ]),
  );
  const inside = marks.filter(({ at }) => at >= 0 && at < values.length);
  const signs = new Map(inside.map(({ at, sign }) => [Math.floor((at * columns) / values.length), sign]));
  const axisLine = shown.map((value, column) => signs.get(column) ?? (value === null ? gap : along)).join('');
  const [left, middle, right] = ends;
  const spare = columns - displayWidth(left) - displayWidth(middle) - displayWidth(right);
  const before = Math.max(1, Math.floor(spare / 2));
  return [
    ...rows,
    renderLine(look, margin + 1, [{ text: `${corner}${axisLine}`, tone: 'dim' }]),
    renderLine(look, margin + 2, [
      { text: left, tone: 'dim' },
      { text: ' '.repeat(before) },
      { text: middle, tone: 'dim' },
      { text: ' '.repeat(Math.max(1, spare - before)) },
      { text: right, tone: 'dim' },
    ]),
  ];
};
