import type { Fleet } from '../../fleet/agent.ts';
import { type Json, parseJson } from '../../ground/json.ts';
import { referencePattern } from '../../ground/units/reference.ts';
import type { Rule, RuleType } from '../../oversight/alerts/rule.ts';
import { wholeFleet } from '../../oversight/alerts/subject.ts';
import { sourceOfAgent } from '../../telemetry/traces/fleet-ownership.ts';
import { otlpSources } from '../../telemetry/traces/otlp-source.ts';

/** Rules that look at what this machine itself found out: nobody else's word is taken. */
const ownFindings: ReadonlySet<RuleType> = new Set(['agent_red', 'heartbeat', 'drift', 'mitigation_overdue', 'queue_depth']);

/**
 * Why an alert must not start a runbook by itself; null: it may. Spans that anybody could have sent page a person, and no more: they have to
 * come from a backend that is asked with a credential, or with the token of their agent. What the fleet spent is as sure as what its least
 * sure agent did.
 */
export const doubtOf = (
  fleet: Pick<Fleet, 'agents' | 'backends'>,
  { name, test }: Pick<Rule, 'name' | 'test'>,
  agent: string,
): string | null => {
  if (ownFindings.has(test.type)) return null;
  if (agent === wholeFleet) {
    for (const each of fleet.agents) {
      const doubt = doubtOf(fleet, { name, test }, each.name);
      if (doubt !== null) return doubt;
    }
    return null;
  }
  const source = sourceOfAgent(fleet, agent);
  if (source === null) return `nothing says which backend has the traces of ${agent}, so that nobody vouches for what ${name} saw`;
  const slot = fleet.backends[source];
  if (slot === undefined || slot.kind === 'otlp') {
    const isBound = otlpSources(fleet).some((each) => each.name === source && each.tokens.some(([, bound]) => bound === agent));
    return isBound ? null : `spans of ${agent} come to ${source} without a token of its own: anybody could have sent what ${name} saw`;
  }
  return holdsReference(parseJson(JSON.stringify(slot.config)) ?? null)
    ? null
    : `${source} is read without a credential: anybody could have put there what ${name} saw`;
};

/** Whether a configuration has a credential anywhere: they are references, always. */
const holdsReference = (value: Json): boolean => {
  if (typeof value === 'string') return [...value.matchAll(referencePattern)].some(([, inside]) => inside !== undefined);
  if (value === null || typeof value !== 'object') return false;
  return Object.values(value).some(holdsReference);
};
