import { type Html, html } from '../../../ground/output/html.ts';
import { plural } from '../../../ground/output/phrases.ts';
import { formatShare, grouped } from '../../../ground/units/amount.ts';
import type { AgentEdge } from '../../../telemetry/traces/topology.ts';
import { countOf } from '../../../views/figures.ts';
import { missing, moneyOrMissing } from '../../../views/words.ts';
import { renderCallGraph } from '../charts/call-graph.ts';
import type { FleetReport } from '../report.ts';
import { renderTable } from './table.ts';

/** More ways than that make a drawing that nobody can follow. */
const mostDrawn = 30;
const mostListed = 25;

/** Who calls whom. */
export const renderTopology = ({ edges }: FleetReport): Html => {
  const calls = edges.filter(({ caller }) => caller !== null).sort(byVolume);
  if (calls.length === 0) return html`<section id="topology"><h2>Who calls whom</h2><p class="soft">No agent calls another.</p></section>`;
  const outside = edges.filter(({ caller }) => caller === null);
  const cut = calls.length - mostListed;
  return html`<section id="topology"><h2>Who calls whom</h2>
<p class="soft">${plural(calls.length, 'way')} from agent to agent; ${plural(outside.length, 'agent')} ${outside.length === 1 ? 'is' : 'are'} asked from outside.${
    calls.length > mostDrawn ? ' They are too many to be drawn.' : ' The thicker a line, the more it carries.'
  }</p>
<div class="${calls.length > mostDrawn ? '' : 'pair'}">${
    calls.length > mostDrawn
      ? null
      : html`<div class="scroll" role="region" aria-label="Who calls whom, drawn" tabindex="0">${renderCallGraph(calls)}</div>`
  }
<div>${renderTable('Who calls whom', columns, calls.slice(0, mostListed))}${cut <= 0 ? null : html`<p class="soft">and ${grouped(cut)} that carry less</p>`}</div></div>
</section>`;
};

const byVolume = (a: AgentEdge, b: AgentEdge): number =>
  b.requests - a.requests || (`${a.caller} ${a.agent}` < `${b.caller} ${b.agent}` ? -1 : 1);

const columns = [
  { title: 'Caller', isName: true, cell: ({ caller }: AgentEdge) => caller ?? '' },
  { title: 'Agent', cell: ({ agent }: AgentEdge) => agent },
  { title: 'Requests', isNumber: true, cell: ({ requests }: AgentEdge) => countOf(requests) },
  {
    title: 'Failed',
    isNumber: true,
    cell: ({ requests, errors }: AgentEdge) => (requests === 0 ? missing : formatShare(errors / requests)),
  },
  { title: 'Cost', isNumber: true, cell: ({ costNanos }: AgentEdge) => moneyOrMissing(costNanos) },
];
