import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import { listOf, localTime } from '../ground/output/phrases.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { Destination, Route, Routed } from '../oversight/notify/route.ts';
import type { ViewOptions } from './words.ts';

/** One route, and whether it fits what was asked; `looked` null: it was not looked at, or nothing was asked. */
export interface ShownRoute {
  readonly route: Route;
  readonly looked: { readonly mismatch: string | null } | null;
}

/** The answer of `agentops alerts routes`. */
export interface RouteReport {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly routes: readonly ShownRoute[];
  /** What was asked, and where it leads; null: nothing was. */
  readonly tested: { readonly routed: Routed; readonly destinations: readonly (Destination & { readonly kind: string })[] } | null;
}

/** Whom a route is for, in words. */
const forWhom = ({ severity, categories, rules, agents, tags, tiers, owners, during }: Route): string => {
  const parts = [
    severity ?? 'all alerts',
    categories === undefined ? '' : `about ${listOf(categories, 'or')}`,
    rules === undefined ? '' : `of rule ${listOf(rules, 'or')}`,
    agents === undefined ? '' : `of ${listOf(agents, 'or')}`,
    tags === undefined ? '' : `tagged ${listOf(tags)}`,
    tiers === undefined ? '' : `of tier ${listOf(tiers.map(String), 'or')}`,
    owners === undefined ? '' : `owned by ${listOf(owners, 'or')}`,
    during === undefined ? '' : `${during.days?.join(' ') ?? 'every day'} ${during.from} to ${during.to} ${during.tz}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
};

const toWhom = ({ to }: Route): string => (to.length === 0 ? 'nobody' : listOf(to));

const renderRoutes = (report: RouteReport, options: ViewOptions): string => {
  const { look } = options;
  const lines = report.routes.map(({ route, looked }) => {
    const fits = looked === null ? '' : looked.mismatch === null ? 'fits: ' : 'does not fit: ';
    const why = looked === null || looked.mismatch === null ? forWhom(route) : looked.mismatch;
    const onwards = route.continue ? ', and goes on' : '';
    return renderLine(look, 0, [
      { text: `${route.name}  `, tone: looked?.mismatch === null ? 'strong' : 'dim' },
      { text: `${fits}${why} `, tone: looked?.mismatch === null ? 'plain' : 'dim' },
      { text: `${look.unicode ? '→' : '->'} ${toWhom(route)}${onwards}`, tone: looked?.mismatch === null ? 'strong' : 'dim' },
    ]);
  });
  return [...(report.tested === null ? [] : [...answer(report.tested, options), '']), ...lines, ''].join('\n');
};

const answer = ({ routed, destinations }: NonNullable<RouteReport['tested']>, { look, zone }: ViewOptions): readonly string[] => {
  const what = `${routed.rule === '' ? routed.category : routed.rule} on ${routed.agent?.name ?? 'no agent'}, ${routed.severity}, ${localTime(routed.at, zone)}`;
  if (destinations.length === 0) return [renderLine(look, 0, [{ text: `${what}: nobody is told`, tone: 'warn' }])];
  return [
    renderLine(look, 0, [{ text: `${what}: ${listOf(destinations.map(({ channel }) => channel))}`, tone: 'strong' }]),
    ...destinations.map(({ channel, kind, group }) =>
      renderLine(look, 2, [
        { text: `${channel} (${kind}), ${group === null ? 'each alert by itself' : `as one message: ${groupWords(group)}`}` },
      ]),
    ),
  ];
};

const groupWords = ({ key, waitMs }: NonNullable<Destination['group']>): string =>
  `${key}${waitMs === 0 ? '' : `, the first waits ${humanDuration(waitMs)}`}`;

/** Every format of `agentops alerts routes`. */
export const routeFormats = (report: RouteReport) => ({
  text: (options: ViewOptions) => renderRoutes(report, options),
  json: () => {
    const { fleet, generatedAt, routes, tested } = report;
    return jsonDocument(fleet, generatedAt, {
      tested:
        tested === null
          ? null
          : {
              rule: tested.routed.rule === '' ? null : tested.routed.rule,
              agent: tested.routed.agent?.name ?? null,
              category: tested.routed.category,
              severity: tested.routed.severity,
              at: isoTime(tested.routed.at),
              channels: tested.destinations.map(({ channel, kind, group }) => ({
                channel,
                kind,
                group: group?.key ?? null,
                wait_s: group === null ? 0 : group.waitMs / 1000,
              })),
            },
      routes: routes.map(({ route, looked }) => ({
        route: route.name,
        is_default: route.isDefault,
        for: forWhom(route),
        to: route.to,
        continue: route.continue,
        group_by: route.group === 'none' ? [] : route.group.by,
        wait_s: route.group === 'none' ? 0 : route.group.wait / 1000,
        fits: looked === null ? null : looked.mismatch === null,
        mismatch: looked?.mismatch ?? null,
      })),
    });
  },
});
