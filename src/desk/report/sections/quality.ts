import { type Html, html } from '../../../ground/output/html.ts';
import { plural } from '../../../ground/output/phrases.ts';
import { formatShare, grouped } from '../../../ground/units/amount.ts';
import { renderHistogram } from '../charts/histogram.ts';
import type { FleetReport } from '../report.ts';
import type { ScoreSpread } from '../score-spread.ts';
import { renderTable } from './table.ts';

/** So many histograms are drawn, those of low grades first; so many lines are listed. */
const [mostDrawn, mostListed] = [9, 30];

/** How grades are spread: of each score, and of each score by agent where it is given to several. */
export const renderQuality = ({ scores }: FleetReport): Html => {
  if (scores.length === 0)
    return html`<section id="quality"><h2>Quality</h2><p class="soft">Nobody graded an answer in this time: agentops eval online grades a share of them.</p></section>`;
  const all = scores.filter(({ agent }) => agent === null);
  const byAgent = scores.filter(({ agent, score }) => agent !== null && scores.filter((other) => other.score === score).length > 2);
  const drawn = [...all, ...byAgent.toSorted((a, b) => relative(a) - relative(b))].slice(
    0,
    Math.max(mostDrawn, Math.min(all.length, 2 * mostDrawn)),
  );
  const listed = scores.filter(({ agent }) => agent !== null);
  return html`<section id="quality"><h2>Quality</h2>
<p class="soft">How grades are spread, lowest means first; the dashed line is the mean. ${plural(
    all.reduce((sum, { n }) => sum + n, 0),
    'grade',
  )} looked at.</p>
<div class="charts">${drawn.map(spreadChart)}</div>
<details><summary>Grades by agent as a table</summary>${renderTable('Grades by agent', columns, listed.slice(0, mostListed))}${
    listed.length <= mostListed ? null : html`<p class="soft">and ${listed.length - mostListed} more</p>`
  }</details>
</section>`;
};

/** Where a mean lies on its own scale. */
const relative = ({ mean, low, high }: ScoreSpread): number => (mean - low) / (high - low);

const spreadChart = (spread: ScoreSpread, at: number): Html => {
  const { score, agent, n, mean } = spread;
  return renderHistogram({
    ...spread,
    id: `score-${at}`,
    title: agent ?? 'All agents',
    unit: `${score}, ${plural(n, 'grade')}`,
    now: mean.toFixed(2),
    description: `Mean ${mean.toFixed(2)}; ${formatShare(lowShare(spread))} lie in the lower half of the scale.`,
  });
};

const lowShare = ({ counts, n }: ScoreSpread): number =>
  n === 0 ? 0 : counts.slice(0, counts.length / 2).reduce((sum, count) => sum + count, 0) / n;

const columns = [
  { title: 'Agent', isName: true, cell: ({ agent }: ScoreSpread) => agent ?? '' },
  { title: 'Score', cell: ({ score }: ScoreSpread) => score },
  { title: 'Grades', isNumber: true, cell: ({ n }: ScoreSpread) => grouped(n) },
  { title: 'Mean', isNumber: true, cell: ({ mean }: ScoreSpread) => mean.toFixed(2) },
  { title: 'In the lower half', isNumber: true, cell: (spread: ScoreSpread) => formatShare(lowShare(spread)) },
];
