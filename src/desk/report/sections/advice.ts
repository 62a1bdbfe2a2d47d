import { type Html, html } from '../../../ground/output/html.ts';
import { formatShare, grouped } from '../../../ground/units/amount.ts';
import type { Finding, Saving } from '../../../telemetry/advice/saving.ts';
import { adviceFacts, dollarText, rangeText } from '../../../views/advice-facts.ts';
import { place } from '../charts/frame.ts';
import type { FleetReport } from '../report.ts';
import { renderTable } from './table.ts';

const mostListed = 12;

/** Ways to spend less, what saves most first: as a range, with how sure it is, what it may spoil and the next step. */
export const renderAdvice = ({ advice, totals }: FleetReport): Html => {
  if (advice === null)
    return html`<section id="advice"><h2>Spend less</h2><p class="soft">Not looked for: with ${grouped(totals.priced + totals.unpriced)} calls that takes a while. <code>agentops advise</code> finds it, and <code>agentops report --advice always</code> puts it here.</p></section>`;
  const found = advice.findings.filter(({ saving }) => saving.mid > 0);
  const listed = found.slice(0, mostListed);
  const most = listed.reduce((high, { saving }) => Math.max(high, saving.high), 0);
  return html`<section id="advice"><h2>Spend less</h2>
<p class="soft">${adviceFacts(advice).join(' · ')}. Findings overlap: they come to less together than one by one.</p>
${
  listed.length === 0
    ? null
    : html`${renderTable('Ways to spend less', columns(most), listed)}
${found.length <= mostListed ? null : html`<p class="soft">and ${found.length - mostListed} that save less: agentops advise</p>`}
<details><summary>What each rests on, what it may spoil, and what to do</summary>
${listed.map(detail)}</details>`
}</section>`;
};

const strategyWord = (strategy: Finding['strategy']): string => strategy.replace('-', ' ');

const columns = (most: number) => [
  { title: 'What', isName: true, cell: ({ strategy }: Finding) => strategyWord(strategy) },
  {
    title: 'Agent',
    cell: ({ agent, task }: Finding) => html`${agent}${task === null ? null : html`<br><span class="soft">${task}</span>`}`,
  },
  { title: 'Saves a month', isNumber: true, cell: ({ saving }: Finding) => dollarText(saving.mid) },
  { title: 'Range', isNumber: true, isWide: true, cell: ({ saving }: Finding) => rangeText(saving) },
  { title: '', look: 'bar', isWide: true, cell: ({ saving }: Finding) => rangeBar(saving, most) },
  { title: 'How sure', cell: ({ grade }: Finding) => grade },
  { title: 'Known', isNumber: true, isExtra: true, cell: ({ coverage }: Finding) => formatShare(coverage) },
  {
    title: 'Next',
    isWide: true,
    cell: ({ next }: Finding) => (next.commands[0] === undefined ? '' : html`<code>${next.commands[0]}</code>`),
  },
];

/** From the least to the most that it may save, with a line at what is likeliest. */
const rangeBar = ({ low, mid, high }: Saving, most: number): Html => {
  const x = (dollars: number): number => place((100 * Math.max(0, dollars)) / Math.max(most, 1e-9));
  return html`<svg class="track" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><path class="grid" d="M0 5H100"/><rect class="a2" x="${x(low)}" y="1" width="${Math.max(0.6, x(high) - x(low))}" height="8"/><rect class="b2" x="${Math.min(99, x(mid))}" y="0" width="1" height="10"/></svg>`;
};

const detail = ({ strategy, agent, task, saving, grade, coverage, assumptions, harm, exemplars, next }: Finding): Html =>
  html`<article><h3>${strategyWord(strategy)}, ${agent}${task === null ? '' : `, ${task}`}: ${rangeText(saving)}</h3>
<dl class="seen">
<dt>How sure</dt><dd>${grade}, by ${formatShare(coverage)} of its cost</dd>
${assumptions.map(({ name, value, low, high }) => html`<dt>Assumes</dt><dd>${name}: ${numberText(value)}${low === high ? '' : ` (${numberText(low)} to ${numberText(high)})`}</dd>`)}
${harm.map((sentence) => html`<dt>May spoil</dt><dd>${sentence}</dd>`)}
${exemplars.length === 0 ? null : html`<dt>See</dt><dd>${exemplars.slice(0, 3).map((id) => html`<code>agentops traces show ${id}</code> `)}</dd>`}
${next.commands.map((command) => html`<dt>Next</dt><dd><code>${command}</code></dd>`)}
${next.manifest === null ? null : html`<dt>Change</dt><dd><pre>${next.manifest}</pre></dd>`}
</dl></article>`;

const numberText = (value: number): string => (Number.isInteger(value) ? grouped(value) : String(Number(value.toPrecision(3))));
