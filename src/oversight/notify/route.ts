import type { Agent, Fleet } from '../../fleet/agent.ts';
import { listOf } from '../../ground/output/phrases.ts';
import { isWithin, wallTime } from './hours.ts';
import type { Group, Message } from './port.ts';
import type { categories, groupings, ParsedRoute } from './route-fields.ts';

export type Category = (typeof categories)[number];

/** What routes go by. */
export interface Routed {
  readonly category: Category;
  readonly severity: Message['severity'];
  readonly rule: string;
  /** Null: it concerns no agent. */
  readonly agent: Pick<Agent, 'name' | 'tier' | 'owner' | 'tags'> | null;
  /** UTC epoch ms. */
  readonly at: number;
}

/** Where some alerts lead. */
export interface Route extends ParsedRoute {
  /** `routes[2]`, or what it is by default, in words. */
  readonly name: string;
  /** Stands in for what the manifest does not say: it is looked at where no other route fits. */
  readonly isDefault: boolean;
}

export interface Destination {
  /** A name under `notify`. */
  readonly channel: string;
  /** Null: it is told of by itself. */
  readonly group: Group | null;
}

export interface Routing {
  /** Each channel once. */
  readonly channels: readonly string[];
  /** The same with how each groups. */
  readonly destinations: readonly Destination[];
  /** Each route that was looked at, and why it did not fit; null: it did. */
  readonly looked: readonly { readonly route: Route; readonly mismatch: string | null }[];
}

/** Kinds of channels that people read when they look, and that wake nobody. */
const chats: ReadonlySet<string> = new Set(['slack']);

/** Whether a kind of channel waits to be read. */
export const isChat = (kind: string): boolean => chats.has(kind);

/** The routes of a fleet in the order of the manifest; behind them what is done by default. */
export const routesOf = ({ notify, sections }: Pick<Fleet, 'notify' | 'sections'>): readonly Route[] => {
  const named = (sections['routes'] ?? []) as readonly ParsedRoute[];
  return [...named.map((route, at) => ({ ...route, name: `routes[${at}]`, isDefault: false })), ...defaultRoutes(notify)];
};

/** Pages to what wakes somebody, the rest to chat; a fleet that has one of the two only uses it for both. */
const defaultRoutes = (notify: Fleet['notify']): readonly Route[] => {
  const all = Object.keys(notify);
  const chat = all.filter((name) => isChat(notify[name]?.kind ?? ''));
  const waking = all.filter((name) => !chat.includes(name));
  const route = (severity: Message['severity'], wanted: readonly string[]): Route => ({
    name: severity === 'page' ? 'the default for pages: what wakes somebody' : 'the default for the rest: chat',
    isDefault: true,
    severity,
    to: [...(wanted.length > 0 ? wanted : all)],
    continue: false,
    group: { by: ['rule'], wait: 0 },
  });
  return [route('page', waking), route('notify', chat)];
};

/** Where an alert leads: the first route that fits, and those behind one that says `continue`. What none takes goes where it goes by default. */
export const routeOf = (routes: readonly Route[], routed: Routed): Routing => {
  const looked: { route: Route; mismatch: string | null }[] = [];
  const taken: Route[] = [];
  for (const route of routes) {
    if (route.isDefault && taken.some(({ isDefault }) => !isDefault)) break;
    const mismatch = mismatchOf(route, routed);
    looked.push({ route, mismatch });
    if (mismatch !== null) continue;
    taken.push(route);
    if (!route.continue) break;
  }
  const destinations = new Map<string, Destination>();
  for (const route of taken) {
    for (const channel of route.to) {
      if (!destinations.has(channel)) destinations.set(channel, { channel, group: groupOf(route, routed) });
    }
  }
  return { channels: [...destinations.keys()], destinations: [...destinations.values()], looked };
};

const mismatchOf = (route: Route, { category, severity, rule, agent, at }: Routed): string | null => {
  const { categories, rules, agents, tags = [], tiers, owners, during } = route;
  if (route.severity !== undefined && route.severity !== severity) return `it is for ${route.severity}, and this is ${severity}`;
  if (categories !== undefined && !categories.includes(category)) return `it is for ${listOf(categories)}, and this is ${category}`;
  if (rules !== undefined && !rules.includes(rule)) return `it is for ${listOf(rules)}, and the rule is ${rule}`;
  if (agents !== undefined && !agents.includes(agent?.name ?? '')) return `it is for ${listOf(agents)}`;
  const lacking = tags.filter((tag) => agent?.tags.includes(tag) !== true);
  if (lacking.length > 0) return `the agent has no tag ${listOf(lacking)}`;
  if (tiers !== undefined && !tiers.some((tier) => tier === agent?.tier)) return `it is for tier ${listOf(tiers.map(String))}`;
  if (owners !== undefined && !owners.includes(agent?.owner ?? '')) return `it is for agents of ${listOf(owners)}`;
  if (during === undefined || isWithin(during, at)) return null;
  const { day, minute } = wallTime(during.tz, at);
  const two = (number: number) => String(number).padStart(2, '0');
  const days = during.days === undefined ? '' : `${during.days.join(' ')} `;
  const now = `${day} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  return `it is for ${days}${during.from} to ${during.to}, and in ${during.tz} it is ${now}`;
};

/** Alerts with one key are told of together. */
const groupOf = ({ group }: Route, routed: Routed): Group | null =>
  group === 'none' ? null : { key: group.by.map((by) => `${by}=${commonOf(routed, by)}`).join(' '), waitMs: group.wait };

const commonOf = ({ category, severity, rule, agent }: Routed, by: (typeof groupings)[number]): string =>
  ({ rule, category, severity, agent: agent?.name ?? '', owner: agent?.owner ?? '', tier: String(agent?.tier ?? '') })[by];
