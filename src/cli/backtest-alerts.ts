import { resolve } from 'node:path';
import type { Fleet } from '../fleet/agent.ts';
import type { Progress } from '../ground/runtime/terminal-progress.ts';
import { humanDuration } from '../ground/units/duration.ts';
import {
  type Backtest,
  type BacktestRun,
  type Gate,
  judgeGate,
  type Kept,
  lackOfPast,
  replayDifferences,
  runOf,
  type Sweep,
  unreplayedOf,
  withSwept,
} from '../oversight/alerts/backtest.ts';
import { diffEpisodes } from '../oversight/alerts/episode.ts';
import { type LabelledIncident, scoreIncidents } from '../oversight/alerts/labelled-incident.ts';
import { loadIncidents } from '../oversight/alerts/load-incidents.ts';
import { loadRules } from '../oversight/alerts/load-rules.ts';
import { momentOf } from '../oversight/alerts/metrics/moments.ts';
import { type OwnFound, openOwnPast } from '../oversight/alerts/open-own-past.ts';
import { openProviderPast } from '../oversight/alerts/open-provider-past.ts';
import { lookBackMs } from '../oversight/alerts/past.ts';
import { readPast } from '../oversight/alerts/read-past.ts';
import { episodeSink, replayAlerts } from '../oversight/alerts/replay-alerts.ts';
import { requireRule } from '../oversight/alerts/require-alert.ts';
import type { Rule } from '../oversight/alerts/rule.ts';
import { rulesOf } from '../oversight/alerts/rules.ts';
import { subjectsOf, wholeFleet } from '../oversight/alerts/subject.ts';
import { sourceOfAgent } from '../telemetry/traces/fleet-ownership.ts';
import { metricsBackends } from '../telemetry/traces/metrics-backends.ts';
import { backtestFormats } from '../views/backtest.ts';
import type { Outcome, Session } from './command.ts';

export interface BacktestWish {
  /** How far back, and how far apart moments are; milliseconds. */
  readonly sinceMs: number;
  readonly lagMs: number;
  readonly stepMs: number;
  /** Files of rules; null: those of the manifest, and nothing to hold against. */
  readonly rules: string | null;
  readonly against: string | null;
  readonly incidents: string | null;
  readonly sweep: Sweep | null;
  readonly gate: Gate | null;
}

const hourMs = 3_600_000;
/** Rules are judged so long before what is counted, so that what fired already is not counted as new. */
const warmUpMs = 24 * hourMs;

interface Named {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** What the rules of a fleet, or those of a file, would have told of its past. */
export const backtestAlerts = async (session: Session, wish: BacktestWish): Promise<Outcome> => {
  const { ctx, cwd, terminal } = session;
  const { fleet } = await session.fleet();
  const names = fleet.agents.map(({ name }) => name);
  const read = async (path: string | null): Promise<readonly Rule[]> =>
    path === null ? rulesOf(fleet) : loadRules(ctx, { path: resolve(cwd, path), agents: names, cwd });
  const rules = await read(wish.rules);
  // A setting of a rule that is not there would change nothing, and look as good as what is in force.
  if (wish.sweep?.rule != null) requireRule(rules, wish.sweep.rule);
  const sets = namedSets(rules, wish.against === null ? null : await read(wish.against), wish.sweep);
  const labels = wish.incidents === null ? null : loadIncidents(ctx, { path: wish.incidents, agents: names, cwd });
  const progress = await terminal.startProgress();
  try {
    return outcomeOf(await replay(session, fleet, { sets, labels, wish }, progress));
  } finally {
    progress.stop();
  }
};

const namedSets = (rules: readonly Rule[], against: readonly Rule[] | null, sweep: Sweep | null): readonly [Named, ...Named[]] => [
  { name: 'rules', rules },
  ...(against === null ? [] : [{ name: 'against', rules: against }]),
  ...(sweep?.values ?? []).map(({ text, ms }) => ({
    name: `${sweep?.rule == null ? '' : `${sweep.rule}.`}${sweep?.key}=${text}`,
    rules: sweep === null ? rules : withSwept(rules, sweep, ms),
  })),
];

interface Replaying {
  readonly sets: readonly [Named, ...Named[]];
  readonly labels: readonly LabelledIncident[] | null;
  readonly wish: BacktestWish;
}

const replay = async (
  { ctx }: Session,
  fleet: Fleet,
  { sets, labels, wish }: Replaying,
  progress: Pick<Progress, 'phase' | 'update'>,
): Promise<Backtest> => {
  const { sinceMs, lagMs, stepMs, gate } = wish;
  const generatedAt = ctx.clock.now();
  const until = momentOf(generatedAt - lagMs);
  // Moments lie at whole steps of the clock, so that the same past is judged the same an hour later.
  const from = Math.floor((until - sinceMs) / stepMs) * stepMs;
  const all = sets.flatMap(({ rules }) => rules);
  progress.phase('reading requests');
  const readFrom = from - warmUpMs - lookBackMs(all, subjectsOf(fleet));
  const known = await readPast(ctx, fleet, { rules: all, from: readFrom, to: until }, ({ done, of }) =>
    progress.update(() => `reading requests: ${done.toLocaleString('en-US')} of ${of.toLocaleString('en-US')}`),
  );
  const agents = subjectsOf(fleet).filter(({ name }) => name === wholeFleet || sourceOfAgent(fleet, name) !== null);
  const heard = withListener(fleet);
  const channels = Object.keys(heard.notify);
  const startedAt = ctx.clock.monotonic();
  const total = sets.length * (until - from + warmUpMs);
  const runs: BacktestRun[] = [];
  let found: OwnFound | null = null;
  for (const [at, { name, rules }] of sets.entries()) {
    const sink = episodeSink(lagMs);
    const records = await openOwnPast(ctx, fleet, { rules, from: from - warmUpMs + lagMs, stepMs });
    const own = await openProviderPast(ctx, fleet, records, { rules, from: from - warmUpMs, until, lagMs });
    const request = { rules, agents, pasts: known.pasts, own, from: from - warmUpMs, until, stepMs, lagMs };
    await replayAlerts(ctx, heard, request, (event) => {
      if (!('event' in event)) return sink.take(event);
      const done = at * (until - from + warmUpMs) + event.moment - from + warmUpMs;
      const days = done / (24 * hourMs);
      const rate = days / Math.max(0.001, (ctx.clock.monotonic() - startedAt) / 1000);
      progress.update(() => `judging ${name}: ${Math.round((100 * done) / total)}%, ${rate.toFixed(rate < 10 ? 1 : 0)} days a second`);
    });
    // Of the rules in question: other sets may look at more.
    found ??= own.found();
    const episodes = sink.episodes(from);
    const score = labels === null ? null : scoreIncidents(labels, episodes, { from, until });
    runs.push(runOf(name, { rules, channels, episodes, until, score }));
  }
  const [first = runOf('rules', { rules: [], channels, episodes: [], until, score: null }), ...others] = runs;
  const against = others.find(({ name }) => name === 'against');
  const kept = { results: null, beats: null, queues: null, ...found, requests: known.firstAt, toldOnly: toldOnlyOf(fleet) };
  const range = { from, until };
  const unreplayed = unreplayedOf(sets[0].rules, fleet.agents, kept, range);
  const isBlind = unreplayed.length > 0 && unreplayed.length === sets[0].rules.length;
  const lacking = { tooLittle: tooLittleOf(kept, range) ?? (isBlind ? 'no rule could be replayed' : null), unreplayed };
  return {
    ...{ fleet: fleet.name, generatedAt, from, until, stepMs, lagMs },
    ...{ agents: agents.length, requests: known.requests, checksFrom: kept.results, knownFrom: known.firstAt },
    runs: [first, ...others],
    diff: against === undefined ? null : diffEpisodes(first.episodes, against.episodes),
    differences: [
      ...replayDifferences(lagMs, stepMs),
      ...lackOf(known.firstAt, readFrom),
      ...lackOfChecks(kept.results, range),
      ...(heard === fleet ? [] : [nobodyListens]),
    ],
    gate: gate === null ? null : judgeGate(gate, first, range, lacking),
    ...lacking,
  };
};

const nobodyListens = 'no channel is named under notify: counted as if there were one, called somebody, that is told of everything';

/** A fleet that names no channel would be told of nothing, and its rules judged by nothing. */
const withListener = (fleet: Fleet): Fleet =>
  Object.keys(fleet.notify).length > 0
    ? fleet
    : { ...fleet, notify: { somebody: { kind: 'exec', config: {}, at: { file: fleet.stateFolder, line: 1, column: 1 } } } };

const lackOf = (firstAt: number | null, wanted: number): readonly string[] =>
  firstAt === null || firstAt - wanted < 2 * 24 * hourMs
    ? []
    : [
        `nothing is known of the first ${humanDuration(firstAt - wanted)} of the time that rules learn from: what is usual was not known as soon`,
      ];

const toldOnlyOf = (fleet: Fleet): ReadonlySet<string> => {
  const backends = metricsBackends(fleet);
  return new Set(fleet.agents.map(({ name }) => name).filter((name) => backends.includes(sourceOfAgent(fleet, name) ?? '')));
};

const lackOfChecks = (since: number | null, { from }: Pick<Backtest, 'from'>): readonly string[] =>
  since === null || since - from < 24 * hourMs
    ? []
    : [`no check is known of the first ${humanDuration(since - from)}: what rules about checks would have told of then is not counted`];

const tooLittleOf = (kept: Kept, range: Pick<Backtest, 'from' | 'until'>): string | null => {
  // A fleet may be watched by its checks alone.
  if (kept.requests === null) return kept.results === null && kept.beats === null ? 'no request and no check is known of that time' : null;
  const lack = lackOfPast(kept.requests, range);
  return lack === null ? null : `requests are known of ${humanDuration(lack.coveredMs)} only`;
};

const outcomeOf = (backtest: Backtest): Outcome => {
  const { gate, tooLittle, runs } = backtest;
  const isUnknown = tooLittle !== null || gate?.verdict === 'unknown';
  const missed = runs[0].score?.incidents.find(({ by }) => by === null);
  return {
    finding: isUnknown ? 'no_verdict' : gate?.verdict === 'fails' ? 'found' : 'none',
    formats: backtestFormats(backtest),
    next: missed === undefined ? [] : [`agentops traces list --agent ${missed.incident.agents[0] ?? ''}`],
  };
};
