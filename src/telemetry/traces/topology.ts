import { type AgentPart, blameOf } from './tree.ts';

/** Calls of one agent by another. Nano-dollars are those of the called agent alone. */
export interface AgentEdge {
  /** Null: nobody, the fleet was asked from outside. */
  readonly caller: string | null;
  readonly agent: string;
  readonly requests: number;
  readonly errors: number;
  readonly costNanos: number | null;
  readonly latencyP95Us: number | null;
}

/** Where failed traces failed: how often an agent caused it, and how often it was only passed on from an agent below. */
export interface Blame {
  readonly agent: string;
  readonly caused: number;
  readonly passedOn: number;
}

const nobody = '(unmatched)';

/** Counts causes over failed traces, the worst first. */
export const blamesOf = (failed: readonly (readonly AgentPart[])[]): readonly Blame[] => {
  const blames = new Map<string, { caused: number; passedOn: number }>();
  const count = (agent: string | null) => {
    const known = blames.get(agent ?? nobody) ?? { caused: 0, passedOn: 0 };
    blames.set(agent ?? nobody, known);
    return known;
  };
  for (const parts of failed) {
    const cause = blameOf(parts);
    if (cause === null) continue;
    count(cause.agent).caused += 1;
    const first = parts.find(({ callerRun }) => callerRun === null);
    if (first !== undefined && first.runNo !== cause.runNo) count(first.agent).passedOn += 1;
  }
  return [...blames]
    .map(([agent, counts]) => ({ agent, ...counts }))
    .sort((a, b) => b.caused - a.caused || b.passedOn - a.passedOn || (a.agent < b.agent ? -1 : 1));
};

/** One agent of the drawn graph. */
export interface TopologyLine {
  readonly edge: AgentEdge;
  /** As in a trace's outline: whether another branch follows at each level. */
  readonly branches: readonly boolean[];
  /** Drawn further up already: what it calls is not drawn again. */
  readonly isRepeated: boolean;
}

/** The call graph as a tree: agents that are asked from outside first, under each what it calls, most requests first. Circles end. */
export const drawnGraph = (edges: readonly AgentEdge[]): readonly TopologyLine[] => {
  const byVolume = [...edges].sort((a, b) => b.requests - a.requests || (a.agent < b.agent ? -1 : 1));
  const lines: TopologyLine[] = [];
  const drawn = new Set<string>();
  const draw = (edge: AgentEdge, branches: readonly boolean[]) => {
    const isRepeated = drawn.has(edge.agent);
    lines.push({ edge, branches, isRepeated });
    if (isRepeated) return;
    drawn.add(edge.agent);
    const below = byVolume.filter(({ caller }) => caller === edge.agent);
    for (const [at, next] of below.entries()) draw(next, [...branches, at < below.length - 1]);
  };
  for (const edge of byVolume) if (edge.caller === null) draw(edge, []);
  return lines;
};
