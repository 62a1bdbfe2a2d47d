import { type Html, html } from '../../../ground/output/html.ts';
import { grouped } from '../../../ground/units/amount.ts';
import { type Figures, figuresOf } from '../../../telemetry/stats/figures.ts';
import { countOf, latencyOf } from '../../../views/figures.ts';
import { moneyOrMissing, shareOrMissing, stateSigns } from '../../../views/words.ts';
import { renderSpark } from '../charts/spark.ts';
import type { FleetReport, ReportedAgent } from '../report.ts';
import { changeWord } from '../report-words.ts';
import { renderTable } from './table.ts';

/** So many agents are listed; the others are summed up in one row. */
const mostListed = 40;

const reasonOf = ({ standing }: ReportedAgent): string => {
  if (standing === null) return 'requests that no agent of the manifest claims';
  const excuse = standing.suppressedBy !== null ? `suppressed by ${standing.suppressedBy}` : standing.inMaintenance ? 'in maintenance' : '';
  return [excuse, standing.reasons.join('; ')].filter((part) => part !== '').join(': ');
};

/** A figure, and a word where it breaks a promise: colour alone says nothing. */
const held = (text: string, value: number | null, limit: number | null, isLeast = false): Html => {
  const isBroken = value !== null && limit !== null && (isLeast ? value < limit : value > limit);
  return isBroken ? html`<span class="bad" title="beyond what it promises">${text} !</span>` : html`${text}`;
};

/** Every agent: how it is, what it did, what it cost, and why it is as it is. */
export const renderAgents = (report: FleetReport): Html => {
  const { agents } = report;
  const listed = agents.slice(0, mostListed);
  const others = agents.slice(mostListed);
  return html`<section id="agents"><h2>Agents</h2>
<p class="soft">${others.length === 0 ? 'What needs a look comes first' : `The ${mostListed} of ${grouped(agents.length)} that need a look first, then what cost most`}. A figure with ! is beyond what its agent promises.</p>
${renderTable('Agents', columns, listed, others.length === 0 ? null : { cells: restCells(others) })}
</section>`;
};

const columns = [
  {
    title: 'State',
    look: 'state',
    cell: ({ standing }: ReportedAgent) => {
      if (standing === null) return '';
      const { symbol, tone } = stateSigns[standing.state];
      return html`<span class="${tone}">${symbol} ${standing.state}</span>`;
    },
  },
  {
    title: 'Agent',
    isName: true,
    cell: ({ name, owner, standing }: ReportedAgent) =>
      html`${name}${owner === null && standing === null ? null : html`<br><span class="soft">${[owner ?? '', standing === null ? '' : `tier ${standing.tier}`].filter((word) => word !== '').join(', ')}</span>`}`,
  },
  { title: 'Requests', isNumber: true, cell: ({ figures }: ReportedAgent) => countOf(figures.requests) },
  {
    title: 'Failed',
    isNumber: true,
    cell: ({ figures, promised }: ReportedAgent) => held(shareOrMissing(figures.errorRate), figures.errorRate, promised.errorRate),
  },
  { title: 'p50', isNumber: true, isWide: true, cell: ({ figures }: ReportedAgent) => latencyOf(figures.latencyP50Us) },
  {
    title: 'p95',
    isNumber: true,
    cell: ({ figures, promised }: ReportedAgent) => held(latencyOf(figures.latencyP95Us), figures.latencyP95Us, promised.latencyP95Us),
  },
  {
    title: 'Quality',
    isNumber: true,
    isWide: true,
    cell: ({ figures, promised }: ReportedAgent) =>
      held(figures.quality === null ? '-' : figures.quality.toFixed(2), figures.quality, promised.quality, true),
  },
  { title: 'Deepest', isNumber: true, isWide: true, cell: ({ figures }: ReportedAgent) => countOf(figures.stepsMax) },
  { title: 'Cost', isNumber: true, cell: ({ figures }: ReportedAgent) => moneyOrMissing(figures.costNanos) },
  {
    title: 'than before',
    isNumber: true,
    isWide: true,
    cell: ({ figures, costBeforeNanos }: ReportedAgent) =>
      figures.costNanos === null || costBeforeNanos === null ? '-' : changeWord(figures.costNanos, costBeforeNanos),
  },
  { title: 'A request', isNumber: true, isWide: true, cell: ({ figures }: ReportedAgent) => moneyOrMissing(figures.costPerRequestNanos) },
  { title: 'Cost over time', isWide: true, cell: ({ trendNanos }: ReportedAgent) => renderSpark(trendNanos) },
  { title: 'Why', look: 'why', cell: reasonOf },
];

/** What the agents that are not listed did together; quantiles do not add up. */
const restCells = (others: readonly ReportedAgent[]): readonly (string | Html | null)[] => {
  const sum = (value: (figures: Figures) => number | null): number => others.reduce((all, { figures }) => all + (value(figures) ?? 0), 0);
  const requests = sum(({ requests }) => requests);
  const cost = others.some(({ figures }) => figures.costNanos !== null) ? sum(({ costNanos }) => costNanos) : null;
  const all = figuresOf(
    { n: requests, errors: sum(({ errors }) => errors), ...(cost === null ? {} : { cost_nanos: cost, priced: 1 }) },
    null,
  );
  const series = others.reduce<number[]>((total, { trendNanos }) => {
    for (const [at, nanos] of trendNanos.entries()) total[at] = (total[at] ?? 0) + nanos;
    return total;
  }, []);
  return [
    '',
    `${grouped(others.length)} others`,
    countOf(all.requests),
    shareOrMissing(all.errorRate),
    ...['', '', '', countOf(others.reduce((most, { figures }) => Math.max(most, figures.stepsMax ?? 0), 0))],
    moneyOrMissing(all.costNanos),
    '',
    moneyOrMissing(all.costPerRequestNanos),
    renderSpark(series),
    '',
  ];
};
