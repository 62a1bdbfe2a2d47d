import { type Html, html } from '../../../ground/output/html.ts';
import { formatMoney, formatShare } from '../../../ground/units/amount.ts';
import type { BudgetUse } from '../../../telemetry/cost/budget.ts';
import { renderForecastChart } from '../charts/forecast-chart.ts';
import { renderShareBar } from '../charts/spark.ts';
import type { FleetReport } from '../report.ts';
import { monthWord } from '../report-words.ts';
import { renderTable } from './table.ts';

const mostListed = 20;
/** From here on a budget is worth a look. */
const nearlyUsed = 0.8;

/** What may be spent, what of it is, and what the month will come to. */
export const renderBudgets = ({ month, budgets, generatedAt }: FleetReport): Html => {
  const { forecast, limitNanos, fromMs } = month;
  const expected =
    forecast === null
      ? `Too few whole days are known to tell what ${monthWord(fromMs)} will come to.`
      : `${monthWord(fromMs)} is expected to come to ${formatMoney(forecast.expected)}, between ${formatMoney(forecast.low)} and ${formatMoney(forecast.high)} if it goes on as the last days did.`;
  const listed = budgets.toSorted((a, b) => b.used - a.used);
  const cut = listed.length - mostListed;
  return html`<section id="budgets"><h2>Budgets and forecast</h2>
<p class="soft">${expected}${limitNanos === null ? ' No budget of a month is set.' : ''}</p>
<div class="pair">${renderForecastChart(month, generatedAt)}
<div>${budgets.length === 0 ? html`<p class="soft">The manifest sets no budget.</p>` : renderTable('Budgets', columns, listed.slice(0, mostListed))}${
    cut <= 0 ? null : html`<p class="soft">and ${cut} of which less is used up</p>`
  }</div></div></section>`;
};

const columns = [
  { title: 'Of', isName: true, cell: ({ of }: BudgetUse) => of },
  { title: 'This', cell: ({ per }: BudgetUse) => per },
  { title: 'Spent', isNumber: true, cell: ({ spentNanos }: BudgetUse) => formatMoney(spentNanos) },
  { title: 'Budget', isNumber: true, cell: ({ limitNanos }: BudgetUse) => formatMoney(limitNanos) },
  {
    ...{ title: 'Used', isNumber: true },
    cell: ({ used }: BudgetUse) =>
      used >= 1
        ? html`<span class="bad">${formatShare(used)} !</span>`
        : used >= nearlyUsed
          ? html`<span class="warn">${formatShare(used)}</span>`
          : formatShare(used),
  },
  { title: '', look: 'bar', isWide: true, cell: ({ used }: BudgetUse) => renderShareBar(used, used >= 1 ? 1 : 0) },
];
