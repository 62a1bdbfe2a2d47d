import { type Html, html } from '../../../ground/output/html.ts';
import { formatMoney, formatShare, grouped } from '../../../ground/units/amount.ts';
import { countOf, latencyOf } from '../../../views/figures.ts';
import { coverageFacts } from '../../../views/status-facts.ts';
import { moneyOrMissing, shareOrMissing, stateSigns } from '../../../views/words.ts';
import { place } from '../charts/frame.ts';
import type { FleetReport } from '../report.ts';
import { changeWord, countStates, dateWord, leadSentences, monthWord, scoreWord, stateNames, windowLength } from '../report-words.ts';

/** What is true now, in words and a dozen figures, and what to do about it. */
export const renderSummary = (report: FleetReport): Html => html`<p class="lead">${leadSentences(report).join(' ')}</p>
${report.agent === null ? stateBar(report) : null}
<dl class="tiles">${tiles(report).map(({ name, value, more }) => html`<div><dt>${name}</dt><dd class="big">${value}</dd><dd>${more}</dd></div>`)}</dl>
${firstThree(report)}`;

/** Whose report it is, and of when. */
export const renderHead = (report: FleetReport, links: readonly (readonly [id: string, title: string])[]): Html => {
  const { fleet, agent, window, trend, generatedAt } = report;
  const facts = [`${windowLength(report)} to ${dateWord(window.to)}`, ...coverageFacts(trend.coverage, generatedAt)];
  return html`<header><h1>${agent === null ? fleet : `${agent} of ${fleet}`}</h1>
<p class="soft">${facts.join(' · ')}</p>
<nav aria-label="Parts of this report">${links.map(([id, title]) => html`<a href="#${id}">${title}</a>`)}</nav></header>`;
};

const stateBar = ({ agents }: FleetReport): Html | null => {
  const counts = countStates(agents);
  const all = stateNames.reduce((sum, name) => sum + counts[name], 0);
  if (all === 0) return null;
  let x = 0;
  const parts = stateNames.map((name) => {
    const width = (100 * counts[name]) / all;
    x += width;
    return html`<rect class="s-${name}" x="${place(x - width)}" width="${place(width)}" height="10"/>`;
  });
  return html`<div class="states"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>
<ul>${stateNames.map((name) => html`<li class="${stateSigns[name].tone}">${stateSigns[name].symbol} <b>${grouped(counts[name])}</b> ${name}</li>`)}</ul></div>`;
};

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly more: string;
}

const tiles = ({ totals, before, month }: FleetReport): readonly Tile[] => {
  const than = (now: number | null, then: number | null | undefined): string =>
    now === null || then === null || then === undefined ? '' : `${changeWord(now, then)} than before`.replace('as much than', 'as much as');
  const rateBefore = before === null || before.requests === 0 ? '' : `${formatShare(before.errors / before.requests)} before`;
  const { forecast, limitNanos } = month;
  const each = totals.costPerRequestNanos === null ? '' : `${moneyOrMissing(totals.costPerRequestNanos)} a request`;
  return [
    { name: 'Requests', value: countOf(totals.requests), more: than(totals.requests, before?.requests) },
    { name: 'Failed', value: shareOrMissing(totals.errorRate), more: rateBefore },
    {
      name: 'Latency, p95',
      value: latencyOf(totals.latencyP95Us),
      more: `p50 ${latencyOf(totals.latencyP50Us)}, p99 ${latencyOf(totals.latencyP99Us)}`,
    },
    {
      name: 'Cost',
      value: moneyOrMissing(totals.costNanos),
      more: [each, than(totals.costNanos, before?.costNanos)].filter((part) => part !== '').join(', '),
    },
    { name: 'Quality', value: scoreWord(totals.quality), more: totals.quality === null ? 'no score says' : 'mean of scores, 0 to 1' },
    {
      name: `${monthWord(month.fromMs)}, expected`,
      value: moneyOrMissing(forecast?.expected ?? null),
      more:
        forecast === null
          ? 'too few days are known'
          : limitNanos === null
            ? 'no budget is set'
            : `${formatShare(forecast.expected / limitNanos)} of ${formatMoney(limitNanos)}`,
    },
  ];
};

const firstThree = ({ steps }: FleetReport): Html =>
  steps.length === 0
    ? html`<p class="good">${stateSigns.green.symbol} Nothing asks to be done.</p>`
    : html`<h2 id="first">Do first</h2>
<ol class="first">${steps.slice(0, 3).map(({ what, why, command }) => html`<li><b>${what}</b><p>${why}</p><code>${command}</code></li>`)}</ol>`;

/** What the figures are, for who wonders. */
export const renderFoot = ({ window, generatedAt, trend }: FleetReport): Html =>
  html`<footer><p>Requests that began between ${dateWord(window.from)} and ${dateWord(window.to)}; states, alerts and budgets as of then. Days are UTC. ${
    trend.coverage.pending === 0 ? '' : 'Some of the last requests are not counted yet. '
  }A dash stands where nothing is known, which is not nothing. Probes of our own are in no figure. Made by agentops on ${dateWord(generatedAt)}; this file fetches nothing and runs nothing.</p></footer>`;
