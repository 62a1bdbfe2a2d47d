import { type Html, html } from '../../../ground/output/html.ts';
import { plural } from '../../../ground/output/phrases.ts';
import { formatMoney, formatShare, grouped } from '../../../ground/units/amount.ts';
import type { ModelSpend } from '../../../telemetry/cost/model-spend.cache.ts';
import { countOf } from '../../../views/figures.ts';
import { missing, moneyOrMissing } from '../../../views/words.ts';
import { renderShareBar } from '../charts/spark.ts';
import { renderTimeChart } from '../charts/time-chart.ts';
import type { FleetReport } from '../report.ts';
import { colouredSpenders } from '../report-limits.ts';
import { bucketMs, bucketWord, roundTick } from '../report-words.ts';
import { type ModelShare, modelShares, spendSeries } from '../spend-shares.ts';
import { renderLegend } from './legend.ts';
import { renderTable } from './table.ts';

/** So many lines are listed. */
const mostListed = 15;

/** Who spent it, on whose models. */
export const renderSpend = (report: FleetReport): Html => {
  const { spend, totals } = report;
  const all = spend.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0);
  const shares = modelShares(report);
  const rest = spend.slice(mostListed);
  return html`<section id="cost"><h2>Cost</h2>
<p class="soft">${[`${moneyOrMissing(totals.costNanos)} in all`, `${plural(shares.length, 'model')}`, ...unpricedFact(report)].join(' · ')}</p>
<div class="pair">${spendChart(report)}
<div>${renderTable('Models', modelColumns(all), shares.slice(0, mostModels), shares.length <= mostModels ? null : restOfModels(shares.slice(mostModels), all))}</div></div>
<h3>Agent by model and provider</h3>
${renderTable('Agent by model and provider', spendColumns(all), spend.slice(0, mostListed), rest.length === 0 ? null : restOfSpend(rest, all))}
</section>`;
};

const mostModels = 8;

const unpricedFact = ({ totals }: FleetReport): readonly string[] =>
  totals.unpriced === 0 ? [] : [`${plural(totals.unpriced, 'call')} without a known price, in no sum`];

const spendChart = (report: FleetReport): Html => {
  const { trend, window, totals } = report;
  const series = spendSeries(report, colouredSpenders).map(({ name, values }, at) => ({ name, values, colour: at }));
  const first = series[0];
  const chart = renderTimeChart({
    ...{ id: 'spend', title: 'Who spent it', unit: 'US dollars', look: 'bars', series, happenings: [], nameOf: bucketWord(report) },
    starts: trend.points.map(({ bucketUs }) => bucketUs / 1000),
    end: window.to,
    bucketMs: bucketMs(report),
    write: formatMoney,
    writeTick: (value) => (value === 0 ? '0' : roundTick(formatMoney(value))),
    now: moneyOrMissing(totals.costNanos),
    description:
      first === undefined ? 'No cost is known.' : `${first.name} spent most; the table beside it has models, the table of agents each sum.`,
  });
  return html`<div>${chart}${renderLegend(series)}</div>`;
};

const share = (nanos: number | null, all: number): string => (nanos === null || all === 0 ? missing : formatShare(nanos / all));
const cachedShare = ({ inputTokens, cachedTokens }: Pick<ModelShare, 'inputTokens' | 'cachedTokens'>): string =>
  inputTokens === 0 ? missing : formatShare(cachedTokens / inputTokens);

const modelColumns = (all: number) => [
  { title: 'Model', isName: true, cell: ({ model, provider }: ModelShare) => html`${model} <span class="soft">${provider}</span>` },
  { title: 'Agents', isNumber: true, isExtra: true, cell: ({ agents }: ModelShare) => grouped(agents) },
  { title: 'Calls', isNumber: true, cell: ({ calls }: ModelShare) => countOf(calls) },
  { title: 'Cached', isNumber: true, isExtra: true, cell: cachedShare },
  { title: 'Cost', isNumber: true, cell: ({ costNanos }: ModelShare) => moneyOrMissing(costNanos) },
  { title: 'Share', isNumber: true, cell: ({ costNanos }: ModelShare) => share(costNanos, all) },
  { title: '', look: 'bar', isWide: true, cell: ({ costNanos }: ModelShare) => renderShareBar((costNanos ?? 0) / Math.max(1, all)) },
];

const restOfModels = (rest: readonly ModelShare[], all: number) => {
  const cost = rest.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0);
  const calls = rest.reduce((sum, each) => sum + each.calls, 0);
  return { cells: [`${rest.length} others`, '', countOf(calls), '', moneyOrMissing(cost), share(cost, all), ''] };
};

const spendColumns = (all: number) => [
  { title: 'Agent', isName: true, cell: ({ agent }: ModelSpend) => agent },
  { title: 'Model', cell: ({ model }: ModelSpend) => model },
  { title: 'Provider', isWide: true, cell: ({ provider }: ModelSpend) => provider },
  { title: 'Calls', isNumber: true, isWide: true, cell: ({ calls }: ModelSpend) => countOf(calls) },
  { title: 'Tokens in', isNumber: true, isExtra: true, cell: ({ inputTokens }: ModelSpend) => countOf(inputTokens) },
  { title: 'Cached', isNumber: true, isExtra: true, cell: cachedShare },
  { title: 'Tokens out', isNumber: true, isExtra: true, cell: ({ outputTokens }: ModelSpend) => countOf(outputTokens) },
  { title: 'Cost', isNumber: true, cell: ({ costNanos }: ModelSpend) => moneyOrMissing(costNanos) },
  { title: 'Share', isNumber: true, cell: ({ costNanos }: ModelSpend) => share(costNanos, all) },
  { title: '', look: 'bar', isWide: true, cell: ({ costNanos }: ModelSpend) => renderShareBar((costNanos ?? 0) / Math.max(1, all)) },
];

const restOfSpend = (rest: readonly ModelSpend[], all: number) => {
  const sum = (value: (row: ModelSpend) => number | null): number => rest.reduce((total, row) => total + (value(row) ?? 0), 0);
  const cost = sum(({ costNanos }) => costNanos);
  return {
    cells: [
      ...[`${grouped(rest.length)} others`, '', '', countOf(sum(({ calls }) => calls)), countOf(sum(({ inputTokens }) => inputTokens)), ''],
      ...[countOf(sum(({ outputTokens }) => outputTokens)), moneyOrMissing(cost), share(cost, all), ''],
    ],
  };
};
