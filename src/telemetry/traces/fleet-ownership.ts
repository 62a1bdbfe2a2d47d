import type { Fleet } from '../../fleet/agent.ts';
import { otlpSources } from './otlp-source.ts';
import { type Ownership, ownershipOf } from './ownership.ts';

/**
 * The backend that an agent's traces are in: the one its `traces` name, else the only one there is, or the receiver where there is none.
 * Null: there are several, and one request may be in more than one of them.
 */
export const sourceOfAgent = (fleet: Pick<Fleet, 'agents' | 'backends'>, agent: string): string | null => {
  const told = fleet.agents.find(({ name }) => name === agent)?.traces?.backend;
  if (told !== undefined) return told;
  const [first = otlpSources(fleet)[0].name, ...others] = Object.keys(fleet.backends);
  return others.length === 0 ? first : null;
};

/** The `traces.match` of every agent of a fleet, ready to ask. */
export const fleetOwnership = (fleet: Fleet): Ownership =>
  ownershipOf(
    fleet.agents.flatMap(({ name, traces, qualityScore }) => {
      const source = sourceOfAgent(fleet, name);
      if (source === null) return [];
      return [{ agent: name, source, match: traces?.match ?? null, ...(qualityScore === null ? {} : { quality: qualityScore }) }];
    }),
  );
