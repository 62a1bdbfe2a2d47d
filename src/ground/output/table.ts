import Table from 'cli-table3';
import { inertLine } from './escape.ts';
import { type Cell, type Look, markOf, noCell } from './look.ts';
import { cutToWidth, displayWidth } from './width.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut with `…`; ids may not. */
  readonly flexible?: boolean;
  /** Columns a flexible one keeps as long as an optional column can go instead; default 8. */
  readonly minWidth?: number;
  /** Left out where the table would not fit otherwise; the last such column goes first. */
  readonly optional?: boolean;
}

export interface RenderedTable {
  readonly head: string;
  /** One line a row. */
  readonly rows: readonly string[];
  /** Titles of the columns that were left out. */
  readonly dropped: readonly string[];
}

const gap = 2;
const standIn = '\uE000';
const sides = ['top', 'bottom', 'left', 'right', 'mid'];
const corners = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right', 'left-mid', 'mid-mid', 'right-mid'];
const chars = { ...Object.fromEntries([...sides, ...corners].map((name) => [name, ''])), middle: ' '.repeat(gap) };

const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, gap * Math.max(0, widths.length - 1));

/** Where nothing else gives way, a flexible column keeps that much. */
const narrowest = 4;

/** Widths that fit into `room`: the widest flexible column gives way first, to its least width, then further. They may still be too wide. */
const shrunk = (columns: readonly Filled[], room: number): readonly number[] => {
  const widths = columns.map(({ natural }) => natural);
  const widestAbove = (floorOf: (column: Filled) => number): number => {
    const spare = columns.map((column, at) => ((widths[at] ?? 0) > floorOf(column) ? (widths[at] ?? 0) : 0));
    const most = Math.max(0, ...spare);
    return most === 0 ? -1 : spare.indexOf(most);
  };
  for (let over = total(widths) - room; over > 0; over -= 1) {
    const soft = widestAbove(({ least }) => least);
    const gives = soft >= 0 ? soft : widestAbove(({ column, natural }) => (column.flexible ? narrowest : natural));
    if (gives < 0) break;
    widths[gives] = (widths[gives] ?? 0) - 1;
  }
  return widths;
};

/** A column with its inert texts and the widths it wants and needs. */
interface Filled {
  readonly column: Column;
  readonly cells: readonly Cell[];
  readonly texts: readonly string[];
  readonly natural: number;
  readonly least: number;
}

const filled = (column: Column, cells: readonly Cell[]): Filled => {
  const texts = cells.map((cell) => inertLine(cell.text));
  const natural = Math.max(displayWidth(column.title), ...texts.map(displayWidth));
  return { column, cells, texts, natural, least: column.flexible ? Math.min(natural, column.minWidth ?? 8) : natural };
};

/** The columns that fit at their least widths, and the ones left out for it. */
const chosen = (columns: readonly Filled[], room: number): { readonly kept: readonly Filled[]; readonly dropped: readonly Filled[] } => {
  if (total(columns.map(({ least }) => least)) <= room) return { kept: columns, dropped: [] };
  const goes = columns.findLast(({ column }) => column.optional);
  if (goes === undefined) return { kept: columns, dropped: [] };
  const rest = chosen(
    columns.filter((each) => each !== goes),
    room,
  );
  return { kept: rest.kept, dropped: [...rest.dropped, goes] };
};

/**
 * cli-table3 lays out one line of stand-ins, each as wide as its column, and every line is filled into that: it counts the columns of a
 * text by a rule that is wrong for many scripts, and holds every cell against every other, which takes seconds for thousands of rows.
 */
const layOut = (columns: readonly Filled[], lines: readonly (readonly Shown[])[], look: Look): readonly string[] => {
  const widths = columns.map((_, at) => lines.reduce((most, line) => Math.max(most, line[at]?.width ?? 0), 0));
  const table = new Table({ chars, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true } });
  table.push(widths.map((width) => standIn.repeat(width)));
  const form = table.toString();
  const seen = widths.flatMap((width, at) => (width > 0 ? [at] : []));
  return lines.map((line) => {
    let next = 0;
    const written = form.replace(/\uE000+/g, () => {
      const at = seen[next++] ?? 0;
      const { text, tone = 'plain', width } = line[at] ?? blank;
      const [painted, rest] = [width === 0 ? '' : look.paint(tone, text), ' '.repeat((widths[at] ?? 0) - width)];
      return columns[at]?.column.align === 'right' ? rest + painted : painted + rest;
    });
    return written.trimEnd();
  });
};

/** A cell as it is shown, with the columns it takes. */
interface Shown extends Cell {
  readonly width: number;
}

const shownCell = (cell: Cell): Shown => ({ ...cell, width: displayWidth(cell.text) });
const blank: Shown = { ...noCell, width: 0 };

/** Lays out rows under a dim head. Cells hold raw text. In a terminal every line fits; elsewhere nothing is cut. */
export const renderTable = (look: Look, columns: readonly Column[], rows: readonly (readonly Cell[])[]): RenderedTable => {
  const room = look.width ?? Number.POSITIVE_INFINITY;
  const all = columns.map((column, at) =>
    filled(
      column,
      rows.map((row) => row[at] ?? noCell),
    ),
  );
  const { kept, dropped } = chosen(all, room);
  const widths = shrunk(kept, room);
  const head = kept.map(({ column }) => shownCell({ text: column.title, tone: 'dim' }));
  const body = rows.map((_, row) =>
    kept.map(({ texts, cells }, at) => shownCell({ ...cells[row], text: cutToWidth(texts[row] ?? '', widths[at] ?? 0, markOf(look)) })),
  );
  const [first = '', ...rest] = layOut(kept, [head, ...body], look);
  return { head: first, rows: rest, dropped: dropped.map(({ column }) => column.title) };
};
