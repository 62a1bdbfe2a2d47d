import { renderCsv } from '../ground/output/csv.ts';
import { markdownText } from '../ground/output/escape.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import type { Tone } from '../ground/output/look.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { listOf, plural } from '../ground/output/phrases.ts';
import { type Column, renderTable } from '../ground/output/table.ts';
import { formatShare, toUsd } from '../ground/units/amount.ts';
import type { ComparedSide, Comparison } from '../telemetry/stats/collect-comparison.ts';
import type { MetricComparison, MetricName } from '../telemetry/stats/comparison.ts';
import { countOf, latencyOf } from './figures.ts';
import { freshness } from './traces.ts';
import { joined, missing, moneyOrMissing, shareOrMissing, type ViewOptions } from './words.ts';

/** How each metric is called and written. `json`: to the unit that the document has. */
const metricWords: Readonly<
  Record<MetricName, { readonly words: string; readonly key: string; write(value: number | null): string; json(value: number): number }>
> = {
  error_rate: { words: 'error rate', key: 'error_rate', write: shareOrMissing, json: (value) => value },
  latency_p50: { words: 'median latency', key: 'latency_p50_ms', write: latencyOf, json: (us) => us / 1000 },
  latency_p95: { words: 'p95 latency', key: 'latency_p95_ms', write: latencyOf, json: (us) => us / 1000 },
  cost_per_request: { words: 'cost', key: 'cost_usd', write: moneyOrMissing, json: (nanos) => toUsd(Math.round(nanos)) },
  output_tokens: { words: 'output tokens', key: 'output_tokens', write: countOf, json: (value) => value },
  steps: { words: 'steps', key: 'steps', write: (value) => (value === null ? missing : value.toFixed(1)), json: (value) => value },
  quality: { words: 'quality', key: 'quality', write: (value) => (value === null ? missing : value.toFixed(3)), json: (value) => value },
};

const signed = (value: number, write: (size: number) => string): string => `${value < 0 ? '-' : '+'}${write(Math.abs(value))}`;

/** `+42%`, `+3.1 points` of a change as its metric counts it. */
const changeWord = ({ kind, metric }: MetricComparison, value: number): string => {
  if (kind === 'ratio') return signed(value - 1, (size) => formatShare(size));
  if (metric === 'error_rate') return signed(value * 100, (size) => `${size.toFixed(1)} points`);
  return signed(value, (size) => size.toFixed(3));
};

const intervalWord = (row: MetricComparison): string =>
  row.interval === null ? missing : `${changeWord(row, row.interval.low)} to ${changeWord(row, row.interval.high)}`;

const verdictTones: Readonly<Record<MetricComparison['verdict'], Tone>> = { better: 'good', worse: 'bad', same: 'dim', unknown: 'unknown' };
const verdictWords: Readonly<Record<MetricComparison['verdict'], string>> = {
  better: 'better',
  worse: 'worse',
  same: 'no difference shown',
  unknown: 'too little to tell',
};

const named = (row: MetricComparison): string =>
  row.change === null ? metricWords[row.metric].words : `${metricWords[row.metric].words} (${changeWord(row, row.change)})`;

/** The comparison as a plain sentence. */
export const verdictSentence = ({ a, b, metrics }: Comparison): string => {
  if (a.n === 0 || b.n === 0)
    return `nothing was seen of ${listOf([a, b].filter(({ n }) => n === 0).map(({ label }) => label))}, so there is nothing to compare`;
  const of = (verdict: MetricComparison['verdict']) => metrics.filter((row) => row.verdict === verdict).map(named);
  const [worse, better] = [of('worse'), of('better')];
  if (worse.length + better.length === 0) {
    const isKnown = metrics.some(({ verdict }) => verdict === 'same');
    return isKnown ? `${b.label} shows no difference from ${a.label}` : `too little was seen to tell ${b.label} from ${a.label}`;
  }
  const parts = [
    ...(worse.length === 0 ? [] : [`worse in ${listOf(worse)}`]),
    ...(better.length === 0 ? [] : [`better in ${listOf(better)}`]),
  ];
  return `${b.label} against ${a.label}: ${parts.join(', ')}`;
};

const sideWord = ({ label, n }: ComparedSide, unit: Comparison['unit']): string => `${label}: ${plural(n, unit)}`;

const shownRows = ({ metrics }: Comparison): readonly MetricComparison[] => metrics.filter(({ a, b }) => a !== null || b !== null);

const renderText = (comparison: Comparison, { look }: ViewOptions): string => {
  const { a, b, unit, syncedUs, generatedAt } = comparison;
  const columns: readonly Column[] = [
    { title: unit === 'call' ? 'EACH CALL' : 'EACH REQUEST' },
    { title: a.label, align: 'right', flexible: true },
    { title: b.label, align: 'right', flexible: true },
    { title: 'CHANGE', align: 'right' },
    { title: '95% INTERVAL', align: 'right', optional: true },
    { title: 'VERDICT' },
  ];
  const table = renderTable(
    look,
    columns,
    shownRows(comparison).map((row) => {
      const { words, write } = metricWords[row.metric];
      return [
        { text: words },
        { text: write(row.a) },
        { text: write(row.b) },
        { text: row.change === null ? missing : changeWord(row, row.change) },
        { text: intervalWord(row), tone: 'dim' },
        { text: verdictWords[row.verdict], tone: verdictTones[row.verdict] },
      ];
    }),
  );
  return [
    ...renderParagraph(look, { indent: 0, hang: 2, maxLines: 4 }, [{ text: verdictSentence(comparison), tone: 'strong' }]),
    ...renderParagraph(look, { indent: 0, hang: 2, maxLines: 2 }, [
      { text: joined(look, [sideWord(a, unit), sideWord(b, unit), freshness(syncedUs, generatedAt)]), tone: 'dim' },
    ]),
    ...(table.rows.length === 0 ? [] : ['', table.head, ...table.rows]),
    '',
  ].join('\n');
};

const sideJson = ({ label, window, filter, n, errors }: ComparedSide) => ({
  label,
  window: { from: isoTime(window.fromUs / 1000), to: isoTime(window.toUs / 1000) },
  filter: Object.entries(filter).map(([key, value]) => `${key === 'promptVersion' ? 'prompt-version' : key}=${value}`),
  n,
  errors,
});

const rowJson = ({ metric, a, b, kind, change, interval, verdict }: MetricComparison) => {
  const { key, json } = metricWords[metric];
  const scaled = (value: number | null) => (value === null ? null : json(value));
  return { metric: key, a: scaled(a), b: scaled(b), kind, change, low: interval?.low ?? null, high: interval?.high ?? null, verdict };
};

const renderJson = (comparison: Comparison): string => {
  const { fleet, generatedAt, syncedUs, unit, a, b } = comparison;
  return jsonDocument(fleet, generatedAt, {
    freshness_s: syncedUs === null ? null : Math.max(0, Math.round(generatedAt / 1000 - syncedUs / 1e6)),
    unit,
    a: sideJson(a),
    b: sideJson(b),
    verdict: verdictSentence(comparison),
    metrics: comparison.metrics.map(rowJson),
  });
};

const renderCompareCsv = ({ metrics }: Comparison): string =>
  renderCsv(
    ['metric', 'a', 'b', 'kind', 'change', 'low', 'high', 'verdict'],
    metrics.map((row) => Object.values(rowJson(row))),
  );

const renderMarkdown = (comparison: Comparison): string => {
  const right = { align: 'right' as const };
  const { a, b } = comparison;
  const table = renderMarkdownTable(
    [
      { title: '' },
      { title: markdownText(a.label), ...right },
      { title: markdownText(b.label), ...right },
      { title: 'Change', ...right },
      { title: '95% interval', ...right },
      { title: 'Verdict' },
    ],
    shownRows(comparison).map((row) => {
      const { words, write } = metricWords[row.metric];
      const change = row.change === null ? missing : changeWord(row, row.change);
      return [words, write(row.a), write(row.b), change, intervalWord(row), verdictWords[row.verdict]];
    }),
  );
  return [markdownText(verdictSentence(comparison)), '', table, ''].join('\n');
};

/** Every format of `agentops compare`, by the name `--output` takes. */
export const compareFormats = {
  text: renderText,
  json: renderJson,
  csv: renderCompareCsv,
  markdown: renderMarkdown,
} satisfies Readonly<Record<string, (comparison: Comparison, options: ViewOptions) => string>>;
