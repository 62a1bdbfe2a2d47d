import { jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { plural } from '../ground/output/phrases.ts';
import { type Column, renderTable } from '../ground/output/table.ts';
import { formatMoney, formatShare, toUsd } from '../ground/units/amount.ts';
import type { Range } from '../ground/units/window.ts';
import { type AgentEdge, type Blame, drawnGraph, type TopologyLine } from '../telemetry/traces/topology.ts';
import { branchPieces } from './branches.ts';
import { countOf, latencyOf } from './figures.ts';
import { windowWord } from './status-facts.ts';
import { freshness, msOf, traceHead } from './traces.ts';
import { joined, type ViewOptions } from './words.ts';

/** The answer of `agentops traces topology`. */
export interface Topology {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly window: Range;
  readonly syncedUs: number | null;
  readonly edges: readonly AgentEdge[];
  readonly blames: readonly Blame[];
}

const factsOf = ({ caller, requests, errors, costNanos, latencyP95Us }: AgentEdge): readonly string[] => [
  plural(requests, caller === null ? 'request' : 'hand-off'),
  ...(errors === 0 ? [] : [`${formatShare(errors / requests)} failed`]),
  ...(costNanos === null ? [] : [formatMoney(costNanos)]),
  ...(latencyP95Us === null ? [] : [`p95 ${latencyOf(latencyP95Us)}`]),
];

const edgeLine = (look: Look, { edge, branches, isRepeated }: TopologyLine): string =>
  renderLine(look, 0, [
    ...branchPieces(look, branches),
    { text: edge.agent, tone: 'strong' },
    { text: '  ' },
    { text: joined(look, factsOf(edge)), tone: edge.errors > 0 ? 'warn' : 'dim' },
    { text: isRepeated ? '  (see above)' : '', tone: 'dim' },
  ]);

const blameColumns: readonly Column[] = [
  { title: 'AGENT', flexible: true },
  { title: 'CAUSED', align: 'right' },
  { title: 'PASSED ON', align: 'right' },
];

const renderText = (topology: Topology, { look }: ViewOptions): string => {
  const { edges, blames, window, syncedUs, generatedAt } = topology;
  const facts = [`last ${windowWord((window.toUs - window.fromUs) / 1000)}`, freshness(syncedUs, generatedAt)];
  const head = renderParagraph(look, { indent: 0, hang: 2, maxLines: 2 }, [
    { text: topology.fleet, tone: 'strong' },
    { text: joined(look, ['', ...facts]), tone: 'dim' },
  ]);
  if (edges.length === 0) return [...head, '', 'no requests were seen', ''].join('\n');
  const table = renderTable(
    look,
    blameColumns,
    blames.map(({ agent, caused, passedOn }) => [{ text: agent }, { text: countOf(caused) }, { text: countOf(passedOn) }]),
  );
  const causes = blames.length === 0 ? [] : ['', 'where failed requests failed:', table.head, ...table.rows];
  return [...head, '', ...drawnGraph(edges).map((line) => edgeLine(look, line)), ...causes, ''].join('\n');
};

const renderJson = (topology: Topology): string =>
  jsonDocument(topology.fleet, topology.generatedAt, {
    ...traceHead(topology),
    edges: topology.edges.map(({ caller, agent, requests, errors, costNanos, latencyP95Us }) => ({
      caller,
      agent,
      requests,
      errors,
      error_rate: requests === 0 ? null : errors / requests,
      cost_usd: costNanos === null ? null : toUsd(costNanos),
      latency_p95_ms: msOf(latencyP95Us),
    })),
    causes: topology.blames.map(({ agent, caused, passedOn }) => ({ agent, caused, passed_on: passedOn })),
  });

/** Every format of `agentops traces topology`. */
export const topologyFormats = { text: renderText, json: renderJson } satisfies Readonly<
  Record<string, (topology: Topology, options: ViewOptions) => string>
>;
