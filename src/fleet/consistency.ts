import { suggestion } from './problems.ts';
import type { ParsedManifest } from './schema.ts';

/** Something wrong between two places of a manifest that are each right by themselves. */
export interface Contradiction {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint: string | null;
}

/** Names that point nowhere, ids that stand twice, agents that depend on each other in a circle. */
export const contradictionsOf = (manifest: ParsedManifest): readonly Contradiction[] => {
  const names = Object.keys(manifest.agents);
  const backends = Object.keys(manifest.backends ?? {});
  const found: Contradiction[] = [];
  if (names.length === 0) found.push({ path: ['agents'], message: 'names no agent', hint: 'add one, or run agentops init' });

  for (const [name, agent] of Object.entries(manifest.agents)) {
    const path = ['agents', name];
    for (const [index, parent] of (agent.depends_on ?? []).entries()) {
      if (names.includes(parent)) continue;
      found.push({
        path: [...path, 'depends_on', index],
        message: `names no agent of this fleet (found ${JSON.stringify(parent)})`,
        hint: suggestion(parent, names),
      });
    }
    if (agent.traces !== undefined && !backends.includes(agent.traces.backend)) {
      const message = `names no backend of this fleet (found ${JSON.stringify(agent.traces.backend)})`;
      found.push({ path: [...path, 'traces', 'backend'], message, hint: suggestion(agent.traces.backend, backends) });
    }
    const seen = new Set<string>();
    for (const [index, check] of (agent.checks ?? []).entries()) {
      if (seen.has(check.id))
        found.push({
          path: [...path, 'checks', index, 'id'],
          message: `stands twice in agent ${name} (found ${JSON.stringify(check.id)})`,
          hint: 'give each check its own id',
        });
      seen.add(check.id);
      if (agent.endpoint === undefined && check.heartbeat === undefined) {
        found.push({
          path: [...path, 'checks', index],
          message: 'cannot ask: the agent has no endpoint',
          hint: 'add endpoint: to the agent, or make it a heartbeat',
        });
      }
    }
  }
  const circle = findCircle(new Map(Object.entries(manifest.agents).map(([name, agent]) => [name, agent.depends_on ?? []])));
  if (circle !== null) {
    const [first = ''] = circle;
    found.push({
      path: ['agents', first, 'depends_on'],
      message: `goes in a circle: ${[...circle, first].join(' → ')}`,
      hint: 'take one of these dependencies out',
    });
  }
  return found;
};

/** The first circle of a graph, from its smallest member in manifest order; null where there is none. */
const findCircle = (edges: ReadonlyMap<string, readonly string[]>): readonly string[] | null => {
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): readonly string[] | null => {
    const at = trail.indexOf(name);
    if (at >= 0) return trail.slice(at);
    if (done.has(name)) return null;
    for (const next of edges.get(name) ?? []) {
      const circle = visit(next, [...trail, name]);
      if (circle !== null) return circle;
    }
    done.add(name);
    return null;
  };
  for (const name of edges.keys()) {
    const circle = visit(name, []);
    if (circle !== null) return circle;
  }
  return null;
};
