import type { Agent } from '../../fleet/agent.ts';
import { listOf } from '../../ground/output/phrases.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { type ChannelTally, type Episode, type EpisodeDiff, type Tally, tallyByChannel, tallyOf } from './episode.ts';
import type { IncidentScore } from './labelled-incident.ts';
import type { OwnFound } from './open-own-past.ts';
import type { Rule } from './rule.ts';
import { concerns } from './rules.ts';

/** One set of rules over the past. */
export interface BacktestRun {
  /** `rules`, `against`, or a setting of a sweep as it was given: `for=15m`. */
  readonly name: string;
  readonly tally: Tally;
  /** In the order of the rules. */
  readonly byRule: readonly { readonly rule: string; readonly tally: Tally }[];
  readonly byChannel: readonly ChannelTally[];
  /** Null: no incidents were given. */
  readonly score: IncidentScore | null;
  /** Oldest first. */
  readonly episodes: readonly Episode[];
}

/** What rules would have done. Instants are UTC epoch ms. */
export interface Backtest {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly from: number;
  readonly until: number;
  readonly stepMs: number;
  readonly lagMs: number;
  readonly agents: number;
  readonly requests: number;
  /** When the oldest result of a check that is known ended; null: none is. */
  readonly checksFrom: number | null;
  /** When the oldest request that is known began; null: none is. */
  readonly knownFrom: number | null;
  readonly runs: readonly [BacktestRun, ...BacktestRun[]];
  /** Null: nothing was held against. */
  readonly diff: EpisodeDiff | null;
  /** Rules that the past says nothing of, and why. */
  readonly unreplayed: readonly { readonly rule: string; readonly why: string }[];
  /** How this differs from what live ticks did or would do, one sentence each. */
  readonly differences: readonly string[];
  readonly gate: GateResult | null;
  /** Null: there was enough. */
  readonly tooLittle: string | null;
}

/** @param channels names under notify */
export const runOf = (
  name: string,
  {
    rules,
    channels,
    episodes,
    until,
    score,
  }: {
    readonly rules: readonly Rule[];
    readonly channels: readonly string[];
    readonly episodes: readonly Episode[];
    readonly until: number;
    readonly score: IncidentScore | null;
  },
): BacktestRun => ({
  name,
  tally: tallyOf(episodes, until),
  byRule: rules.map(({ name: rule }) => ({
    rule,
    tally: tallyOf(
      episodes.filter((each) => each.rule === rule),
      until,
    ),
  })),
  byChannel: tallyByChannel(channels, episodes),
  score,
  episodes,
});

const weekMs = 7 * 86_400_000;

/** So many a week. */
export const perWeek = (count: number, { from, until }: Pick<Backtest, 'from' | 'until'>): number => (count * weekMs) / (until - from);

/** What a gate may ask for. Null: there is no such figure. */
export const backtestFigures = {
  pages: ({ tally }: BacktestRun) => tally.pages,
  pages_per_week: ({ tally }: BacktestRun, range: Pick<Backtest, 'from' | 'until'>) => perWeek(tally.pages, range),
  pages_at_night: ({ tally }: BacktestRun) => tally.pagesAtNight,
  pages_at_night_per_week: ({ tally }: BacktestRun, range: Pick<Backtest, 'from' | 'until'>) => perWeek(tally.pagesAtNight, range),
  notifications: ({ tally }: BacktestRun) => tally.notifications,
  notifications_per_week: ({ tally }: BacktestRun, range: Pick<Backtest, 'from' | 'until'>) => perWeek(tally.notifications, range),
  recall: ({ score }: BacktestRun) => score?.recall ?? null,
  precision: ({ score }: BacktestRun) => score?.precision ?? null,
  false_alarms: ({ score }: BacktestRun) => score?.falseAlarms.length ?? null,
  median_delay_minutes: ({ score }: BacktestRun) => (score?.medianDelayMs == null ? null : score.medianDelayMs / 60_000),
} as const satisfies Readonly<Record<string, (run: BacktestRun, range: Pick<Backtest, 'from' | 'until'>) => number | null>>;

export type BacktestFigure = keyof typeof backtestFigures;

/** `pages_per_week > 3`: when a change of rules must not pass. */
export interface Gate {
  readonly figure: BacktestFigure;
  readonly operator: '>' | '>=' | '<' | '<=';
  readonly limit: number;
}

export interface GateResult {
  readonly gate: Gate;
  /** Null: there is no such figure. */
  readonly value: number | null;
  /** `unknown`: nobody can say whether it would fail, and `why` tells the reason. */
  readonly verdict: 'passes' | 'fails' | 'unknown';
  /** Null: there is a verdict. */
  readonly why: string | null;
}

/** Null: it is no gate. */
export const parseGate = (text: string): Gate | null => {
  const [, figure = '', operator = '', limit = ''] = /^\s*([a-z_]+)\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
  if (!Object.hasOwn(backtestFigures, figure)) return null;
  return { figure: figure as BacktestFigure, operator: operator as Gate['operator'], limit: Number(limit) };
};

/** What keeps a replay from telling all that live ticks would have told. */
export type Lacking = Pick<Backtest, 'tooLittle' | 'unreplayed'>;

/**
 * Judges the rules in question. What was not replayed may have told of more: too many messages are too many all the same, and every other
 * verdict waits for it.
 */
export const judgeGate = (
  gate: Gate,
  run: BacktestRun,
  range: Pick<Backtest, 'from' | 'until'>,
  { tooLittle, unreplayed }: Lacking,
): GateResult => {
  const value = backtestFigures[gate.figure](run, range);
  const unknown = (why: string): GateResult => ({ gate, value, verdict: 'unknown', why });
  if (tooLittle !== null) return unknown(tooLittle);
  if (value === null) return unknown('there is no such figure here');
  const fails = holds(gate, value);
  const [first, ...others] = unreplayed;
  if (first === undefined || (fails && grows(gate))) return { gate, value, verdict: fails ? 'fails' : 'passes', why: null };
  return unknown(`${first.rule}${others.length === 0 ? '' : ` and ${others.length} more`} could not be replayed: ${first.why}`);
};

const growing: readonly BacktestFigure[] = [
  'pages',
  'pages_per_week',
  'pages_at_night',
  'pages_at_night_per_week',
  'notifications',
  'notifications_per_week',
  'false_alarms',
];

/** Whether a gate that fails would still do so, had more been told of. */
const grows = ({ figure, operator }: Gate): boolean => growing.includes(figure) && operator.startsWith('>');

const holds = ({ operator, limit }: Gate, value: number): boolean => {
  if (operator === '>') return value > limit;
  if (operator === '>=') return value >= limit;
  return operator === '<' ? value < limit : value <= limit;
};

/** `for=5m,15m`, or `cost.for=5m,15m` of one rule alone. */
export interface Sweep {
  /** Null: every rule. */
  readonly rule: string | null;
  readonly key: 'for' | 'keep_firing_for';
  readonly values: readonly { readonly text: string; readonly ms: number }[];
}

/** The rules with one value of a sweep. */
export const withSwept = (rules: readonly Rule[], { rule: only, key }: Sweep, ms: number): readonly Rule[] =>
  rules.map((rule) =>
    only !== null && rule.name !== only
      ? rule
      : { ...rule, timing: { ...rule.timing, ...(key === 'for' ? { forMs: ms } : { keepFiringMs: ms }) } },
  );

/** Since when the past was kept, UTC epoch ms; null: nothing of it was. */
export interface Kept extends OwnFound {
  readonly requests: number | null;
  /** Agents of which backends tell figures alone: how those stood at a moment of the past is not kept. */
  readonly toldOnly: ReadonlySet<string>;
}

type Wanted = Exclude<keyof Kept, 'toldOnly'>;

const dayMs = 86_400_000;

/** With less of the past than a day nothing is foretold, and with less than all of it where it is shorter. Null: there is enough. */
export const lackOfPast = (
  since: number | null,
  { from, until }: Pick<Backtest, 'from' | 'until'>,
): { readonly coveredMs: number } | null => {
  const coveredMs = since === null ? 0 : Math.max(0, until - Math.max(from, since));
  return coveredMs >= Math.min(dayMs, until - from) ? null : { coveredMs };
};

/** Rules that could not be replayed, since nothing was kept of what they look at; those that are about no agent that has any of it lack nothing. */
export const unreplayedOf = (
  rules: readonly Rule[],
  agents: readonly Agent[],
  kept: Kept,
  range: Pick<Backtest, 'from' | 'until'>,
): Backtest['unreplayed'] =>
  rules.flatMap((rule) => {
    const concerned = agents.filter((agent) => concerns(rule, agent));
    const wanted = wantedOf(rule, concerned);
    const told = wanted === 'requests' ? concerned.filter(({ name }) => kept.toldOnly.has(name)).map(({ name }) => name) : [];
    if (told.length > 0) return [{ rule: rule.name, why: `of ${listOf(told.slice(0, 3))} a backend tells figures alone (mode: metrics)` }];
    const lack = wanted === null ? null : lackOfPast(kept[wanted], range);
    return wanted === null || lack === null ? [] : [{ rule: rule.name, why: lackWords(wanted, lack.coveredMs) }];
  });

/** What a rule looks at, of what can be missing; null: nothing that any of its agents has. */
const wantedOf = ({ test: { type } }: Rule, agents: readonly Agent[]): Wanted | null => {
  switch (type) {
    case 'agent_red':
    case 'drift':
      return agents.some(({ checks }) => checks.length > 0) ? 'results' : null;
    case 'heartbeat':
      return agents.some(({ checks }) => checks.some(({ heartbeat }) => heartbeat !== null)) ? 'beats' : null;
    case 'queue_depth':
      return agents.some(({ queue }) => queue !== null) ? 'queues' : null;
    case 'mitigation_overdue':
      return null;
    default:
      return 'requests';
  }
};

const lackWords = (wanted: Wanted, coveredMs: number): string => {
  const what = { results: 'result of a check', beats: 'heartbeat', queues: 'look of a tick at a queue', requests: 'request' }[wanted];
  return coveredMs === 0 ? `no ${what} was kept of that time` : `no ${what} was kept but of the last ${humanDuration(coveredMs)}`;
};

/** What is not as it was live, whatever the rules. */
export const replayDifferences = (lagMs: number, stepMs: number): readonly string[] => [
  `a moment every ${humanDuration(stepMs)} is judged ${humanDuration(lagMs)} later; live, each minute is, once its traces are known`,
  'a request counts from when it began with all it became, and towards caps once it is over: spans that came late are known here',
  'costs are those of the prices known now; slow requests are counted one by one, where live evaluation counts by sketches of 1 %',
  'silences and acks of that time are left out; checks, promises, maintenance, dependencies and routes are those of the manifest of now',
  'a mitigation that was made to last longer is judged by the end that it was given last',
  'every message is counted by itself: what a channel would have joined into one is told apart',
];
