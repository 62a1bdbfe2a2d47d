import type { Agent } from '../../fleet/agent.ts';
import { matchesGlob } from '../../fleet/glob.ts';
import { inMaintenance } from '../../quality/health/due.ts';
import { type Alert, type AlertKey, isAcked, type Silence, type SilenceMatcher } from './alert.ts';
import { type AlertInstance, isFiring } from './alert-state.ts';
import type { Quieting, Told } from './announcement.ts';
import type { Rule } from './rule.ts';

/** What decides whether people are told of an alert. */
export interface QuietQuestion {
  /** UTC epoch ms. */
  readonly now: number;
  readonly alert: AlertKey & Pick<Alert, 'ack' | 'quiet'> & { readonly instance: AlertInstance; readonly told: Told | null };
  /** Null: it is gone from the manifest. */
  readonly rule: Pick<Rule, 'inhibitedByParents'> | null;
  readonly agent: Agent | null;
  readonly silences: readonly Silence[];
  /** The nearest red agent above each agent that has one. */
  readonly redParents: ReadonlyMap<string, string>;
  /** A provider that is out and that the agent needs, of each agent that needs one. */
  readonly outProviders: ReadonlyMap<string, string>;
}

/** Why people are not told; null: they are. What somebody said by hand comes before what follows from the manifest. */
export const quietingOf = ({ now, alert, rule, agent, silences, redParents, outProviders }: QuietQuestion): Quieting | null => {
  const silence = silences.find((each) => isSilenced(each, alert, now));
  if (silence !== undefined) return { by: 'silence', because: silence.reason };
  if (agent !== null && inMaintenance(agent, now)) return { by: 'maintenance', because: `${agent.name} is in maintenance` };
  const parent = rule?.inhibitedByParents === true ? redParents.get(alert.agent) : undefined;
  if (parent !== undefined) return { by: 'parent', because: `${parent}, which it depends on, is red` };
  const provider = rule?.inhibitedByParents === true ? outProviders.get(alert.agent) : undefined;
  if (provider !== undefined) return { by: 'parent', because: `${provider}, which answers its calls, is out` };
  // What was kept quiet while it lasted is not begun to be told of while it ends.
  if (alert.instance.state === 'recovering' && alert.told === null && alert.quiet !== null) return alert.quiet;
  return isAcked(alert) && alert.ack !== null ? { by: 'ack', because: alert.ack.note ?? `taken on by ${alert.ack.actor}` } : null;
};

/** Whether a silence is in force and means this alert. */
export const isSilenced = ({ matcher, startsAt, endsAt }: Silence, alert: Pick<AlertKey, 'rule' | 'agent'>, now: number): boolean =>
  startsAt <= now && now < endsAt && silences(matcher, alert);

const silences = ({ rule, agent }: SilenceMatcher, alert: Pick<AlertKey, 'rule' | 'agent'>): boolean =>
  (rule === null || matchesGlob(rule, alert.rule)) && (agent === null || matchesGlob(agent, alert.agent));

/** Alerts that say that an agent does not answer as it should, which is what those who depend on it would feel. */
const downCategories: ReadonlySet<string> = new Set(['availability', 'errors']);

/** Whether a firing alert explains what is wrong with the agents that depend on its own. */
export const makesRed = ({ severity, category, instance }: Pick<Alert, 'severity' | 'category' | 'instance'>): boolean =>
  severity === 'page' && downCategories.has(category) && isFiring(instance);

/** Agent → the nearest red agent it depends on, directly or through others, level by level; agents in a circle do not explain themselves. */
export const redAbove = (agents: readonly Pick<Agent, 'name' | 'dependsOn'>[], red: ReadonlySet<string>): ReadonlyMap<string, string> => {
  if (red.size === 0) return new Map();
  const parents = new Map(agents.map(({ name, dependsOn }) => [name, dependsOn]));
  const nearest = (name: string): string | null => {
    const seen = new Set([name]);
    for (let level = parents.get(name) ?? []; level.length > 0; ) {
      const fresh = level.filter((each) => !seen.has(each));
      const found = fresh.find((each) => red.has(each));
      if (found !== undefined) return found;
      for (const each of fresh) seen.add(each);
      level = fresh.flatMap((each) => parents.get(each) ?? []);
    }
    return null;
  };
  return new Map(
    agents.flatMap(({ name }): (readonly [string, string])[] => {
      const above = nearest(name);
      return above === null ? [] : [[name, above]];
    }),
  );
};
