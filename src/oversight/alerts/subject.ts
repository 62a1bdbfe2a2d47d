import type { Agent, Fleet } from '../../fleet/agent.ts';

/** What rules judge: an agent, the fleet as a whole, or the providers. */
export type Subject = Pick<Agent, 'name' | 'tags' | 'tier' | 'sla' | 'budget'>;

/** Stands where the name of an agent does, for the fleet as a whole; no agent can be called so. */
export const wholeFleet = '@fleet';

/** Stands there for the providers that agents call; the label of an alert says which of them is meant. */
export const allProviders = '@providers';

/** The agent that an alert is about; null: the fleet as a whole, or a provider. */
export const agentNamed = (name: string): string | null => (name === wholeFleet || name === allProviders ? null : name);

/** The providers as rules judge them: they promise nothing and have no budget. */
export const providersSubject: Subject = {
  ...{ name: allProviders, tags: [], tier: 1 },
  sla: { latencyP95Ms: null, errorRate: null, quality: null, availability: null },
  budget: {
    ...{ perRequestNanos: null, perHourNanos: null, perDayNanos: null, perMonthNanos: null },
    ...{ tokensPerRequest: null, stepsPerRequest: null },
  },
};

/** The fleet as rules judge it: by what all of it spends. Null: the manifest sets no budget of the fleet. */
export const fleetSubject = ({ budget: { perDayNanos, perMonthNanos } }: Pick<Fleet, 'budget'>): Subject | null =>
  perDayNanos === null && perMonthNanos === null
    ? null
    : {
        ...{ name: wholeFleet, tags: [], tier: 1 },
        sla: { latencyP95Ms: null, errorRate: null, quality: null, availability: null },
        budget: {
          ...{ perRequestNanos: null, perHourNanos: null, tokensPerRequest: null, stepsPerRequest: null },
          ...{ perDayNanos, perMonthNanos },
        },
      };

/** The agents, and the fleet as a whole where it is judged. */
export const subjectsOf = (fleet: Pick<Fleet, 'agents' | 'budget'>): readonly Subject[] => {
  const whole = fleetSubject(fleet);
  return whole === null ? fleet.agents : [...fleet.agents, whole];
};
