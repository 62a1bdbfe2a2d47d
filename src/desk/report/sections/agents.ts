import { type Html, html } from '../../../ground/output/html.ts';
import { grouped } from '../../../ground/units/amount.ts';
import { type Figures, figuresOf } from '../../../telemetry/stats/figures.ts';
import { countOf, latencyOf } from '../../../views/figures.ts';
import { missing, moneyOrMissing, shareOrMissing, stateSigns } from '../../../views/words.ts';
import { renderSpark } from '../charts/spark.ts';
import type { FleetReport, ReportedAgent } from '../report.ts';
import { listedAgents } from '../report-limits.ts';
import { changeWord, excuseAndReasons, scoreWord } from '../report-words.ts';
import { costOfOthers } from '../spend-shares.ts';
import { renderTable, type TableColumn } from './table.ts';

/** Every agent: how it is and why, what it did, what it cost. */
export const renderAgents = ({ agents, trend }: FleetReport): Html => {
  const listed = agents.slice(0, listedAgents);
  const others = agents.slice(listedAgents);
  const columns = agents.some(({ costBeforeNanos }) => costBeforeNanos !== null)
    ? [...figureColumns, beforeColumn, sparkColumn]
    : [...figureColumns, sparkColumn];
  const rest = others.length === 0 ? null : summedUp(others, costOfOthers(trend, listed));
  const order =
    rest === null
      ? 'What needs a look comes first.'
      : `The ${listedAgents} of ${grouped(agents.length)} that need a look first, then those that cost most.`;
  return html`<section id="agents"><h2>Agents</h2>
<p class="soft">${order} A figure with ! is beyond what its agent promises.</p>
${renderTable('Agents', columns, rest === null ? listed : [...listed, rest])}
</section>`;
};

/** A line of the table: an agent, or all that are not listed. */
interface Line extends Pick<ReportedAgent, 'name' | 'standing' | 'owner' | 'figures' | 'promised' | 'costBeforeNanos' | 'trendNanos'> {
  readonly isRest?: true;
}

/** A figure, with a sign where it breaks a promise: colour alone says nothing. */
const held = (text: string, isBroken: boolean): Html | string => (isBroken ? html`<span class="bad">${text} !</span>` : text);
const isAbove = (value: number | null, limit: number | null): boolean => value !== null && limit !== null && value > limit;

const aboutOf = ({ owner, standing, isRest }: Line): Html | null => {
  const about = [owner ?? '', standing === null ? '' : `tier ${standing.tier}`].filter((word) => word !== '').join(', ');
  const why = isRest ? '' : standing === null ? 'requests that no agent of the manifest claims' : excuseAndReasons(standing);
  return html`${about === '' ? null : html` <span class="soft">${about}</span>`}${why === '' ? null : html`<span class="why">${why}</span>`}`;
};

const stateOf = ({ standing }: Line): Html | null => {
  if (standing === null) return null;
  const { symbol, tone } = stateSigns[standing.state];
  return html`<span class="${tone}">${symbol} ${standing.state}</span>`;
};

const figureColumns: readonly TableColumn<Line>[] = [
  { title: 'State', look: 'nowrap', cell: stateOf },
  { title: 'Agent', isName: true, cell: (line) => html`${line.name}${aboutOf(line)}` },
  { title: 'Requests', isNumber: true, isWide: true, cell: ({ figures }) => countOf(figures.requests) },
  {
    ...{ title: 'Failed', isNumber: true },
    cell: ({ figures, promised }) => held(shareOrMissing(figures.errorRate), isAbove(figures.errorRate, promised.errorRate)),
  },
  { title: 'p50', isNumber: true, isExtra: true, cell: ({ figures }) => latencyOf(figures.latencyP50Us) },
  {
    ...{ title: 'p95', isNumber: true, isWide: true },
    cell: ({ figures, promised }) => held(latencyOf(figures.latencyP95Us), isAbove(figures.latencyP95Us, promised.latencyP95Us)),
  },
  {
    ...{ title: 'Quality', isNumber: true, isWide: true },
    cell: ({ figures, promised }) => held(scoreWord(figures.quality), isAbove(promised.quality, figures.quality)),
  },
  { title: 'Deepest', isNumber: true, isExtra: true, cell: ({ figures }) => countOf(figures.stepsMax) },
  { title: 'A request', isNumber: true, isExtra: true, cell: ({ figures }) => moneyOrMissing(figures.costPerRequestNanos) },
  { title: 'Cost', isNumber: true, cell: ({ figures }) => moneyOrMissing(figures.costNanos) },
];

const beforeColumn: TableColumn<Line> = {
  ...{ title: 'than before', isExtra: true, look: 'nowrap' },
  cell: ({ figures, costBeforeNanos }) =>
    figures.costNanos === null || costBeforeNanos === null ? missing : changeWord(figures.costNanos, costBeforeNanos),
};

const sparkColumn: TableColumn<Line> = { title: 'Cost over time', isWide: true, cell: ({ trendNanos }) => renderSpark(trendNanos) };

/** What the agents that are not listed did together; quantiles do not add up. */
const summedUp = (others: readonly ReportedAgent[], trendNanos: readonly number[]): Line => {
  const sum = (value: (figures: Figures) => number | null): number => others.reduce((all, { figures }) => all + (value(figures) ?? 0), 0);
  const isPriced = others.some(({ figures }) => figures.costNanos !== null);
  const before = others.filter(({ costBeforeNanos }) => costBeforeNanos !== null);
  const cell = {
    n: sum(({ requests }) => requests),
    errors: sum(({ errors }) => errors),
    steps_max: others.reduce((most, { figures }) => Math.max(most, figures.stepsMax ?? 0), 0),
    ...(isPriced ? { cost_nanos: sum(({ costNanos }) => costNanos), priced: 1 } : {}),
  };
  return {
    ...{ name: `${grouped(others.length)} others`, standing: null, owner: null, isRest: true },
    promised: { latencyP95Us: null, errorRate: null, quality: null },
    figures: figuresOf(cell, null),
    costBeforeNanos: before.length === 0 ? null : before.reduce((all, { costBeforeNanos }) => all + (costBeforeNanos ?? 0), 0),
    trendNanos,
  };
};
