import type { QueueSample } from '../../controls/queues/queue-sample.ts';
import { readSamples } from '../../controls/queues/samples.journal.ts';
import type { Agent, Fleet } from '../../fleet/agent.ts';
import { unableError, usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { collectTrend, type Trend } from '../../telemetry/stats/collect-trend.ts';
import { ruleOf } from './agent-rule.ts';
import { type Counted, countedWork, coverageOf, loadOf, measuredRate, workersIn } from './recorded-load.ts';
import { type Course, type Load, replay } from './scale-replay.ts';
import type { ScaleRule } from './scale-rule.ts';
import { fixedScaler, ruleScaler, targetScaler } from './scalers.ts';

export interface SimulationRequest {
  readonly agent: Agent;
  readonly windowMs: number;
  /** What one worker ends in a minute; null: as measured. */
  readonly perMinute: number | null;
  /** Until a worker that was asked for begins, ms. */
  readonly startMs: number;
  /** In place of what the manifest says. */
  readonly rule: Partial<ScaleRule>;
}

/** A way to scale, and how the past would have gone by it. */
export interface SimulatedCourse extends Course {
  /** `rule`: ours; `target`: one target for each worker, as HPA and KEDA do; `fixed`: as many as there were at the beginning. */
  readonly policy: 'rule' | 'target' | 'fixed';
}

/** Ways to scale beside each other over the same past. */
export interface ScaleSimulation {
  readonly agent: string;
  readonly rule: ScaleRule;
  /** UTC epoch ms. */
  readonly from: number;
  readonly to: number;
  /** Where the work was counted: at the queue, or as requests in traces, which are known by the quarter of an hour. */
  readonly source: 'queue' | 'traffic';
  /** The share of the time for which it was, 0 to 1. */
  readonly coverage: number;
  readonly work: number;
  readonly perMinute: number;
  readonly rateBy: 'given' | 'queue' | 'latency';
  readonly startMs: number;
  readonly workers: number;
  readonly workerHourNanos: number | null;
  readonly courses: readonly SimulatedCourse[];
}

const stepMs = 60_000;
/** Less of the past is no past. ms */
const leastMs = 1_800_000;
const leastCoverage = 0.5;

/** Replays what came in over the past by the rule of an agent, by a plain target and by a fixed number of workers. Throws an unable error where too little is known of it. */
export const simulateScale = async (ctx: Context, fleet: Fleet, request: SimulationRequest): Promise<ScaleSimulation> => {
  const { agent, windowMs, startMs } = request;
  const rule: ScaleRule = { ...ruleOf(agent), ...request.rule };
  if (rule.max === null)
    throw usageError({
      code: 'scale_unbounded',
      message: `nobody said how many workers ${agent.name} may have`,
      hint: '--max 20, or scale: { max: 20 } in the manifest',
    });
  if (rule.downAt >= rule.upAt)
    throw usageError({
      code: 'flags_conflict',
      message: `--down-at ${rule.downAt} is not below --up-at ${rule.upAt}`,
      hint: 'leave room between them, in which nothing changes',
    });
  const now = ctx.clock.now();
  const samples = await readSamples(await ctx.journal(), agent.name, now - windowMs);
  const trend = await collectTrend(ctx, fleet, { windowMs, split: 'quarter', filter: { agent: agent.name } });
  const { source, counted } = pastOf(samples, trend);
  const load = loadOf(counted, stepMs);
  requireEnough(agent.name, load, coverageOf(counted, load.arrivals.length * stepMs));
  const { perMinute, rateBy } = rateOf(agent.name, request.perMinute, samples, trend);
  const first = samples.find((each) => workersIn(each) !== null);
  const workers = Math.min(rule.max, Math.max(rule.min, (first === undefined ? null : workersIn(first)) ?? rule.min, 1));
  const scalers = [
    { policy: 'rule', scaler: ruleScaler(rule) },
    { policy: 'target', scaler: targetScaler(rule) },
    { policy: 'fixed', scaler: fixedScaler(workers) },
  ] as const;
  return {
    agent: agent.name,
    rule,
    from: load.from,
    to: load.from + load.arrivals.length * stepMs,
    source,
    coverage: coverageOf(counted, load.arrivals.length * stepMs),
    work: load.arrivals.reduce((sum, each) => sum + each, 0),
    perMinute,
    rateBy,
    startMs,
    workers,
    workerHourNanos: agent.scale?.workerHourNanos ?? null,
    courses: scalers.map(({ policy, scaler }) => ({ policy, ...replay(load, { perMinute, startMs, workers }, scaler, rule.waitMs) })),
  };
};

/** Whichever knows more of the past: the queue itself, or traces, of which those count that are finished. */
const pastOf = (
  samples: readonly QueueSample[],
  trend: Trend,
): { readonly source: ScaleSimulation['source']; readonly counted: readonly Counted[] } => {
  const atQueue = countedWork(samples);
  const points = trend.points.slice(trend.points.findIndex(({ figures }) => figures.requests > 0));
  const quarterMs = 900_000;
  const inTraces =
    trend.whole.requests === 0
      ? []
      : points.map(({ bucketUs, figures }) => ({ from: bucketUs / 1000, to: bucketUs / 1000 + quarterMs, work: figures.requests }));
  const known = (counted: readonly Counted[]) => counted.reduce((sum, { from, to }) => sum + to - from, 0);
  return known(atQueue) >= known(inTraces) / 2 && atQueue.length > 0
    ? { source: 'queue', counted: atQueue }
    : { source: 'traffic', counted: inTraces };
};

const requireEnough = (agent: string, { arrivals }: Load, coverage: number): void => {
  const knownMs = arrivals.length * stepMs;
  if (knownMs >= leastMs && coverage >= leastCoverage) return;
  throw unableError({
    code: 'history_missing',
    message:
      knownMs < leastMs
        ? `of the queue of ${agent} ${knownMs === 0 ? 'nothing' : `no more than ${humanDuration(knownMs)}`} is on record, and no more of its requests`
        : `of the past of ${agent} only ${Math.round(coverage * 100)} % is on record`,
    hint: 'agentops watch, or tick every minute, keeps it',
  });
};

const rateOf = (
  agent: string,
  given: number | null,
  samples: readonly QueueSample[],
  { whole }: Trend,
): Pick<ScaleSimulation, 'perMinute' | 'rateBy'> => {
  if (given !== null) return { perMinute: given, rateBy: 'given' };
  const measured = measuredRate(samples);
  if (measured !== null) return { perMinute: measured, rateBy: 'queue' };
  if (whole.latencyP50Us !== null && whole.latencyP50Us > 0) return { perMinute: 60_000_000 / whole.latencyP50Us, rateBy: 'latency' };
  throw unableError({
    code: 'rate_unknown',
    message: `how much one worker of ${agent} does is not known: its workers were hardly ever all at work, and no trace tells how long a request takes`,
    hint: '--per-worker 12/min',
  });
};
