import type { Agent, Fleet } from '../../fleet/agent.ts';
import { listOf } from '../../ground/output/phrases.ts';
import { isChat, type Route, routesOf } from './route.ts';

/** A route by which nobody is told of anything. */
export interface DeafRoute {
  readonly route: string;
  /** One sentence. */
  readonly why: string;
}

type Routed = Pick<Fleet, 'agents' | 'notify' | 'sections'>;

/** The routes of a fleet that reach nobody, whatever fires. */
export const deafRoutes = (fleet: Routed): readonly DeafRoute[] => {
  const routes = routesOf(fleet).filter(({ isDefault }) => !isDefault);
  return routes.flatMap((route, at) => {
    const why = deafBecause(route, routes.slice(0, at), fleet.agents);
    return why === null ? [] : [{ route: route.name, why }];
  });
};

const deafBecause = (route: Route, before: readonly Route[], agents: readonly Agent[]): string | null => {
  if (route.to.length === 0) return 'it leads to no channel: what it takes is told to nobody';
  const taker = before.find((each) => !each.continue && takesAll(each));
  if (taker !== undefined) return `${taker.name} before it takes everything, so that nothing ever comes to it`;
  const { tags = [], tiers, owners } = route;
  if (owners !== undefined && !agents.some(({ owner }) => owners.includes(owner ?? '')))
    return `no agent of the fleet is of ${listOf(owners, 'or')}`;
  if (!agents.some((agent) => tags.every((tag) => agent.tags.includes(tag)))) return `no agent of the fleet has ${listOf(tags)}`;
  if (tiers !== undefined && !agents.some(({ tier }) => tiers.includes(tier)))
    return `no agent of the fleet is of tier ${listOf(tiers.map(String), 'or')}`;
  return null;
};

const takesAll = ({ categories, severity, rules, agents, tags, tiers, owners, during }: Route): boolean =>
  [categories, severity, rules, agents, tiers, owners, during].every((condition) => condition === undefined) && (tags ?? []).length === 0;

/** Whether a page of this fleet can wake somebody: chat waits to be read. */
export const canWake = ({ notify }: Pick<Fleet, 'notify'>): boolean => Object.values(notify).some(({ kind }) => !isChat(kind));
