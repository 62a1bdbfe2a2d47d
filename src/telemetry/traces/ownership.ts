import type { AgentTraces } from '../../fleet/agent.ts';
import type { Span } from './span.ts';
import type { Tree } from './tree.ts';

/** `traces.match` of one agent, as the manifest has it. All keys given must match. */
export type TraceMatch = NonNullable<AgentTraces['match']>;

export interface OwnershipRule {
  readonly agent: string;
  /** The backend whose spans it is about. */
  readonly source: string;
  /** Null: spans that name it as the manifest does, by `gen_ai.agent.name` or else `service.name`, and that no match of another claims. */
  readonly match: TraceMatch | null;
  /** The score that is this agent's quality; default `quality`. */
  readonly quality?: string;
}

/** Whose a span says it is, by itself. Null: it says nothing that a rule knows. */
export interface Claim<Agent> {
  /** The agent whose token the span came with: it can be nobody else's. */
  readonly bound: Agent | null;
  /** By a rule that names the emitter's own word for the agent. */
  readonly named: Agent | null;
  /** By a rule about the trace, the service or the environment: what parts of other agents in the same trace say as well. */
  readonly placed: Agent | null;
}

/** The rules of a fleet, ready to ask. */
export interface Ownership {
  /** What is kept of a span so that the rules can be asked again: canonical text. */
  labelsOf(span: Labelled, bound: string | null): string;
  claimOf(labels: string, source: string): Claim<string>;
  qualityOf(agent: string | null): string;
  /** Changes when the rules do. */
  readonly version: string;
}

type Labelled = Pick<Span, 'traceName' | 'serviceName' | 'agentName' | 'environment' | 'tags' | 'metadata'>;
type Labels = readonly [
  traceName: string | null,
  serviceName: string | null,
  agentName: string | null,
  environment: string | null,
  tags: readonly string[],
  metadata: readonly (readonly [string, string])[],
  bound: string | null,
];

interface Needs {
  readonly agent: string;
  readonly source: string;
  readonly isNamed: boolean;
  /** Position among the labels, and the text wanted there. */
  readonly texts: readonly (readonly [0 | 1 | 2 | 3, string])[];
  readonly tags: readonly string[];
  readonly metadata: readonly (readonly [string, string])[];
}

/** Of several rules that match, the one with the most keys wins, then the earlier one. Tags and metadata are kept only where a rule names them. */
export const ownershipOf = (rules: readonly OwnershipRule[]): Ownership => {
  const needs = rules
    .flatMap(({ match, ...rule }) => (match === null ? [] : needsOf({ ...rule, match })))
    .sort((a, b) => weightOf(b) - weightOf(a));
  const implied = new Set(rules.flatMap(({ agent, source, match }) => (match === null ? [pairKey(source, agent)] : [])));
  const wantedTags = new Set(needs.flatMap(({ tags }) => tags));
  const wantedKeys = new Set(needs.flatMap(({ metadata }) => metadata.map(([key]) => key)));
  const quality = new Map(rules.flatMap(({ agent, quality }) => (quality === undefined ? [] : [[agent, quality] as const])));
  return {
    labelsOf: ({ traceName, serviceName, agentName, environment, tags, metadata }, bound) => {
      const keptTags = wantedTags.size === 0 ? [] : tags.filter((tag) => wantedTags.has(tag)).sort();
      const keptKeys = [...wantedKeys].filter((key) => metadata[key] !== undefined).sort();
      const pairs = keptKeys.map((key) => [key, metadata[key] ?? ''] as const);
      return JSON.stringify([traceName, serviceName, agentName, environment, keptTags, pairs, bound] satisfies Labels);
    },
    claimOf: (text, source) => {
      const labels = JSON.parse(text) as Labels;
      const fits = needs.filter((rule) => rule.source === source && matches(rule, labels));
      const bound = labels[6];
      if (fits.length === 0) {
        const isImplied = (word: string | null) => word !== null && implied.has(pairKey(source, word));
        const [named, placed] = [labels[2], labels[1]].map((word) => (isImplied(word) ? word : null));
        return { bound, named: named ?? null, placed: placed ?? null };
      }
      return {
        bound,
        named: fits.find(({ isNamed }) => isNamed)?.agent ?? null,
        placed: fits.find(({ isNamed }) => !isNamed)?.agent ?? null,
      };
    },
    qualityOf: (agent) => (agent === null ? undefined : quality.get(agent)) ?? 'quality',
    version: JSON.stringify(rules),
  };
};

const pairKey = (source: string, agent: string): string => JSON.stringify([source, agent]);

const needsOf = ({ agent, source, match }: OwnershipRule & { readonly match: TraceMatch }): Needs => {
  const words = [match.trace_name, match.service_name, match.agent_name, match.environment];
  const texts = words.flatMap((word, at) => (word === undefined ? [] : [[at as 0 | 1 | 2 | 3, word] as const]));
  const dotted = Object.entries(match).flatMap(([key, value]) =>
    key.startsWith('metadata.') && typeof value === 'string' ? [[key.slice('metadata.'.length), value] as const] : [],
  );
  const metadata = [...Object.entries(match.metadata ?? {}), ...dotted];
  return { agent, source, isNamed: match.agent_name !== undefined, texts, tags: match.tags ?? [], metadata };
};

const weightOf = ({ texts, tags, metadata }: Needs): number => texts.length + tags.length + metadata.length;

const matches = (rule: Needs, labels: Labels): boolean =>
  weightOf(rule) > 0 &&
  rule.texts.every(([at, word]) => labels[at] === word) &&
  rule.tags.every((tag) => labels[4].includes(tag)) &&
  rule.metadata.every(([key, value]) => labels[5].some(([name, found]) => name === key && found === value));

/**
 * Whose each span of a trace is. A span is its token's agent, else the one it names, else the one its place says; but a place that says
 * no more than the parent's did is the same trace going on, so the span is the parent's agent's, as is one that says nothing.
 */
export const ownersOf = <Agent>(tree: Tree, claims: readonly Claim<Agent>[]): readonly (Agent | null)[] => {
  const owners: (Agent | null)[] = new Array(claims.length).fill(null);
  for (const at of tree.order) {
    const { bound, named, placed } = claims[at] as Claim<Agent>;
    const above = tree.parent[at] ?? -1;
    const inherited = above === -1 ? placed : (owners[above] ?? null);
    const moved = placed !== null && above !== -1 && placed !== claims[above]?.placed;
    owners[at] = bound ?? named ?? (moved ? placed : inherited);
  }
  return owners;
};
