import { renderCsv } from '../ground/output/csv.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { ageOf, ago, plural } from '../ground/output/phrases.ts';
import { type Column, renderTable } from '../ground/output/table.ts';
import { toUsd } from '../ground/units/amount.ts';
import type { Range } from '../ground/units/window.ts';
import type { TraceLine } from '../telemetry/traces/trace-list.cache.ts';
import { countOf, latencyOf } from './figures.ts';
import { windowWord } from './status-facts.ts';
import { joined, missing, moneyOrMissing, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops traces list` and `search`. */
export interface TraceList {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly window: Range;
  /** As in `Coverage`. */
  readonly syncedUs: number | null;
  readonly lines: readonly TraceLine[];
  /** There may be more than were asked for. */
  readonly limit: number;
}

/** Microseconds as the milliseconds of a document. */
export const msOf = (us: number | null): number | null => (us === null ? null : us / 1000);

export const traceHead = ({ window, syncedUs, generatedAt }: Pick<TraceList, 'window' | 'syncedUs' | 'generatedAt'>) => ({
  window: { from: isoTime(window.fromUs / 1000), to: isoTime(window.toUs / 1000) },
  freshness_s: syncedUs === null ? null : Math.max(0, Math.round(generatedAt / 1000 - syncedUs / 1e6)),
});

const lineJson = (line: TraceLine) => ({
  trace_id: line.traceId,
  source: line.source,
  agent: line.agent,
  user: line.user,
  release: line.release,
  start: isoTime(line.startUs / 1000),
  duration_ms: msOf(line.durationUs),
  status: line.isError ? 'error' : 'ok',
  error_type: line.errorType,
  cost_usd: line.costNanos === null ? null : toUsd(line.costNanos),
  steps: line.steps,
});

const renderListJson = (list: TraceList): string =>
  jsonDocument(list.fleet, list.generatedAt, { ...traceHead(list), traces: list.lines.map(lineJson) });

const renderListCsv = ({ fleet, lines }: TraceList): string =>
  renderCsv(
    ['fleet', 'trace_id', 'source', 'agent', 'user', 'release', 'start', 'duration_ms', 'status', 'error_type', 'cost_usd', 'steps'],
    lines.map((line) => [fleet, ...Object.values(lineJson(line))]),
  );

const columns: readonly Column[] = [
  { title: 'TRACE' },
  { title: 'AGO', align: 'right' },
  { title: 'AGENT', flexible: true },
  { title: 'STATUS' },
  { title: 'TIME', align: 'right' },
  { title: 'COST', align: 'right' },
  { title: 'STEPS', align: 'right' },
  { title: 'USER', flexible: true, optional: true },
  { title: 'RELEASE', flexible: true, optional: true },
];

/** `synced 2 m ago`, or that it never was. */
export const freshness = (syncedUs: number | null, now: number): string =>
  syncedUs === null ? 'never synced' : `synced ${ago(syncedUs / 1000, now)}`;

const statusOf = (line: TraceLine): string => (line.isError ? (line.errorType ?? 'error') : line.durationUs === null ? 'running' : 'ok');

/** The list for people. */
export const renderListText = (list: TraceList, { look }: ViewOptions): string => {
  const { lines, limit, window, generatedAt, syncedUs } = list;
  const facts = [
    `last ${windowWord((window.toUs - window.fromUs) / 1000)}`,
    lines.length === limit ? `the first ${plural(limit, 'trace')}` : plural(lines.length, 'trace'),
    freshness(syncedUs, generatedAt),
  ];
  const head = renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [
    { text: list.fleet, tone: 'strong' },
    { text: joined(look, ['', ...facts]), tone: 'dim' },
  ]);
  if (lines.length === 0) return [...head, ''].join('\n');
  const table = renderTable(
    look,
    columns,
    lines.map((line) => {
      const sign = line.isError ? stateSigns.red : stateSigns.green;
      return [
        { text: line.traceId },
        { text: ageOf(generatedAt - line.startUs / 1000), tone: 'dim' },
        { text: line.agent ?? '(unmatched)', tone: line.isError ? 'strong' : 'plain' },
        { text: `${symbolOf(look, sign)} ${statusOf(line)}`, tone: sign.tone },
        { text: latencyOf(line.durationUs) },
        { text: moneyOrMissing(line.costNanos) },
        { text: countOf(line.steps) },
        { text: line.user ?? missing, tone: 'dim' },
        { text: line.release ?? missing, tone: 'dim' },
      ];
    }),
  );
  return [...head, '', table.head, ...table.rows, ''].join('\n');
};

const renderListMarkdown = ({ lines }: TraceList): string => {
  const right = { align: 'right' as const };
  const table = renderMarkdownTable(
    [
      { title: 'Trace' },
      { title: 'Start' },
      { title: 'Agent' },
      { title: 'Status' },
      { title: 'Time', ...right },
      { title: 'Cost', ...right },
      { title: 'Steps', ...right },
    ],
    lines.map((line) => [
      line.traceId,
      isoTime(line.startUs / 1000),
      line.agent ?? '(unmatched)',
      statusOf(line),
      latencyOf(line.durationUs),
      moneyOrMissing(line.costNanos),
      countOf(line.steps),
    ]),
  );
  return `${table}\n`;
};

/** Every format of `agentops traces list` and `search`. */
export const traceListFormats = {
  text: renderListText,
  json: renderListJson,
  csv: renderListCsv,
  markdown: renderListMarkdown,
} satisfies Readonly<Record<string, (list: TraceList, options: ViewOptions) => string>>;
