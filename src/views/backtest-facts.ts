import { isoTime } from '../ground/output/json.ts';
import { type Backtest, type BacktestRun, type GateResult, perWeek } from '../oversight/alerts/backtest.ts';
import type { Episode, Tally } from '../oversight/alerts/episode.ts';
import type { IncidentScore } from '../oversight/alerts/labelled-incident.ts';

type Range = Pick<Backtest, 'from' | 'until'>;

const tallyFacts = (tally: Tally, range: Range) => ({
  fired: tally.episodes,
  notifications: tally.notifications,
  pages: tally.pages,
  pages_at_night: tally.pagesAtNight,
  messages: tally.messages,
  notifications_per_week: perWeek(tally.notifications, range),
  pages_per_week: perWeek(tally.pages, range),
  firing_seconds: Math.round(tally.firingMs / 1000),
});

const episodeFacts = (episode: Episode) => ({
  rule: episode.rule,
  agent: episode.agent,
  label: episode.label,
  severity: episode.severity,
  category: episode.category,
  fired_at: isoTime(episode.firedAt),
  resolved_at: isoTime(episode.resolvedAt),
  told_at: isoTime(episode.toldAt),
  quiet: episode.quiet,
  reason: episode.reason,
  trace_id: episode.exemplar,
  told: [...new Set(episode.letters.map(({ channel }) => channel))],
});

const scoreFacts = ({ incidents, outside, recall, precision, medianDelayMs, falseAlarms }: IncidentScore) => ({
  recall,
  precision,
  median_delay_seconds: medianDelayMs === null ? null : medianDelayMs / 1000,
  false_alarms: falseAlarms.length,
  incidents: incidents.map(({ incident, by, delayMs }) => ({
    id: incident.id,
    found: by !== null,
    rule: by?.rule ?? null,
    agent: by?.agent ?? null,
    delay_seconds: delayMs === null ? null : delayMs / 1000,
  })),
  outside,
});

const runFacts = (run: BacktestRun, range: Range) => ({
  name: run.name,
  ...tallyFacts(run.tally, range),
  rules: run.byRule.map(({ rule, tally }) => ({ rule, ...tallyFacts(tally, range) })),
  channels: run.byChannel.map(({ channel, messages, begun, atNight }) => ({ channel, messages, begun, at_night: atNight })),
  incidents: run.score === null ? null : scoreFacts(run.score),
  alerts: run.episodes.map(episodeFacts),
});

/** `pages_per_week > 3`, as it was given. */
export const gateText = ({ gate: { figure, operator, limit } }: GateResult): string => `${figure} ${operator} ${limit}`;

const gateFacts = (result: GateResult) => ({
  condition: gateText(result),
  value: result.value,
  verdict: result.verdict,
  fails: result.verdict === 'fails',
  why: result.why,
});

/** A backtest as its document has it. */
export const backtestFacts = (backtest: Backtest) => ({
  from: isoTime(backtest.from),
  until: isoTime(backtest.until),
  step_seconds: backtest.stepMs / 1000,
  lag_seconds: backtest.lagMs / 1000,
  agents: backtest.agents,
  requests: backtest.requests,
  checks_known_from: isoTime(backtest.checksFrom),
  known_from: isoTime(backtest.knownFrom),
  runs: backtest.runs.map((run) => runFacts(run, backtest)),
  diff:
    backtest.diff === null
      ? null
      : {
          only_rules: backtest.diff.onlyFirst.map(episodeFacts),
          only_against: backtest.diff.onlySecond.map(episodeFacts),
          both: backtest.diff.both,
        },
  gate: backtest.gate === null ? null : gateFacts(backtest.gate),
  not_replayed: backtest.unreplayed,
  differences: backtest.differences,
  too_little: backtest.tooLittle,
});
