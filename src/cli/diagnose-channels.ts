import type { Fleet } from '../fleet/agent.ts';
import { plural } from '../ground/output/phrases.ts';
import { canWake, deafRoutes } from '../oversight/notify/deaf-routes.ts';
import { type Diagnosed, findingsIn } from './diagnosed.ts';

const { ok, warn, fail } = findingsIn('channels');

/** Atlassian ends the support of Opsgenie, and its API, on 5 April 2027. */
const opsgenieEndsAt = Date.UTC(2027, 3, 5);
const dayMs = 86_400_000;

/** Whether people can be told, and for how long yet; nothing is sent. @param now UTC epoch ms */
export const diagnoseChannels = (fleet: Pick<Fleet, 'agents' | 'notify' | 'sections'>, now: number): readonly Diagnosed[] => {
  const channels = Object.entries(fleet.notify);
  if (channels.length === 0) return [warn('notify', 'there is no channel: alerts fire, and nobody is told', 'agentops explain notify')];
  return [
    ...channels.map(([name, { kind }]) => (kind === 'opsgenie' ? opsgenie(name, now) : ok(name, kind))),
    ...(canWake(fleet) ? [] : [warn('pages', 'they go to chat alone, and wake nobody', 'agentops explain notify')]),
    ...deafRoutes(fleet).map(({ route, why }) => warn(route, why, 'agentops alerts routes shows whom an alert reaches')),
  ];
};

const opsgenie = (name: string, now: number): Diagnosed => {
  const days = Math.ceil((opsgenieEndsAt - now) / dayMs);
  const fix = `give ${name} the kind jsm, which has the same alerts: agentops explain notify`;
  return days > 0
    ? warn(name, `opsgenie, which Atlassian ends on 5 April 2027, in ${plural(days, 'day')}: it takes no alert from then on`, fix)
    : fail(name, 'opsgenie, which Atlassian ended on 5 April 2027: it takes no alert any more', fix);
};
