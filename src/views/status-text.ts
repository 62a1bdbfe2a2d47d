import type { Freeze } from '../controls/actions/freezes.journal.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Cell, Look } from '../ground/output/look.ts';
import { plural } from '../ground/output/phrases.ts';
import { sparkline, valuesPerBar } from '../ground/output/sparkline.ts';
import { type Column, renderTable } from '../ground/output/table.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { FleetStatus, StatusRow } from '../oversight/status/fleet-status.ts';
import { writtenFigure } from './figures.ts';
import { columnsFor, factsOf, figureNamed, type StatusLayout, sortRows, usualLayout, whyOfRow } from './status-facts.ts';
import { joined, missing, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** Columns of a sparkline: of a month of days where there is room. */
const trendColumns = (width: number | null): number => (width === null || width >= 130 ? 30 : width < 110 ? 10 : 24);

const stateCell = (look: Look, { standing }: StatusRow): Cell => {
  if (standing === null) return { text: missing, tone: 'dim' };
  const counts = standing.suppressedBy === null && !standing.inMaintenance;
  const sign = stateSigns[standing.state];
  return { text: `${symbolOf(look, sign)} ${standing.state}`, tone: counts ? sign.tone : 'dim' };
};

/** The columns of the table and how a row fills them. */
const partsOf = (status: FleetStatus, look: Look, names: readonly string[]) => {
  const isAgents = status.by === 'agent';
  const lead: readonly Column[] = [
    ...(isAgents ? [{ title: 'STATE' }] : []),
    { title: status.by.toUpperCase(), flexible: true, minWidth: 12 },
  ];
  const tail: readonly Column[] = isAgents && look.width === null ? [{ title: 'WHY' }] : [];
  const figures = names.map((name): Column => {
    const figure = figureNamed(name);
    return figure === null ? { title: 'TREND', optional: true } : { title: figure.title, align: 'right', optional: true };
  });
  const cellOf = (row: StatusRow, name: string): Cell => {
    const figure = figureNamed(name);
    if (figure === null) return { text: sparkline(look, row.trendNanos, trendColumns(look.width)) };
    const tone = figure.tone?.(row.figures);
    return { text: writtenFigure(figure, row.figures), ...(tone === undefined ? {} : { tone }) };
  };
  const cellsOf = (row: StatusRow): readonly Cell[] => [
    ...(isAgents ? [stateCell(look, row)] : []),
    { text: row.key, tone: row.standing === null || row.standing.state === 'green' ? 'plain' : 'strong' },
    ...names.map((name) => cellOf(row, name)),
    ...(tail.length === 0 ? [] : [{ text: whyOfRow(row) }]),
  ];
  return { columns: [...lead, ...figures, ...tail], cellsOf };
};

/** Whoever looks at the fleet must know that nothing begins by itself. */
const frozenLines = (look: Look, { agent, until, reason, stopsSafety }: Freeze, now: number): readonly string[] =>
  renderParagraph(look, { indent: 0, hang: 2, maxLines: 2 }, [
    { text: `frozen for ${humanDuration(until - now)} more`, tone: 'warn' },
    { text: `: nothing automatic begins on ${agent ?? 'any agent'}${stopsSafety ? ', nor containment of class safety' : ''}` },
    { text: ` (${reason})`, tone: 'dim' },
  ]);

const trendNote = ({ trend: { bucket, buckets } }: FleetStatus, look: Look): string => {
  const each = valuesPerBar(buckets, trendColumns(look.width));
  return `trend: cost of each ${each === 1 ? bucket : plural(each, bucket)}, newest right`;
};

/** Figures are this machine's own; states, alerts and freezes are not, and nobody should take them for good. */
const blindLines = ({ journalTrouble }: FleetStatus, look: Look): readonly string[] =>
  journalTrouble === null
    ? []
    : renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [
        { text: `${symbolOf(look, stateSigns.unknown)} `, tone: stateSigns.unknown.tone },
        { text: `states, alerts and freezes are not known: ${journalTrouble}` },
      ]);

/** The parts of the text, each row with the lines under it: what a screen scrolls through. */
export interface StatusParts {
  readonly head: readonly string[];
  readonly titles: string;
  readonly rows: readonly { readonly key: string; readonly lines: readonly string[] }[];
  readonly foot: readonly string[];
}

export const statusParts = (status: FleetStatus, look: Look, { columns, sorting }: StatusLayout): StatusParts => {
  const head = renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [
    { text: status.fleet, tone: 'strong' },
    { text: joined(look, ['', ...factsOf(status)]), tone: 'dim' },
  ]);
  const names = columns ?? columnsFor(look.width, status.by);
  const { columns: wanted, cellsOf } = partsOf(status, look, names);
  const rows = sortRows(status.rows, sorting);
  const table = renderTable(look, wanted, rows.map(cellsOf));
  const linesOf = (row: StatusRow, line: string): readonly string[] => {
    const why = look.width === null ? '' : whyOfRow(row);
    return [line, ...(why === '' ? [] : renderParagraph(look, { indent: 4, hang: 0, maxLines: 3 }, [{ text: why }]))];
  };
  const isDrawn = names.includes('trend') && !table.dropped.includes('TREND') && rows.some(({ trendNanos }) => trendNanos.length > 0);
  return {
    head: [...head, ...blindLines(status, look), ...status.freezes.flatMap((freeze) => frozenLines(look, freeze, status.generatedAt))],
    titles: table.head,
    rows: rows.map((row, at) => ({ key: row.key, lines: linesOf(row, table.rows[at] ?? '') })),
    foot: isDrawn ? [renderLine(look, 0, [{ text: trendNote(status, look), tone: 'dim' }])] : [],
  };
};

/** The fleet's figures for people: a line an agent, or a line of whatever they are grouped by, and under each agent in trouble why. */
export const renderStatusText = (status: FleetStatus, { look }: ViewOptions, layout: StatusLayout = usualLayout): string => {
  const { head, titles, rows, foot } = statusParts(status, look, layout);
  if (rows.length === 0) return [...head, '', `no ${status.by === 'score' ? 'scores' : 'requests'} were seen`, ''].join('\n');
  const body = rows.flatMap(({ lines }) => lines);
  return [...head, '', titles, ...body, ...(foot.length === 0 ? [] : ['', ...foot]), ''].join('\n');
};
