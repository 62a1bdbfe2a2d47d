import { type Html, html } from '../../../ground/output/html.ts';
import { plural } from '../../../ground/output/phrases.ts';
import { formatShare, grouped } from '../../../ground/units/amount.ts';
import { groupedBy } from '../../../telemetry/stats/rollup.ts';
import { countOf } from '../../../views/figures.ts';
import { renderShareBar } from '../charts/spark.ts';
import type { FleetReport } from '../report.ts';
import { renderTable } from './table.ts';

const mostListed = 15;

interface FailedAgent {
  readonly agent: string;
  readonly requests: number;
  readonly byType: ReadonlyMap<string, number>;
}

/** How requests failed, and whose. */
export const renderFailures = ({ failures, totals }: FleetReport): Html => {
  const all = failures.reduce((sum, { requests }) => sum + requests, 0);
  if (all === 0) return html`<section id="failures"><h2>Failures</h2><p class="soft">No request failed in this time.</p></section>`;
  const types = [...groupedBy(failures, ({ type }) => type)]
    .map(([type, some]) => ({ type, requests: some.reduce((sum, { requests }) => sum + requests, 0) }))
    .sort((a, b) => b.requests - a.requests || (a.type < b.type ? -1 : 1));
  const agents = [...groupedBy(failures, ({ agent }) => agent)]
    .map(
      ([agent, some]): FailedAgent => ({
        agent,
        requests: some.reduce((sum, { requests }) => sum + requests, 0),
        byType: new Map(some.map(({ type, requests }) => [type, requests])),
      }),
    )
    .sort((a, b) => b.requests - a.requests || (a.agent < b.agent ? -1 : 1));
  const others = agents.slice(mostListed);
  const restOf = (type: string) => others.reduce((sum, { byType }) => sum + (byType.get(type) ?? 0), 0);
  return html`<section id="failures"><h2>Failures</h2>
<p class="soft">${plural(all, 'request')} failed${totals.requests === 0 ? '' : `, ${formatShare(all / totals.requests)} of all`}, by what their spans say was wrong.</p>
<div class="pair">
${renderTable(
  'Failures by type',
  [
    { title: 'Type', isName: true, cell: ({ type }: (typeof types)[number]) => typeWord(type) },
    { title: 'Requests', isNumber: true, cell: ({ requests }) => countOf(requests) },
    { title: 'Share', isNumber: true, cell: ({ requests }) => formatShare(requests / all) },
    { title: '', look: 'bar', cell: ({ requests }) => renderShareBar(requests / all) },
  ],
  types,
)}
${renderTable(
  'Failures by agent and type',
  [
    { title: 'Agent', isName: true, cell: ({ agent }: FailedAgent) => agent },
    { title: 'All', isNumber: true, cell: ({ requests }) => countOf(requests) },
    ...types.map(({ type }) => ({
      title: typeWord(type),
      isNumber: true,
      cell: ({ byType }: FailedAgent) => (byType.has(type) ? countOf(byType.get(type) ?? 0) : ''),
    })),
  ],
  agents.slice(0, mostListed),
  others.length === 0
    ? null
    : {
        cells: [
          `${grouped(others.length)} others`,
          countOf(others.reduce((sum, { requests }) => sum + requests, 0)),
          ...types.map(({ type }) => countOf(restOf(type))),
        ],
      },
)}
</div></section>`;
};

const typeWord = (type: string): string => (type === '(none)' ? 'not told' : type.replaceAll('_', ' '));
