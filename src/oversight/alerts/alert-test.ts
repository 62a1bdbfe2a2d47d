import type { Fleet } from '../../fleet/agent.ts';
import { listOf } from '../../ground/output/phrases.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { parseInstant } from '../../ground/units/instant.ts';
import { routeOf, routesOf } from '../notify/route.ts';
import type { Alert } from './alert.ts';
import { writtenAlert } from './alert-name.ts';
import { isFiring } from './alert-state.ts';
import type { ParsedAlertTest, ParsedInput, SeriesName } from './alert-test-fields.ts';
import type { AlertAnnouncement } from './evaluation.ts';
import type { Past, PastRequest } from './past.ts';
import type { Rule } from './rule.ts';
import type { Series } from './series.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** What one agent does in a test. */
export interface TestInput {
  readonly agent: string;
  readonly usual: ParsedInput['usual'] | null;
  readonly series: Readonly<Partial<Record<SeriesName, Series>>>;
}

/** A test of rules and routes, with its series read. */
export interface AlertTest extends Omit<ParsedAlertTest, 'input' | 'at'> {
  /** UTC epoch ms. */
  readonly from: number;
  readonly input: readonly TestInput[];
}

/** When the last minute of a test is over, or the last thing is expected; UTC epoch ms. */
export const endOf = ({ from, input, alerts, notifications = [] }: AlertTest): number =>
  from +
  Math.max(
    0,
    ...input.map(({ series }) => (series.requests?.length ?? 0) * minuteMs),
    ...[...alerts, ...notifications].map(({ at }) => Math.ceil(at / minuteMs) * minuteMs),
  );

const plain = { errorType: null, qualityN: 0, qualitySum: 0, tokens: 0, isError: false, traceId: '' } as const;

/** Fills the past of an agent with what the test says of it. */
export const fillPast = (past: Past, { usual, series }: TestInput, from: number): void => {
  if (usual != null) {
    const { days, every, cost = null, latency = null, steps } = usual;
    for (let at = from - days * dayMs; at < from; at += every) past.add({ ...plain, at, durationMs: latency, costNanos: cost, steps });
  }
  for (const [minute, count] of (series.requests ?? []).entries()) {
    const value = (name: SeriesName): number | null => series[name]?.[minute] ?? null;
    const failed = value('errors') ?? 0;
    const score = value('score');
    const common = {
      durationMs: value('latency'),
      costNanos: value('cost'),
      steps: value('steps') ?? 1,
      tokens: value('tokens') ?? 0,
      qualityN: score === null ? 0 : 1,
      qualitySum: score ?? 0,
    };
    for (let each = 0; each < (count ?? 0); each++) {
      const request: PastRequest = { ...plain, ...common, at: from + minute * minuteMs, isError: each < failed };
      past.add({ ...request, errorType: request.isError ? 'other' : null });
    }
  }
};

/** What came of a test at one moment. */
export interface TestMoment {
  /** UTC epoch ms. */
  readonly moment: number;
  readonly alerts: readonly Alert[];
  readonly announcements: readonly AlertAnnouncement[];
}

/** What a test expected and did not see, one sentence each; empty: it passes. */
export const mismatchesOf = (
  test: AlertTest,
  { moments, rules, fleet }: { readonly moments: readonly TestMoment[]; readonly rules: readonly Rule[]; readonly fleet: Fleet },
): readonly string[] => [
  ...test.alerts.flatMap((expected) => stateMismatches(expected, moments, test.from)),
  ...notificationMismatches(test, moments),
  ...test.routes.flatMap((expected) => routeMismatches(expected, rules, fleet)),
];

const named = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : listOf(names));

const stateMismatches = (
  { at, firing, pending }: AlertTest['alerts'][number],
  moments: readonly TestMoment[],
  from: number,
): readonly string[] => {
  // Where nothing is said of a moment nothing is open.
  const seen = moments.findLast(({ moment }) => moment <= from + at)?.alerts ?? [];
  const namesOf = (isMeant: (alert: Alert) => boolean) => seen.filter(isMeant).map(writtenAlert).sort();
  const compare = (what: string, expected: readonly string[] | undefined, found: readonly string[]): readonly string[] =>
    expected === undefined || isSame([...expected].sort(), found)
      ? []
      : [`after ${humanDuration(at)}: expected ${what} ${named([...expected].sort())}, saw ${named(found)}`];
  return [
    ...compare(
      'firing',
      firing,
      namesOf(({ instance }) => isFiring(instance)),
    ),
    ...compare(
      'pending',
      pending,
      namesOf(({ instance }) => instance.state === 'pending'),
    ),
  ];
};

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((each, at) => each === b[at]);

const notificationMismatches = ({ from, notifications }: AlertTest, moments: readonly TestMoment[]): readonly string[] => {
  if (notifications === undefined) return [];
  const written = (at: number, kind: string, alert: string, channels: readonly string[]): string =>
    `${humanDuration(at)} ${kind} ${alert} to ${listOf([...channels].sort())}`;
  const expected = notifications.map(({ at, kind, alert, channels }) => written(at, kind, alert, channels));
  const seen = moments.flatMap(({ moment, announcements }) =>
    announcements.map((each) => written(moment - from, each.kind, writtenAlert(each), each.channels)),
  );
  return [
    ...without(expected, seen).map((each) => `expected the notification: ${each}`),
    ...without(seen, expected).map((each) => `did not expect the notification: ${each}`),
  ];
};

/** Those of some that the others lack, each as often as it is lacking. */
const without = (some: readonly string[], others: readonly string[]): readonly string[] => {
  const left = [...others];
  return some.filter((each) => {
    const at = left.indexOf(each);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
};

const routeMismatches = (expected: AlertTest['routes'][number], rules: readonly Rule[], fleet: Fleet): readonly string[] => {
  const rule = rules.find(({ name }) => name === expected.rule);
  const agent = fleet.agents.find(({ name }) => name === expected.agent) ?? null;
  const category = expected.category ?? rule?.category;
  const severity = expected.severity ?? rule?.severity;
  if (category === undefined || severity === undefined)
    return [`route of ${expected.rule}: there is no such rule to take its category and severity from`];
  const at = Math.floor((parseInstant(expected.at ?? '2026-03-02T12:00:00Z') ?? 0) / 1000);
  const { channels } = routeOf(routesOf(fleet), { category, severity, rule: expected.rule, agent, at });
  return isSame([...expected.channels].sort(), [...channels].sort())
    ? []
    : [
        `route of ${expected.rule}${agent === null ? '' : ` on ${agent.name}`}: expected ${named(expected.channels)}, leads to ${named(channels)}`,
      ];
};
