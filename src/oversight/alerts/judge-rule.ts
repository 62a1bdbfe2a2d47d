import type { Agent } from '../../fleet/agent.ts';
import { plural } from '../../ground/output/phrases.ts';
import { formatShare } from '../../ground/units/amount.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { burnRate, impossibleBurn } from './conditions/burn-rate.ts';
import { costLiterally, costRegression } from './conditions/cost-regression.ts';
import { depthCreep } from './conditions/creep.ts';
import { levelAbove } from './conditions/level.ts';
import { meanBelow } from './conditions/mean-below.ts';
import { providerOutage } from './conditions/provider-outage.ts';
import { type ShareSample, shareAbove, shareLiterally } from './conditions/share.ts';
import type { Judgement } from './judgement.ts';
import type { Own, Rule, RuleTest, Severity } from './rule.ts';
import type { Caps, Extreme, Fact, Samples } from './samples.ts';

type Judged = Pick<Agent, 'name' | 'sla' | 'budget'>;

/** One thing that a rule looks at: most look at one, whose label is empty; others at several stages or measures. */
export interface Labelled {
  readonly label: string;
  readonly severity: Severity;
  readonly judgement: Judgement;
  /** The request that shows it best; null: none is known. */
  readonly exemplar: string | null;
}

/**
 * Judges an agent by a rule as of the moment of the samples. Empty where the rule has nothing to hold the agent against: it promises nothing, or
 * the source that is asked does not know it.
 */
export const judgeRule = (rule: Rule, agent: Judged, samples: Samples): readonly Labelled[] => {
  const one = (judgement: Judgement | null): readonly Labelled[] =>
    judgement === null ? [] : [{ label: '', severity: rule.severity, judgement, exemplar: null }];
  const told = (facts: readonly Fact[] | null, what: string): readonly Labelled[] =>
    facts === null ? [] : [{ label: '', severity: rule.severity, judgement: factual(facts, what), exemplar: facts[0]?.traceId ?? null }];
  const { test } = rule;
  switch (test.type) {
    case 'error_rate':
      return one(errorRate(test, agent, samples));
    case 'latency':
      return one(latency(test, agent, samples));
    case 'quality':
      return one(quality(test, agent, samples));
    case 'cost_per_request':
      return costPerRequest(test, rule.severity, samples);
    case 'spend':
      return spend(test, rule.severity, agent, samples);
    case 'loop_depth':
      return loopDepth(test, rule.severity, agent, samples);
    case 'per_trace':
      return perTrace(test, rule.severity, agent, samples);
    case 'burn_rate':
      return one(burning(test, agent, samples));
    case 'queue_depth':
      return one(queueDepth(test, samples));
    case 'safety':
      return told(samples.safety(test.widths[0] ?? 0), 'safety event');
    case 'agent_red':
      return told(samples.red(), 'failed check');
    case 'heartbeat':
      return told(samples.missedHeartbeats(), 'missed heartbeat');
    case 'drift':
      return told(samples.drift(), 'unannounced change');
    case 'mitigation_overdue':
      return told(samples.overdue(), 'overdue mitigation');
    case 'provider_outage':
      return outages(test, rule.severity, samples);
  }
};

const outages = (
  { providers, params, widths }: Extract<RuleTest, { type: 'provider_outage' }>,
  severity: Severity,
  samples: Samples,
): readonly Labelled[] =>
  (samples.providers() ?? [])
    .filter(({ provider }) => providers.length === 0 || providers.includes(provider))
    .map(({ windows, ...sample }) => ({ ...sample, windows: windows.filter(({ windowMs }) => widths.includes(windowMs)) }))
    // Of one that nobody calls or probes there is nothing to say.
    .filter(({ windows, probes }) => probes.length > 0 || windows.some(({ agents }) => agents.length > 0))
    .map((sample) => ({ label: sample.provider, severity, judgement: providerOutage(params, sample), exemplar: null }));

const ownOr = (value: Own<number>, own: number | null): number | null => (value === 'own' ? own : value);

/** One moment through wider and wider windows, up to the first that holds enough: those behind it decide nothing, and may be dear to look at. */
const through = <Sample>(
  widths: readonly number[],
  sampleOf: (widthMs: number) => Sample | null,
  isEnough: (sample: Sample) => boolean,
): readonly Sample[] => {
  const seen: Sample[] = [];
  for (const width of widths) {
    const sample = sampleOf(width);
    if (sample === null) continue;
    seen.push(sample);
    if (isEnough(sample)) break;
  }
  return seen;
};

const errorRate = (test: Extract<RuleTest, { type: 'error_rate' }>, { sla }: Judged, samples: Samples): Judgement | null => {
  const threshold = ownOr(test.threshold, sla.errorRate);
  if (threshold === null) return null;
  const seen = through(test.widths, (width) => samples.errors(width, test.errorType), hasRequests(test));
  const what = test.errorType === null ? 'failed' : `failed (${test.errorType})`;
  return shares(test, threshold, seen, what);
};

const latency = (test: Extract<RuleTest, { type: 'latency' }>, { sla }: Judged, samples: Samples): Judgement | null => {
  const slowerThanMs = ownOr(test.slowerThanMs, sla.latencyP95Ms);
  if (slowerThanMs === null) return null;
  const seen = through(test.widths, (width) => samples.slow(width, slowerThanMs), hasRequests(test));
  return shares(test, test.threshold, seen, `took longer than ${humanDuration(slowerThanMs)}`);
};

const hasRequests =
  ({ method, params }: Pick<Extract<RuleTest, { type: 'latency' }>, 'method' | 'params'>) =>
  ({ n }: ShareSample): boolean =>
    method === 'ratio' || n >= params.minRequests;

const shares = (
  { method, params, recovery }: Pick<Extract<RuleTest, { type: 'latency' }>, 'method' | 'params' | 'recovery'>,
  threshold: number,
  seen: readonly ShareSample[],
  what: string,
): Judgement | null => {
  const [narrowest] = seen;
  if (narrowest === undefined) return null;
  const whole = { ...params, threshold, recovery: Math.min(threshold, threshold * recovery) };
  return method === 'ratio' ? shareLiterally(whole, narrowest, what) : shareAbove(whole, seen, what);
};

const quality = (test: Extract<RuleTest, { type: 'quality' }>, { sla }: Judged, samples: Samples): Judgement | null => {
  const threshold = ownOr(test.threshold, sla.quality);
  if (threshold === null) return null;
  const seen = through(
    test.widths,
    (width) => samples.scores(width, test.score),
    ({ n }) => n >= test.params.minScores,
  );
  return seen.length === 0 ? null : meanBelow({ ...test.params, threshold, recovery: threshold }, seen);
};

const costPerRequest = (
  { method, params, capNanos, widths }: Extract<RuleTest, { type: 'cost_per_request' }>,
  severity: Severity,
  samples: Samples,
): readonly Labelled[] => {
  const [narrowest = 0] = widths;
  const literal = method === 'ratio' ? samples.costsBefore(narrowest) : null;
  const windows =
    method === 'regression'
      ? through(
          widths,
          (width) => samples.costs(width),
          ({ now }) => now.n >= params.wanted,
        )
      : [];
  const usual =
    literal !== null ? costLiterally(params, literal.now, literal.before) : windows.length > 0 ? costRegression(params, windows) : null;
  const now = literal?.now ?? windows[0]?.now;
  const capped =
    capNanos === null || now === undefined
      ? null
      : levelAbove(
          { limit: capNanos, recovery: capNanos },
          { value: now.n === 0 ? null : now.nanos / now.n, n: now.n, unit: 'nanos', of: `a request in ${humanDuration(now.windowMs)}` },
        );
  return [
    ...(usual === null ? [] : [{ label: '', severity, judgement: usual, exemplar: null }]),
    ...(capped === null ? [] : [{ label: 'cap', severity, judgement: capped, exemplar: null }]),
  ];
};

const ownBudget = { hour: 'perHourNanos', day: 'perDayNanos', month: 'perMonthNanos' } as const;
const soFar = { hour: 'spent in the last hour', day: 'spent today', month: 'spent this month' } as const;

/** Only the last stage is as grave as the rule: half a budget at noon is worth a line, no more. */
const spend = (
  test: Extract<RuleTest, { type: 'spend' }>,
  severity: Severity,
  { budget }: Judged,
  samples: Samples,
): readonly Labelled[] => {
  const limit = ownOr(test.limit, budget[ownBudget[test.per]]);
  if (limit === null) return [];
  const forecast = test.forecast ? samples.forecast() : null;
  const spent = samples.spent(test.per);
  if (spent === null || (test.forecast && forecast === null)) return [];
  const value = forecast?.lowNanos ?? spent.nanos;
  const of = test.forecast ? 'the month will have cost at least' : soFar[test.per];
  return test.stages.map((stage, at) => ({
    label: test.stages.length === 1 ? '' : formatShare(stage),
    severity: at === test.stages.length - 1 ? severity : 'notify',
    judgement: levelAbove({ limit: limit * stage, recovery: limit * stage }, { value, n: spent.n, unit: 'nanos', of }),
    exemplar: null,
  }));
};

const loopDepth = (
  { limit, creep, widths }: Extract<RuleTest, { type: 'loop_depth' }>,
  severity: Severity,
  { budget }: Judged,
  samples: Samples,
): readonly Labelled[] => {
  const [narrowest = 0] = widths;
  const cap = ownOr(limit, budget.stepsPerRequest);
  const extremes = cap === null ? null : samples.extremes(narrowest);
  const depth = creep === null ? null : samples.depth(narrowest);
  return [
    ...(cap === null || extremes === null ? [] : [extremeOf('', severity, cap, extremes.steps, extremes.n, 'steps')]),
    ...(creep === null || depth === null
      ? []
      : [{ label: 'creep', severity, judgement: depthCreep(creep, depth.now, depth.days), exemplar: null }]),
  ];
};

const perTrace = (
  { steps, tokens, nanos, widths }: Extract<RuleTest, { type: 'per_trace' }>,
  severity: Severity,
  { budget }: Judged,
  samples: Samples,
): readonly Labelled[] => {
  const caps = [
    ['steps', steps, budget.stepsPerRequest, 'steps'],
    ['tokens', tokens, budget.tokensPerRequest, 'tokens'],
    ['nanos', nanos, budget.perRequestNanos, 'nanos'],
  ] as const;
  const limits = caps.flatMap(([measure, value, own, unit]) => {
    const limit = value === null ? null : ownOr(value, own);
    return limit === null ? [] : [{ measure, limit, unit }];
  });
  const over: Caps = Object.fromEntries(limits.map(({ measure, limit }) => [measure, limit]));
  const extremes = limits.length === 0 ? null : samples.extremes(widths[0] ?? 0, over);
  if (extremes === null) return [];
  return limits.map(({ measure, limit, unit }) =>
    extremeOf(measure === 'nanos' ? 'cost' : measure, severity, limit, extremes[measure], extremes.n, unit),
  );
};

/** A window without a request has no request that is too much: that is an end, not missing data. */
const extremeOf = (
  label: string,
  severity: Severity,
  limit: number,
  extreme: Extreme | null,
  n: number,
  unit: 'steps' | 'tokens' | 'nanos',
): Labelled => {
  const of = unit === 'nanos' ? 'the dearest request cost' : `the longest request took, in ${unit},`;
  const judgement = levelAbove({ limit, recovery: limit }, { value: extreme?.value ?? 0, n, unit, of });
  return { label, severity, judgement, exemplar: judgement.said === 'breach' ? (extreme?.traceId ?? null) : null };
};

const burning = ({ params, objective }: Extract<RuleTest, { type: 'burn_rate' }>, { sla }: Judged, samples: Samples): Judgement | null => {
  const promised = ownOr(objective, sla.availability);
  if (promised === null || promised >= 1) return null;
  const whole = { ...params, budget: 1 - promised };
  const [long, short] = [samples.errors(params.longMs, null), samples.errors(params.shortMs, null)];
  // A promise so low that no burn is fast enough is held against nothing.
  return long === null || short === null || impossibleBurn(whole) !== null ? null : burnRate(whole, long, short);
};

const queueDepth = ({ limit, perWorker }: Extract<RuleTest, { type: 'queue_depth' }>, samples: Samples): Judgement | null => {
  const queue = samples.queue();
  if (queue === null) return null;
  const value = perWorker ? queue.depth / Math.max(1, queue.workers ?? 1) : queue.depth;
  return levelAbove(
    { limit, recovery: limit },
    { value, n: queue.depth, unit: 'count', of: perWorker ? 'waiting for each worker' : 'waiting' },
  );
};

const factual = (facts: readonly Fact[], one: string): Judgement => {
  const [first, ...others] = facts;
  const base = {
    value: facts.length,
    threshold: 0,
    baseline: null,
    unit: 'count',
    n: facts.length,
    numbers: { count: facts.length },
  } as const;
  if (first === undefined) return { ...base, said: 'clear', reason: `no ${one}` };
  return {
    ...base,
    said: 'breach',
    reason: others.length === 0 ? first.reason : `${first.reason}, and ${plural(others.length, `more ${one}`)}`,
  };
};
