/** A change on the time line of an agent: a release that a person or a pipeline told of, or that showed in its spans. */
export interface Mark {
  readonly id: string;
  readonly agent: string;
  readonly release: string;
  /** From when on it is in force, UTC epoch ms. */
  readonly at: number;
  readonly note: string;
  readonly source: 'told' | 'seen';
}

/** A release that spans of an agent carry, and about when the first of them started, microseconds. */
export interface Sighting {
  readonly agent: string;
  readonly release: string;
  readonly atUs: number;
}

/**
 * The releases that agents changed to and that nobody has noted yet. The first release of an agent is no change: what was before it is
 * not known. A release that comes back after another is not seen here, since its spans are those it had before.
 */
export const releaseChanges = (sightings: readonly Sighting[], marks: readonly Pick<Mark, 'agent' | 'release'>[]): readonly Sighting[] => {
  const noted = new Set(marks.map(keyOf));
  const first = new Map<string, Sighting>();
  for (const sighting of sightings) {
    const known = first.get(sighting.agent);
    if (known === undefined || isEarlier(sighting, known)) first.set(sighting.agent, sighting);
  }
  return sightings.filter((sighting) => first.get(sighting.agent) !== sighting && !noted.has(keyOf(sighting)));
};

const keyOf = ({ agent, release }: Pick<Mark, 'agent' | 'release'>): string => JSON.stringify([agent, release]);

const isEarlier = (a: Sighting, b: Sighting): boolean => a.atUs < b.atUs || (a.atUs === b.atUs && a.release < b.release);

/** The mark that says already what somebody tells again: the last one of the agent up to then, where it names the same release. */
export const sameDeploy = (marks: readonly Mark[], agent: string, release: string, at: number): Mark | null => {
  const before = marks.filter((mark) => mark.agent === agent && mark.at <= at).sort((a, b) => b.at - a.at);
  const told = before.find(({ source }) => source === 'told');
  return told !== undefined && told === before[0] && told.release === release ? told : null;
};
