import type { StateName } from './health-report.ts';

/** What suppression needs to know of a judged agent. */
export interface Judged {
  readonly name: string;
  readonly state: StateName;
  /** It did something unsafe, which nobody else's outage explains. */
  readonly safetyEvent: boolean;
  readonly dependsOn: readonly string[];
}

/**
 * Agent → the nearest red agent it depends on, directly or through others. That one explains what is wrong with it; a green agent needs
 * no explanation, and a safety event has none. Only agents that were judged count, those in maintenance too: planned or not, what depends on them is down with them.
 */
export const suppressorsOf = (judged: readonly Judged[]): ReadonlyMap<string, string> => {
  const byName = new Map(judged.map((agent) => [agent.name, agent]));
  return new Map(
    judged.flatMap((agent): (readonly [string, string])[] => {
      const above = agent.state === 'green' || agent.safetyEvent ? null : redAbove(agent, byName);
      return above === null ? [] : [[agent.name, above]];
    }),
  );
};

/** Level by level, so that the nearest is found; each agent is looked at once. */
const redAbove = (agent: Judged, byName: ReadonlyMap<string, Judged>): string | null => {
  const seen = new Set([agent.name]);
  for (let level = agent.dependsOn; level.length > 0; ) {
    const parents = level.flatMap((name) => byName.get(name) ?? []).filter(({ name }) => !seen.has(name));
    const red = parents.find(({ state }) => state === 'red');
    if (red !== undefined) return red.name;
    for (const { name } of parents) seen.add(name);
    level = parents.flatMap(({ dependsOn }) => dependsOn);
  }
  return null;
};

/** Whether an agent's state decides anything: not while a red parent explains it, nor in maintenance. */
export const counts = ({ suppressedBy, inMaintenance }: { suppressedBy: string | null; inMaintenance: boolean }): boolean =>
  suppressedBy === null && !inMaintenance;
