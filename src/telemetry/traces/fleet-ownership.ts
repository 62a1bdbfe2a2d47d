import type { Fleet } from '../../fleet/agent.ts';
import { type Ownership, ownershipOf } from './ownership.ts';

/** The `traces.match` of every agent of a fleet, ready to ask. */
export const fleetOwnership = (fleet: Fleet): Ownership =>
  ownershipOf(
    fleet.agents.flatMap(({ name, traces, qualityScore }) =>
      traces === null
        ? []
        : [{ agent: name, source: traces.backend, match: traces.match, ...(qualityScore === null ? {} : { quality: qualityScore }) }],
    ),
  );
