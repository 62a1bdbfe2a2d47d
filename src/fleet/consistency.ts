import { dig, digArray, digString, isObject } from '../ground/json.ts';
import { suiteId } from './assemble.ts';
import { controlContradictions, scaleContradictions } from './control-contradictions.ts';
import { quoted } from './problem-words.ts';
import { suggestion } from './problems.ts';

/** Something wrong between two places of a manifest that are each right by themselves. */
export interface Contradiction {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint: string | null;
}

/**
 * Names that point nowhere, ids that stand twice, agents that depend on each other in a circle.
 * @param manifest as it was written: what has the wrong type is passed over here, so that all else is told in the same run
 */
export const contradictionsOf = (manifest: unknown): readonly Contradiction[] => {
  const agents = entriesOf(dig(manifest, 'agents'));
  const names = new Set(agents.map(([name]) => name));
  const backends = entriesOf(dig(manifest, 'backends')).map(([name]) => name);
  if (isObject(dig(manifest, 'agents')) && names.size === 0) {
    return [{ path: ['agents'], message: 'names no agent', hint: 'add one, or run agentops init' }];
  }
  const circles = circlesOf(new Map(agents.map(([name, agent]) => [name, dependenciesOf(agent)])));
  return [
    ...agents.flatMap(([name, agent]) => [
      ...unknownParents(name, agent, names),
      ...unknownBackend(name, agent, backends),
      ...checkContradictions(name, agent),
      ...controlContradictions(manifest, name),
      ...scaleContradictions(manifest, name),
    ]),
    ...circles.map(circleContradiction),
  ];
};

const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] => (isObject(value) ? Object.entries(value) : []);

const dependenciesOf = (agent: unknown): readonly string[] =>
  digArray(agent, 'depends_on').filter((parent): parent is string => typeof parent === 'string');

const unknownParents = (name: string, agent: unknown, names: ReadonlySet<string>): readonly Contradiction[] =>
  digArray(agent, 'depends_on').flatMap((parent, index) =>
    typeof parent !== 'string' || names.has(parent)
      ? []
      : [
          {
            path: ['agents', name, 'depends_on', index],
            message: `names no agent of this fleet (found ${quoted(parent)})`,
            hint: suggestion(
              parent,
              [...names].filter((other) => other !== name),
            ),
          },
        ],
  );

const unknownBackend = (name: string, agent: unknown, backends: readonly string[]): readonly Contradiction[] => {
  const backend = digString(agent, 'traces', 'backend');
  if (backend === null || backends.includes(backend)) return [];
  const hint = suggestion(backend, backends) ?? `add it under backends:`;
  return [{ path: ['agents', name, 'traces', 'backend'], message: `names no backend of this fleet (found ${quoted(backend)})`, hint }];
};

const checkContradictions = (name: string, agent: unknown): readonly Contradiction[] => {
  const found: Contradiction[] = [];
  const first = new Map<string, number>();
  for (const [index, check] of digArray(agent, 'checks').entries()) {
    const path = ['agents', name, 'checks', index];
    const suite = digString(check, 'suite');
    const id = digString(check, 'id') ?? (suite === null ? null : suiteId(suite));
    if (id !== null && first.has(id)) {
      found.push({
        path: [...path, 'id'],
        message: `is that of checks[${first.get(id)}] already (found ${quoted(id)})`,
        hint: 'give each check its own id',
      });
    }
    if (id !== null && !first.has(id)) first.set(id, index);
    if (isObject(check) && dig(check, 'heartbeat') === undefined && dig(agent, 'endpoint') === undefined) {
      found.push({ path, message: 'cannot ask: the agent has no endpoint', hint: 'add endpoint: to the agent, or make it a heartbeat' });
    }
  }
  return found;
};

const circleContradiction = (circle: readonly string[]): Contradiction => {
  const [first = ''] = circle;
  const path = ['agents', first, 'depends_on'];
  if (circle.length === 1) return { path, message: 'names the agent itself', hint: `take ${first} out of it` };
  return { path, message: `goes in a circle: ${[...circle, first].join(' → ')}`, hint: 'take one of these dependencies out' };
};

/** Circles of a graph in the order its nodes are given, none sharing a node with one before it. Without recursion: chains may be long. */
const circlesOf = (edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] => {
  const circles: (readonly string[])[] = [];
  const taken = new Set<string>();
  const done = new Set<string>();
  for (const start of edges.keys()) {
    if (done.has(start)) continue;
    const trail: { readonly name: string; readonly ahead: Iterator<string> }[] = [];
    const onTrail = new Map<string, number>();
    const enter = (name: string) => {
      onTrail.set(name, trail.length);
      trail.push({ name, ahead: (edges.get(name) ?? [])[Symbol.iterator]() });
    };
    enter(start);
    for (let last = trail.at(-1); last !== undefined; last = trail.at(-1)) {
      const next = last.ahead.next();
      if (next.done === true) {
        done.add(last.name);
        onTrail.delete(last.name);
        trail.pop();
        continue;
      }
      const from = onTrail.get(next.value);
      if (from === undefined) {
        if (!done.has(next.value)) enter(next.value);
        continue;
      }
      const circle = trail.slice(from).map(({ name }) => name);
      if (circle.some((name) => taken.has(name))) continue;
      circles.push(circle);
      for (const name of circle) taken.add(name);
    }
  }
  return circles;
};
