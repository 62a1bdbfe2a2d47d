import { renderCsv } from '../ground/output/csv.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { localTime } from '../ground/output/phrases.ts';
import { renderPlot } from '../ground/output/plot.ts';
import type { Incident } from '../response/incidents/incident.ts';
import type { Trend } from '../telemetry/stats/collect-trend.ts';
import type { Figures } from '../telemetry/stats/figures.ts';
import { type FigureColumn, figuresJson, writtenFigure } from './figures.ts';
import { figureHead } from './status.ts';
import { basisFact, coverageFacts, windowWord } from './status-facts.ts';
import { joined, type ViewOptions } from './words.ts';

/** A trend and the figure that is looked at. */
export interface MetricTrend {
  readonly trend: Trend;
  readonly metric: FigureColumn;
  /** That began in its window, oldest first. */
  readonly incidents: readonly Incident[];
}

/** What a bucket without a request has none of; everything else is not known there. */
const countable: readonly string[] = ['requests', 'errors', 'cost', 'input', 'cached', 'output', 'probes'];

const valueIn = ({ metric }: MetricTrend, figures: Figures): number | null =>
  metric.value(figures) ?? (figures.requests === 0 && countable.includes(metric.name) ? 0 : null);

const plotWithoutTerminal = 100;
/** Eleven rows. */
const rowsPerLabel = 2;
/** Marks and incidents that are listed. */
const listedEvents = 8;

const timeOf = ({ trend }: MetricTrend, us: number, zone: string): string =>
  trend.split === 'day' || trend.split === 'week'
    ? new Date(us / 1000).toISOString().slice(0, 10)
    : localTime(us / 1000, zone).slice(5, 16);

const changeSign = (look: Look): string => (look.unicode ? '▲' : '^');
const incidentSign = (look: Look): string => (look.unicode ? '✖' : 'x');

/** Something that happened, as it is listed below the axis. */
interface Event {
  readonly at: number;
  readonly sign: string;
  readonly agent: string;
  readonly what: string;
  readonly note: string;
}

const eventsOf = (look: Look, { trend, incidents }: MetricTrend): readonly Event[] =>
  [
    ...trend.marks.map(({ at, agent, release, note }) => ({ at, sign: changeSign(look), agent, what: release, note })),
    ...incidents.map(({ startedAt, agent, id, title }) => ({
      at: startedAt,
      sign: incidentSign(look),
      agent: agent ?? trend.fleet,
      what: id,
      note: title,
    })),
  ].sort((a, b) => a.at - b.at);

const eventLines = (look: Look, shown: MetricTrend, zone: string): readonly string[] => {
  const lines = eventsOf(look, shown)
    .slice(-listedEvents)
    .map(({ at, sign, agent, what, note }) =>
      renderLine(look, 0, [
        { text: `${sign} ${localTime(at, zone)}  `, tone: 'dim' },
        { text: `${agent} ` },
        { text: what, tone: 'strong' },
        { text: note === '' ? '' : `  ${note}`, tone: 'dim' },
      ]),
    );
  return lines.length === 0 ? [] : ['', ...lines];
};

/** The figure over time, for people; marks and incidents stand on the axis and are listed below. */
const renderText = (shown: MetricTrend, { look, zone }: ViewOptions): string => {
  const { trend, metric } = shown;
  const { points, window } = trend;
  const values = points.map(({ figures }) => valueIn(shown, figures));
  const known = values.filter((value) => value !== null);
  const facts = [
    `last ${windowWord(trend.windowMs)}`,
    ...trend.filter,
    `by ${trend.split === 'quarter' ? 'quarter-hour' : trend.split}`,
    ...coverageFacts(trend.coverage, trend.generatedAt),
    ...basisFact(trend.basis),
  ];
  const head = renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [
    { text: `${trend.fleet}: ${metric.name}`, tone: 'strong' },
    { text: joined(look, ['', ...facts]), tone: 'dim' },
  ]);
  const format = (value: number) => metric.write(value);
  if (known.length === 0 || metric.value(trend.whole) === null) return [...head, '', 'nothing is known of it in this time', ''].join('\n');
  if (known.every((value) => value === 0))
    return [...head, '', `${format(0)} all this time`, ...eventLines(look, shown, zone), ''].join('\n');
  const first = points[0]?.bucketUs ?? window.fromUs;
  const width = (points[1]?.bucketUs ?? window.toUs) - first;
  const plot = renderPlot(look, {
    values,
    step: rowsPerLabel,
    width: look.width ?? plotWithoutTerminal,
    format,
    ends: [timeOf(shown, first, zone), timeOf(shown, (first + window.toUs) / 2, zone), timeOf(shown, window.toUs, zone)],
    marks: eventsOf(look, shown).map(({ at, sign }) => ({ at: (at * 1000 - first) / width, sign })),
  });
  const summary = [
    `lowest ${format(Math.min(...known))}`,
    `highest ${format(Math.max(...known))}`,
    `last ${format(known.at(-1) ?? 0)}`,
    `whole window ${writtenFigure(metric, trend.whole)}`,
  ];
  return [
    ...head,
    '',
    ...plot,
    '',
    renderLine(look, 0, [{ text: joined(look, summary), tone: 'dim' }]),
    ...eventLines(look, shown, zone),
    '',
  ].join('\n');
};

const jsonValue = (shown: MetricTrend, figures: Figures): number | null =>
  figuresJson(figures)[shown.metric.key] ?? (valueIn(shown, figures) === 0 ? 0 : null);

const renderJson = (shown: MetricTrend): string => {
  const { trend, metric, incidents } = shown;
  return jsonDocument(trend.fleet, trend.generatedAt, {
    ...figureHead(trend),
    metric: metric.key,
    bucket: trend.split,
    filter: trend.filter,
    basis: trend.basis,
    whole: figuresJson(trend.whole)[metric.key],
    points: trend.points.map(({ bucketUs, figures }) => ({
      bucket_start: isoTime(bucketUs / 1000),
      value: jsonValue(shown, figures),
      requests: figures.requests,
    })),
    marks: trend.marks.map(({ at, agent, release, note, source }) => ({ at: isoTime(at), agent, release, note, source })),
    incidents: incidents.map(({ id, title, agent, startedAt, resolvedAt }) => ({
      id,
      title,
      agent,
      started: isoTime(startedAt),
      resolved: resolvedAt === null ? null : isoTime(resolvedAt),
    })),
  });
};

const renderTrendCsv = (shown: MetricTrend): string =>
  renderCsv(
    ['fleet', 'bucket_start', shown.metric.key, 'bucket_requests'],
    shown.trend.points.map(({ bucketUs, figures }) => [
      shown.trend.fleet,
      isoTime(bucketUs / 1000),
      jsonValue(shown, figures),
      figures.requests,
    ]),
  );

const renderMarkdown = (shown: MetricTrend): string =>
  `${renderMarkdownTable(
    [{ title: shown.trend.split }, { title: shown.metric.name, align: 'right' }],
    shown.trend.points.map(({ bucketUs, figures }) => [isoTime(bucketUs / 1000), writtenFigure(shown.metric, figures)]),
  )}\n`;

/** Every format of `agentops trend`, by the name `--output` takes. */
export const trendFormats = {
  text: renderText,
  json: renderJson,
  csv: renderTrendCsv,
  markdown: renderMarkdown,
} satisfies Readonly<Record<string, (shown: MetricTrend, options: ViewOptions) => string>>;
