import { type Html, html } from '../../../ground/output/html.ts';
import { formatShare } from '../../../ground/units/amount.ts';
import type { Figures } from '../../../telemetry/stats/figures.ts';
import { type FigureColumn, figureColumns, writtenFigure } from '../../../views/figures.ts';
import { type Happening, renderTimeChart, type Series } from '../charts/time-chart.ts';
import type { FleetReport } from '../report.ts';
import { bucketMs, bucketWord, momentWord, roundTick } from '../report-words.ts';
import { renderTable } from './table.ts';

/** A chart of the trends: which figures, and how they are read. */
interface TrendChart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly look: 'bars' | 'lines';
  /** Names of figures, as `agentops trend` takes them. */
  readonly figures: readonly (readonly [name: string, as: string])[];
  readonly low?: number;
  readonly high?: number;
  readonly limit?: (promised: FleetReport['agents'][number]['promised']) => number | null;
}

const charts: readonly TrendChart[] = [
  { id: 'requests', title: 'Requests', unit: 'count', look: 'bars', figures: [['requests', 'requests']] },
  {
    id: 'errors',
    title: 'Failed',
    unit: 'share of requests',
    look: 'lines',
    figures: [['error-rate', 'failed']],
    limit: (promised) => promised.errorRate,
  },
  {
    ...{ id: 'latency', title: 'Latency', unit: 'of whole requests', look: 'lines' },
    figures: [
      ['p50', 'p50'],
      ['p95', 'p95'],
      ['p99', 'p99'],
    ],
    limit: (promised) => promised.latencyP95Us,
  },
  { id: 'cost', title: 'Cost', unit: 'US dollars', look: 'bars', figures: [['cost', 'cost']] },
  { id: 'each', title: 'Cost a request', unit: 'US dollars', look: 'lines', figures: [['per-request', 'a request']] },
  {
    id: 'quality',
    title: 'Quality',
    unit: 'mean score, 0 to 1',
    look: 'lines',
    figures: [['quality', 'quality']],
    high: 1,
    limit: (promised) => promised.quality,
  },
  { id: 'steps', title: 'Loop depth', unit: 'steps a request, mean', look: 'lines', figures: [['steps', 'steps']] },
  { id: 'deepest', title: 'Deepest request', unit: 'steps', look: 'bars', figures: [['steps-max', 'steps']] },
  { id: 'ttft', title: 'First token', unit: 'p95', look: 'lines', figures: [['ttft', 'first token']] },
];

const columnNamed = (name: string): FigureColumn => figureColumns.find((column) => column.name === name) as FigureColumn;

/** What a bucket without a request has none of. */
const countable = ['requests', 'cost', 'errors'];

const valueIn = (column: FigureColumn, figures: Figures): number | null =>
  column.value(figures) ?? (figures.requests === 0 && countable.includes(column.name) ? 0 : null);

/** Every figure over time as small charts that are read alike, with what happened meanwhile. */
export const renderTrends = (report: FleetReport): Html => {
  const { trend } = report;
  const happenings = happeningsOf(report);
  return html`<section id="trends"><h2>Trends</h2>
<p class="soft">By the ${trend.split}, UTC; the last has only begun. Dotted lines are releases, red bars above are incidents. Where nothing is known there is a gap.</p>
<div class="charts">
${charts.map((chart) => renderTrend(report, chart, happenings))}</div>
${eventList(report)}
${trend.points.length > mostTabled ? null : html`<details><summary>All figures as a table</summary>${tableOf(report)}</details>`}
</section>`;
};

/** More buckets than that make no table that anybody reads; the JSON document has them all. */
const mostTabled = 64;

const renderTrend = (report: FleetReport, chart: TrendChart, happenings: readonly Happening[]): Html => {
  const { trend, agents, agent } = report;
  const columns = chart.figures.map(([name]) => columnNamed(name));
  const series = columns.map(
    (column, at): Series => ({
      name: chart.figures[at]?.[1] ?? '',
      values: trend.points.map(({ figures }) => valueIn(column, figures)),
      colour: at,
    }),
  );
  const [first] = columns as [FigureColumn];
  const main = columns.length === 3 ? (columns[1] ?? first) : first;
  const known = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const promised =
    agent === null ? null : (chart.limit?.(agents[0]?.promised ?? { latencyP95Us: null, errorRate: null, quality: null }) ?? null);
  const nameOf = bucketWord(report);
  const whole = writtenFigure(main, trend.whole);
  return renderTimeChart({
    ...{ id: `trend-${chart.id}`, title: chart.title, unit: chart.unit, look: chart.look, series, happenings, nameOf },
    starts: trend.points.map(({ bucketUs }) => bucketUs / 1000),
    end: report.window.to,
    bucketMs: bucketMs(report),
    ...(chart.high === undefined ? {} : { high: chart.high }),
    low: chart.high === undefined ? 0 : lowest(known),
    limit: promised === null ? null : { value: promised, text: `promised ${main.write(promised)}` },
    write: first.write,
    writeTick: (value) => tickOf(first, value),
    now: whole === '-' ? '' : whole,
    description:
      known.length === 0
        ? 'Nothing is known of it in this time.'
        : `From ${first.write(Math.min(...known))} to ${first.write(Math.max(...known))}; ${whole} over the whole time.`,
  });
};

/** A scale of grades begins at a half where none is lower: what differs is seen. */
const lowest = (values: readonly number[]): number => (values.some((value) => value < 0.55) ? 0 : 0.5);

const tickOf = ({ name, write }: FigureColumn, value: number): string =>
  value === 0 ? '0' : name === 'error-rate' ? formatShare(value) : roundTick(write(value));

const happeningsOf = ({ trend, incidents, window }: FleetReport): readonly Happening[] => [
  ...incidents.map(({ id, title, startedAt, resolvedAt }) => ({ at: startedAt, until: resolvedAt ?? window.to, text: `${id}: ${title}` })),
  ...trend.marks
    .filter(({ at }) => at >= window.from && at <= window.to)
    .slice(-mostMarks)
    .map(({ at, agent, release }) => ({ at, until: null, text: `${agent} ${release}` })),
];

/** More lines than that hide what they stand in. */
const mostMarks = 30;
const listedEvents = 10;

const eventList = ({ trend, incidents, window }: FleetReport): Html | null => {
  const events = [
    ...trend.marks
      .filter(({ at }) => at <= window.to)
      .map(({ at, agent, release, note }) => ({ at, kind: 'release', agent, what: release, note })),
    ...incidents.map(({ startedAt, agent, id, title }) => ({
      at: startedAt,
      kind: 'incident',
      agent: agent ?? 'the fleet',
      what: id,
      note: title,
    })),
  ].sort((a, b) => b.at - a.at);
  if (events.length === 0) return null;
  const cut = events.length - listedEvents;
  return html`<h3>What happened meanwhile</h3>
${renderTable(
  'What happened meanwhile',
  [
    { title: 'When, UTC', look: 'nowrap', cell: ({ at }: (typeof events)[number]) => momentWord(at) },
    { title: 'What', cell: ({ kind, what }) => html`${kind} <b>${what}</b>` },
    { title: 'Agent', cell: ({ agent }) => agent },
    { title: 'Note', isWide: true, look: 'why', cell: ({ note }) => note },
  ],
  events.slice(0, listedEvents),
)}${cut <= 0 ? null : html`<p class="soft">and ${cut} earlier</p>`}`;
};

const tabled = ['requests', 'errors', 'error-rate', 'p50', 'p95', 'p99', 'ttft', 'cost', 'per-request', 'quality', 'steps', 'steps-max'];

const tableOf = (report: FleetReport): Html => {
  const nameOf = bucketWord(report);
  return renderTable(
    'Figures over time',
    [
      {
        title: report.trend.split === 'day' ? 'Day' : 'Hour',
        isName: true,
        look: 'nowrap',
        cell: ({ bucketUs }: FleetReport['trend']['points'][number]) => nameOf(bucketUs / 1000),
      },
      ...tabled.map(columnNamed).map((column) => ({
        title: column.title.toLowerCase(),
        isNumber: true,
        cell: ({ figures }: FleetReport['trend']['points'][number]) => column.write(valueIn(column, figures)),
      })),
    ],
    report.trend.points,
  );
};
