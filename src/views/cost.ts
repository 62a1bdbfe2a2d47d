import { renderCsv } from '../ground/output/csv.ts';
import { markdownText } from '../ground/output/escape.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { formatMoney, toUsd } from '../ground/units/amount.ts';
import type { CostReport } from '../telemetry/cost/cost-report.ts';
import type { SpendRow } from '../telemetry/cost/spend.cache.ts';
import { type CostLayout, changeFact, changeOf, eachOf, renderCostText, shareOf, totalOf, usualCostLayout } from './cost-text.ts';
import { countOf } from './figures.ts';
import { figureHead } from './status.ts';
import { coverageFacts, windowWord } from './status-facts.ts';
import { moneyOrMissing, type ViewOptions } from './words.ts';

const keyName = (by: string): string => by.replace('-', '_');

const rowJson = (by: string, row: SpendRow) => ({
  [keyName(by)]: row.key,
  bucket_start: isoTime(row.bucketUs / 1000),
  cost_usd: row.costNanos === null ? null : toUsd(row.costNanos),
  cost_nanos: row.costNanos,
  requests: row.requests,
  input_tokens: row.inputTokens,
  cached_tokens: row.cachedTokens,
  output_tokens: row.outputTokens,
});

/** The public document of `agentops cost --json`. Sums are exact in `…_nanos`. */
const renderCostJson = (report: CostReport): string => {
  const { month, budgets } = report;
  return jsonDocument(report.fleet, report.generatedAt, {
    ...figureHead(report),
    group_by: report.by,
    bucket: report.bucket,
    filter: report.filter,
    basis: report.basis,
    total_usd: toUsd(report.totalNanos),
    total_nanos: report.totalNanos,
    before_usd: toUsd(report.beforeNanos),
    unpriced_spans: report.unpriced,
    month: {
      spent_usd: toUsd(month.spentNanos),
      forecast_usd: month.forecast === null ? null : toUsd(Math.round(month.forecast.expected)),
      forecast_low_usd: month.forecast === null ? null : toUsd(Math.round(month.forecast.low)),
      forecast_high_usd: month.forecast === null ? null : toUsd(Math.round(month.forecast.high)),
    },
    budgets: budgets.map(({ of, per, limitNanos, spentNanos, used }) => ({
      of,
      per,
      limit_usd: toUsd(limitNanos),
      spent_usd: toUsd(spentNanos),
      used,
    })),
    rows: report.rows.map((row) => rowJson(report.by, row)),
  });
};

/** One record a bucket and key. */
const renderCostCsv = (report: CostReport): string =>
  renderCsv(
    ['fleet', keyName(report.by), 'bucket_start', 'cost_usd', 'cost_nanos', 'requests', 'input_tokens', 'cached_tokens', 'output_tokens'],
    report.rows.map((row) => [report.fleet, ...Object.values(rowJson(report.by, row))]),
  );

const renderCostMarkdown = (report: CostReport, _options: ViewOptions, { top }: CostLayout = usualCostLayout): string => {
  const right = { align: 'right' as const };
  const { totalNanos, spenders, month } = report;
  const table = renderMarkdownTable(
    [
      { title: report.by },
      { title: 'Cost', ...right },
      { title: 'Share', ...right },
      { title: 'Change', ...right },
      { title: 'Requests', ...right },
      { title: 'Each', ...right },
    ],
    spenders
      .slice(0, top)
      .map(({ key, costNanos, beforeNanos: before, requests }) => [
        key,
        moneyOrMissing(costNanos),
        shareOf(costNanos, totalNanos),
        changeOf(costNanos, before),
        countOf(requests),
        moneyOrMissing(eachOf({ costNanos, requests })),
      ]),
  );
  const facts = [
    `last ${windowWord(report.windowMs)}`,
    ...report.filter,
    changeFact(report),
    ...coverageFacts(report.coverage, report.generatedAt),
    `${formatMoney(month.spentNanos)} this month`,
    ...(month.forecast === null ? [] : [`${formatMoney(month.forecast.expected)} expected`]),
  ];
  const title = `### ${markdownText(`${report.fleet}: ${totalOf(report)}`)}`;
  return [title, '', facts.map(markdownText).join(', '), '', table, ''].join('\n');
};

/** Every format of `agentops cost`, by the name `--output` takes. */
export const costFormats = {
  text: renderCostText,
  json: renderCostJson,
  csv: renderCostCsv,
  markdown: renderCostMarkdown,
} satisfies Readonly<Record<string, (report: CostReport, options: ViewOptions, layout?: CostLayout) => string>>;
