import type { Fleet } from '../fleet/agent.ts';
import { requireAgent } from '../fleet/select.ts';
import { usageError } from '../ground/errors.ts';
import { nearest } from '../ground/output/phrases.ts';
import type { Rule } from '../oversight/alerts/rule.ts';
import { rulesOf } from '../oversight/alerts/rules.ts';
import { type Category, type Routed, routeOf, routesOf } from '../oversight/notify/route.ts';
import { routeFormats } from '../views/routes.ts';
import type { Outcome, Session } from './command.ts';

/** What the flags of `alerts routes` ask for. */
export interface RouteWish {
  readonly rule?: string;
  readonly category?: Category;
  readonly severity?: Routed['severity'];
  readonly agent?: string;
  /** UTC epoch ms. */
  readonly at?: number;
}

/** Lists the routes, or follows one alert along them. */
export const showRoutes = async ({ ctx, fleet: load }: Session, action: string, wish: RouteWish): Promise<Outcome> => {
  if (action !== 'list' && action !== 'test')
    throw usageError({
      code: 'unknown_action',
      message: `alerts routes cannot ${JSON.stringify(action)}`,
      hint: 'agentops alerts routes list, or agentops alerts routes test',
    });
  const { fleet } = await load();
  const routes = routesOf(fleet);
  const head = { fleet: fleet.name, generatedAt: ctx.clock.now() };
  if (action === 'list')
    return {
      finding: 'none',
      formats: routeFormats({ ...head, tested: null, routes: routes.map((route) => ({ route, looked: null })) }),
      next: ['agentops alerts routes test --category cost'],
    };
  const routed = routedOf(fleet, wish, ctx.clock.now());
  const { destinations, looked } = routeOf(routes, routed);
  return {
    finding: destinations.length === 0 ? 'found' : 'none',
    formats: routeFormats({
      ...head,
      tested: { routed, destinations: destinations.map((each) => ({ ...each, kind: fleet.notify[each.channel]?.kind ?? '' })) },
      routes: routes
        .map((route) => ({ route, looked: looked.find((each) => each.route === route) ?? null }))
        .filter(({ route, looked: found }) => found !== null || !route.isDefault),
    }),
    next: destinations.slice(0, 1).map(({ channel }) => `agentops alerts notify-test ${channel}`),
  };
};

const routedOf = (fleet: Fleet, { rule: named, category, severity, agent, at }: RouteWish, now: number): Routed => {
  const rule = named === undefined ? null : requireRule(rulesOf(fleet), named);
  const about = category ?? rule?.category;
  if (about === undefined)
    throw usageError({
      code: 'argument_missing',
      message: 'nothing says what the alert is about',
      hint: 'agentops alerts routes test --category cost, or --rule NAME',
    });
  return {
    rule: rule?.name ?? '',
    category: about,
    severity: severity ?? rule?.severity ?? 'page',
    agent: agent === undefined ? null : requireAgent(fleet, agent),
    at: at ?? now,
  };
};

const requireRule = (rules: readonly Rule[], name: string): Rule => {
  const found = rules.find((rule) => rule.name === name);
  if (found !== undefined) return found;
  const names = rules.map((rule) => rule.name);
  const near = nearest(name, names);
  throw usageError({
    code: 'unknown_rule',
    message: `there is no rule ${JSON.stringify(name)}`,
    hint: near === null ? `there is: ${names.join(', ')}` : `did you mean ${near}?`,
  });
};
