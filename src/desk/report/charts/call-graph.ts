import { linkHorizontal } from 'd3-shape';
import { type Html, html } from '../../../ground/output/html.ts';
import type { AgentEdge } from '../../../telemetry/traces/topology.ts';
import { place } from './frame.ts';

/** An agent of a drawn graph, and where it stands. */
interface Node {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

const [columnWidth, rowHeight, boxWidth, boxHeight] = [152, 34, 108, 24];
/** Letters that fit into a box. */
const mostLetters = 15;
/** Agents behind each other that a phone shows as large as they are drawn. */
const mostLevels = 3;

/** How deep each agent stands: behind everyone that calls it, unless they call each other in a circle. */
const depthsOf = (calls: readonly AgentEdge[], names: readonly string[]): ReadonlyMap<string, number> => {
  const depths = new Map(names.map((name) => [name, 0]));
  // As many rounds as the longest way has steps; a circle would go on for ever.
  for (let round = 0; round < names.length; round++) {
    let isSettled = true;
    for (const { caller, agent } of calls) {
      const wanted = (depths.get(caller ?? '') ?? 0) + 1;
      if (wanted <= (depths.get(agent) ?? 0) || wanted >= names.length) continue;
      depths.set(agent, wanted);
      isSettled = false;
    }
    if (isSettled) break;
  }
  return depths;
};

/** Agents that call each other as boxes, callers at the left, with a line for each that is thicker the more it carries. @param calls none from outside */
export const renderCallGraph = (calls: readonly AgentEdge[]): Html => {
  const names = [...new Set(calls.flatMap(({ caller, agent }) => [caller ?? '', agent]))].sort();
  const depths = depthsOf(calls, names);
  const levels = [...new Set(depths.values())].sort((a, b) => a - b);
  const nodes = new Map<string, Node>();
  for (const [column, depth] of levels.entries()) {
    const here = names.filter((name) => depths.get(name) === depth);
    for (const [row, name] of here.entries()) nodes.set(name, { name, x: column * columnWidth, y: row * rowHeight });
  }
  const rows = Math.max(...[...nodes.values()].map(({ y }) => y)) + rowHeight;
  const width = (levels.length - 1) * columnWidth + boxWidth + 2;
  const most = Math.max(1, ...calls.map(({ requests }) => requests));
  const link = linkHorizontal<unknown, { readonly source: [number, number]; readonly target: [number, number] }, [number, number]>().digits(
    1,
  );
  const lines = calls.map(({ caller, agent, requests, errors }) => {
    const [from, to] = [nodes.get(caller ?? ''), nodes.get(agent)];
    if (from === undefined || to === undefined) return html``;
    const source: [number, number] = [from.x + boxWidth + 1, from.y + boxHeight / 2 + 1];
    const target: [number, number] = [to.x + 1, to.y + boxHeight / 2 + 1];
    return html`<path class="call" stroke-width="${place(1 + 5 * Math.sqrt(requests / most))}" d="${link({ source, target }) ?? ''}"><title>${caller ?? ''} calls ${agent}: ${requests} requests, ${errors} failed</title></path>`;
  });
  const boxes = [...nodes.values()].map(
    ({ name, x, y }) =>
      html`<rect class="box" x="${x + 1}" y="${y + 1}" width="${boxWidth}" height="${boxHeight}" rx="4"/><text class="m" x="${x + 1 + boxWidth / 2}" y="${y + 17}">${name.length > mostLetters ? `${name.slice(0, mostLetters - 1)}…` : name}</text>`,
  );
  return html`<svg class="graph${levels.length <= mostLevels ? ' fits' : ''}" role="img" aria-labelledby="graph-t graph-d" viewBox="0 0 ${width} ${rows}" width="${width}" height="${rows}"><title id="graph-t">Who calls whom</title><desc id="graph-d">${names.length} agents and ${calls.length} ways between them; the table has each.</desc>
${lines}${boxes}</svg>`;
};
