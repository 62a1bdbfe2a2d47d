import { bucketOf, widthUs } from '../../../ground/units/window.ts';

export type IncidentKind = 'cost-regression' | 'error-spike' | 'runaway-loop';

interface Told {
  readonly days_ago: number;
  /** `14:05`, UTC. */
  readonly at: string;
}

/** An incident as the file has it. */
export interface ToldIncident {
  readonly id: string;
  readonly agent: string;
  readonly cause?: string | undefined;
  readonly kind: IncidentKind;
  readonly from: Told;
  readonly to?: Told | undefined;
  readonly release?: string | undefined;
  readonly prompt_version?: string | undefined;
}

/** An incident at its place in time. UTC epoch microseconds. */
export interface Incident {
  readonly id: string;
  readonly agent: string;
  /** The agent that misbehaves: the same one unless another is to blame. */
  readonly cause: string;
  readonly kind: IncidentKind;
  readonly fromUs: number;
  /** Infinite where it goes on. */
  readonly toUs: number;
  readonly release: string | null;
  readonly promptVersion: string | null;
}

/** Puts incidents on the time line of somebody who looks at it now. */
export const placeIncidents = (told: readonly ToldIncident[], nowUs: number): readonly Incident[] => {
  const today = bucketOf('day', nowUs);
  const usOf = ({ days_ago, at }: Told): number => {
    const [hours = 0, minutes = 0] = at.split(':').map(Number);
    return (today - days_ago) * widthUs.day + (hours * 60 + minutes) * 60_000_000;
  };
  return told.map(({ id, agent, cause = agent, kind, from, to, release = null, prompt_version = null }) => ({
    id,
    agent,
    cause,
    kind,
    fromUs: usOf(from),
    toUs: to === undefined ? Number.POSITIVE_INFINITY : usOf(to),
    release,
    promptVersion: prompt_version,
  }));
};

/** What an agent does differently while an incident lasts. */
export interface Disturbance {
  readonly inputFactor: number;
  readonly cachesPrompts: boolean;
  /** Null: as ever. */
  readonly errorRate: number | null;
  readonly release: string | null;
  readonly promptVersion: string | null;
}

const undisturbed: Disturbance = { inputFactor: 1, cachesPrompts: true, errorRate: null, release: null, promptVersion: null };

/** How an agent is disturbed at an instant. A loop is one request of its own, and disturbs no other. */
export const disturbanceAt = (incidents: readonly Incident[], agent: string, atUs: number): Disturbance => {
  const found = incidents.find(
    ({ cause, kind, fromUs, toUs }) => cause === agent && kind !== 'runaway-loop' && fromUs <= atUs && atUs < toUs,
  );
  if (found === undefined) return undisturbed;
  const { kind, release, promptVersion } = found;
  if (kind === 'error-spike') return { ...undisturbed, errorRate: 0.95, release, promptVersion };
  return { ...undisturbed, inputFactor: 1.6, cachesPrompts: false, release, promptVersion };
};
