import { usageError } from '../ground/errors.ts';
import { nearest } from '../ground/output/phrases.ts';
import type { Agent, Check, Fleet } from './agent.ts';

/** Which agents and checks a command is about. Empty lists mean all. */
export interface Selection {
  readonly agents: readonly string[];
  readonly tags: readonly string[];
  readonly tiers: readonly number[];
  readonly envs: readonly string[];
  readonly checks: readonly string[];
  /** One of `of` parts of the fleet, cut by check; 1-based. */
  readonly shard: { readonly index: number; readonly of: number } | null;
}

export const everything: Selection = { agents: [], tags: [], tiers: [], envs: [], checks: [], shard: null };

export interface Selected {
  readonly agent: Agent;
  readonly checks: readonly Check[];
}

/**
 * The selected agents in manifest order, each with its selected checks; an agent without any check is selected too, because nobody
 * knows how it is. Throws a usage error for an agent or check that does not exist.
 */
export const selectAgents = (fleet: Fleet, selection: Selection): readonly Selected[] => {
  for (const name of selection.agents) requireAgent(fleet, name);
  const agents = fleet.agents.filter(
    (agent) =>
      oneOf(selection.agents, agent.name) &&
      (selection.tags.length === 0 || selection.tags.some((tag) => agent.tags.includes(tag))) &&
      (selection.tiers.length === 0 || selection.tiers.includes(agent.tier)) &&
      (selection.envs.length === 0 || (agent.env !== null && selection.envs.includes(agent.env))),
  );
  const known = [...new Set(agents.flatMap((agent) => agent.checks.map((check) => check.id)))];
  for (const id of agents.length === 0 ? [] : selection.checks) {
    if (!known.includes(id)) throw unknownName('check', id, known);
  }
  const meant = agents
    .map((agent) => ({ agent, checks: agent.checks.filter((check) => oneOf(selection.checks, check.id)) }))
    .filter(({ agent, checks }) => checks.length > 0 || (agent.checks.length === 0 && selection.checks.length === 0));
  return selection.shard === null ? meant : shardOf(meant, selection.shard);
};

/** Dealt out like cards, in an order made of the names: parts differ by one at most, and neighbours of one slow agent go to different parts. */
const shardOf = (meant: readonly Selected[], { index, of }: { readonly index: number; readonly of: number }): readonly Selected[] => {
  const keys = meant.flatMap(({ agent, checks }) => (checks.length === 0 ? [agent.name] : checks.map((check) => keyOf(agent, check))));
  const shuffled = keys.toSorted((a, b) => spread(a) - spread(b) || (a < b ? -1 : 1));
  const mine = new Set(shuffled.filter((_, at) => at % of === index - 1));
  return meant
    .map(({ agent, checks }) => ({ agent, checks: checks.filter((check) => mine.has(keyOf(agent, check))) }))
    .filter(({ agent, checks }) => checks.length > 0 || mine.has(agent.name));
};

const keyOf = (agent: Agent, check: Check): string => `${agent.name}/${check.id}`;

/** The agent of that name, or a usage error that names the nearest one. */
export const requireAgent = (fleet: Fleet, name: string): Agent => {
  const found = fleet.agents.find((agent) => agent.name === name);
  if (found === undefined)
    throw unknownName(
      'agent',
      name,
      fleet.agents.map((agent) => agent.name),
    );
  return found;
};

/** The check of that id, or a usage error that names the nearest one. */
export const requireCheck = (agent: Agent, id: string): Check => {
  const found = agent.checks.find((check) => check.id === id);
  if (found === undefined)
    throw unknownName(
      'check',
      id,
      agent.checks.map((check) => check.id),
    );
  return found;
};

const unknownName = (noun: string, name: string, names: readonly string[]) => {
  const near = nearest(name, names);
  const some = names.slice(0, 12).join(', ');
  return usageError({
    code: `unknown_${noun}`,
    message: `there is no ${noun} ${JSON.stringify(name)}`,
    hint:
      near !== null
        ? `did you mean ${near}?`
        : names.length === 0
          ? 'nothing is selected'
          : `there is: ${some}${names.length > 12 ? ', …' : ''}`,
  });
};

const oneOf = <T>(wanted: readonly T[], value: T): boolean => wanted.length === 0 || wanted.includes(value);

/** A number that spreads names evenly and is the same everywhere: FNV-1a, 32 bits, with a final mix (murmur3's) for its low bits. */
export const spread = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};
