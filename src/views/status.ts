import { type CsvValue, renderCsv } from '../ground/output/csv.ts';
import { markdownText } from '../ground/output/escape.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { sparkline } from '../ground/output/sparkline.ts';
import { toUsd } from '../ground/units/amount.ts';
import type { FleetStatus, StatusRow } from '../oversight/status/fleet-status.ts';
import { figuresJson, writtenFigure } from './figures.ts';
import { freezeFacts } from './incident-facts.ts';
import { columnsFor, factsOf, figureNamed, type StatusLayout, sortRows, usualLayout, whyOfRow } from './status-facts.ts';
import type { ViewOptions } from './words.ts';

/** The window, freshness and coverage of every document with figures. */
export const figureHead = ({ window, coverage, generatedAt }: Pick<FleetStatus, 'window' | 'coverage' | 'generatedAt'>) => ({
  window: { from: isoTime(window.fromUs / 1000), to: isoTime(window.toUs / 1000) },
  freshness_s: coverage.syncedUs === null ? null : Math.max(0, Math.round(generatedAt / 1000 - coverage.syncedUs / 1e6)),
  never_synced: coverage.unread,
  priced_share: coverage.pricedShare,
  pending_buckets: coverage.pending,
});

const rowJson = (row: StatusRow) => ({ ...figuresJson(row.figures), cost_trend_usd: row.trendNanos.map(toUsd) });

const agentJson = (row: StatusRow) => ({
  agent: row.key,
  state: row.standing?.state ?? null,
  since: isoTime(row.standing?.since ?? null),
  reasons: row.standing?.reasons ?? [],
  tier: row.standing?.tier ?? null,
  suppressed_by: row.standing?.suppressedBy ?? null,
  in_maintenance: row.standing?.inMaintenance ?? false,
  ...rowJson(row),
});

/** The public document of `agentops status --json`. */
export const renderStatusJson = (status: FleetStatus, _options: ViewOptions, { sorting }: StatusLayout = usualLayout): string => {
  const rows = sortRows(status.rows, sorting);
  return jsonDocument(status.fleet, status.generatedAt, {
    ...figureHead(status),
    group_by: status.by,
    filter: status.filter,
    basis: status.basis,
    trend_bucket: status.trend.bucket,
    rows_left_out: status.leftOut,
    totals: figuresJson(status.totals),
    freezes: status.freezes.map(freezeFacts),
    journal_trouble: status.journalTrouble,
    ...(status.by === 'agent' ? { agents: rows.map(agentJson) } : { rows: rows.map((row) => ({ key: row.key, ...rowJson(row) })) }),
  });
};

/** One record a row, with every figure. */
export const renderStatusCsv = (status: FleetStatus, _options: ViewOptions, { sorting }: StatusLayout = usualLayout): string => {
  const names = Object.keys(figuresJson(status.totals));
  return renderCsv(
    ['fleet', 'window_from', 'window_to', status.by.replace('-', '_'), 'state', 'why', ...names],
    sortRows(status.rows, sorting).map((row) => [
      status.fleet,
      isoTime(status.window.fromUs / 1000),
      isoTime(status.window.toUs / 1000),
      row.key,
      row.standing?.state ?? null,
      whyOfRow(row),
      ...(Object.values(figuresJson(row.figures)) as CsvValue[]),
    ]),
  );
};

/** For a wiki page or a pull request. */
export const renderStatusMarkdown = (
  status: FleetStatus,
  _options: ViewOptions,
  { columns, sorting }: StatusLayout = usualLayout,
): string => {
  const names = columns ?? columnsFor(null, status.by);
  const isAgents = status.by === 'agent';
  const right = { align: 'right' as const };
  const head = [
    ...(isAgents ? [{ title: 'State' }] : []),
    { title: isAgents ? 'Agent' : status.by },
    ...names.map((name) => (name === 'trend' ? { title: 'Trend' } : { title: figureNamed(name)?.title.toLowerCase() ?? name, ...right })),
    ...(isAgents ? [{ title: 'Why' }] : []),
  ];
  const rows = sortRows(status.rows, sorting).map((row) => [
    ...(isAgents ? [row.standing?.state ?? '-'] : []),
    row.key,
    ...names.map((name) => {
      const figure = figureNamed(name);
      return figure === null ? sparkline({ unicode: true }, row.trendNanos, 30) : writtenFigure(figure, row.figures);
    }),
    ...(isAgents ? [whyOfRow(row)] : []),
  ]);
  const facts = factsOf(status).map(markdownText).join(', ');
  return [`### ${markdownText(status.fleet)}`, '', facts, '', renderMarkdownTable(head, rows), ''].join('\n');
};
