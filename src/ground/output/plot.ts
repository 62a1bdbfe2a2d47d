import { renderLine } from './line.ts';
import type { Look } from './look.ts';
import { displayWidth } from './width.ts';

export interface PlotMark {
  /** Position among the values; where between two of them does not matter to a terminal. */
  readonly at: number;
}

export interface Plot {
  /** Null: nothing is known there, which is not 0. */
  readonly values: readonly (number | null)[];
  /** Rows of the drawing. */
  readonly height: number;
  /** Columns of everything, labels included. */
  readonly width: number;
  readonly format: (value: number) => string;
  /** What stands under the left end, the middle and the right end. */
  readonly ends: readonly [string, string, string];
  readonly marks: readonly PlotMark[];
}

const zero = '0';
const eighths = ' ▁▂▃▄▅▆▇█';

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

/** A bar chart over time that starts at 0, in lines: eighths of a row where Unicode is drawn, whole rows elsewhere. */
export const renderPlot = (look: Look, { values, height, width, format, ends, marks }: Plot): readonly string[] => {
  const top = roundAbove(Math.max(0, ...values.map((value) => value ?? 0)));
  const labels = Array.from({ length: height }, (_, row) => (row % 2 === 0 ? format((top * (height - row)) / height) : ''));
  const margin = Math.max(...[...labels, zero].map(displayWidth));
  const room = Math.max(10, width - margin - 2);
  // Whole columns for each value where there is room, so that equal times look equal.
  const columns = values.length > 0 && values.length < room ? Math.floor(room / values.length) * values.length : room;
  const shown = columnsOf(values, columns);
  const [axis, corner, line, up, gap] = look.unicode ? ['┤', '└', '─', '▲', '·'] : ['|', '+', '-', '^', '.'];
  const cellAt = (value: number | null, row: number): string => {
    const below = height - 1 - row;
    if (value === null) return below === 0 ? (gap ?? '') : ' ';
    const filled = (value / top) * height - below;
    if (!look.unicode) return filled >= 0.5 ? '#' : ' ';
    const least = below === 0 && value > 0 ? 1 : 0;
    return eighths[Math.max(least, Math.min(8, Math.round(filled * 8)))] ?? ' ';
  };
  const rows = labels.map((label, row) =>
    renderLine(look, 0, [
      { text: ' '.repeat(margin - displayWidth(label)) },
      { text: label, tone: 'dim' },
      { text: ` ${axis}`, tone: 'dim' },
      // Pieces keep the blanks at their ends only, so each run of blanks is a piece of its own.
      ...(
        shown
          .map((value) => cellAt(value, row))
          .join('')
          .match(/ +|[^ ]+/g) ?? []
      ).map((text) => ({ text })),
    ]),
  );
  const inside = marks.filter(({ at }) => at >= 0 && at < values.length);
  const marked = new Set(inside.map(({ at }) => Math.floor((at * columns) / values.length)));
  const axisLine = Array.from({ length: columns }, (_, column) => (marked.has(column) ? up : line)).join('');
  const [left, middle, right] = ends;
  const spare = columns - displayWidth(left) - displayWidth(middle) - displayWidth(right);
  const before = Math.max(1, Math.floor(spare / 2));
  return [
    ...rows,
    renderLine(look, 0, [
      { text: ' '.repeat(margin - displayWidth(zero)) },
      { text: zero, tone: 'dim' },
      { text: ` ${corner}`, tone: 'dim' },
      { text: axisLine, tone: 'dim' },
    ]),
    renderLine(look, margin + 2, [
      { text: left, tone: 'dim' },
      { text: ' '.repeat(before) },
      { text: middle, tone: 'dim' },
      { text: ' '.repeat(Math.max(1, spare - before)) },
      { text: right, tone: 'dim' },
    ]),
  ];
};
