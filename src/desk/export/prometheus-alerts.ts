import type { Fleet } from '../../fleet/agent.ts';
import { formatShare } from '../../ground/units/amount.ts';
import { formatDuration } from '../../ground/units/duration.ts';
import type { Own, Rule, RuleTest, Severity } from '../../oversight/alerts/rule.ts';
import { concerns } from '../../oversight/alerts/rules.ts';
import { fleetSubject, wholeFleet } from '../../oversight/alerts/subject.ts';
import type { RuleMetric } from '../../views/rule-metrics.ts';
import { type Matchers, selector, wilsonEnd } from './promql.ts';

/** One condition of a rule, as Prometheus judges it. */
export interface PrometheusCondition {
  /** What tells it from others of its rule: a stage or a measure; empty where there is one only. */
  readonly label: string;
  readonly severity: Severity;
  readonly expr: string;
  /** Who it is about where its series do not say. */
  readonly agent?: string;
}

/** What is reckoned for a rule before its condition. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels: { readonly rule: string };
}

/** A condition, or all of a rule, that Prometheus cannot judge. */
export interface LeftOut {
  /** As of `PrometheusCondition`; null: the whole rule. */
  readonly label: string | null;
  readonly reason: string;
}

export interface Translated {
  readonly recordings: readonly Recording[];
  readonly conditions: readonly PrometheusCondition[];
  readonly leftOut: readonly LeftOut[];
}

/** Where a rule is translated to: whose agents it is about, and which scrape job holds them. */
export interface Translation {
  readonly fleet: Pick<Fleet, 'agents' | 'budget'>;
  /** Null: whatever job scrapes them. */
  readonly job: string | null;
  readonly alertName: string;
}

/** Of rules, and of queues. */
type ExposedMetric = RuleMetric | 'agentops_queue_depth' | 'agentops_queue_workers';

const nothing: Translated = { recordings: [], conditions: [], leftOut: [] };
const nanosOf = (nanos: number): string => String(nanos / 1e9);

/** A rule as Prometheus judges it by the figures of `/metrics`: the same limits, the same statistics, the same windows. */
export const translate = (rule: Rule, to: Translation): Translated => {
  const { test, severity, name } = rule;
  const ruled = (metric: ExposedMetric, more: Matchers = {}) => selector(metric, { rule: name, ...more, ...jobOf(to) });
  const about = (metric: ExposedMetric, more: Matchers = {}) => selector(metric, { ...more, ...agentsOf(rule, to), ...jobOf(to) });
  const limit = (value: Own<number>, own: RuleMetric): string =>
    value === 'own' ? `ignoring (rule) group_left () ${selector(own, jobOf(to))}` : String(value);
  const one = (expr: string): Translated => ({ ...nothing, conditions: [{ label: '', severity, expr }] });
  const capOf = (label: string, metric: RuleMetric, cap: Own<number> | null, own: RuleMetric): readonly PrometheusCondition[] =>
    cap === null ? [] : [{ label, severity, expr: `${ruled(metric)} > ${limit(cap, own)}` }];
  const positive = (metric: RuleMetric) => one(`${about(metric)} > 0`);
  switch (test.type) {
    case 'error_rate':
      return shareRule(rule, test, limit(test.threshold, 'agentops_promised_error_ratio'), to);
    case 'latency':
      return shareRule(rule, test, String(test.threshold), to);
    case 'quality':
      return meanRule(rule, test, limit(test.threshold, 'agentops_promised_quality_score'), to);
    case 'cost_per_request':
      return costRule(test, severity, ruled, to);
    case 'spend':
      return { ...nothing, conditions: [...spendConditions(test, severity, about), ...fleetSpend(rule, test, to)] };
    case 'loop_depth':
      return {
        ...nothing,
        conditions: capOf('', 'agentops_rule_steps_max', test.limit, 'agentops_request_cap_steps'),
        leftOut: test.creep === null ? [] : [{ label: 'creep', reason: usualHours('steps of a request') }],
      };
    case 'per_trace':
      return {
        ...nothing,
        conditions: [
          ...capOf('steps', 'agentops_rule_steps_max', test.steps, 'agentops_request_cap_steps'),
          ...capOf('tokens', 'agentops_rule_tokens_max', test.tokens, 'agentops_request_cap_tokens'),
          ...capOf('cost', 'agentops_rule_request_cost_dollars_max', inDollars(test.nanos), 'agentops_request_cap_dollars'),
        ],
      };
    case 'burn_rate':
      return one(burnRate(test, ruled, selector('agentops_promised_availability_ratio', jobOf(to))));
    case 'safety':
      return one(`${ruled('agentops_rule_safety_events')} > 0`);
    case 'agent_red':
      return positive('agentops_failing_checks');
    case 'heartbeat':
      return positive('agentops_missed_heartbeats');
    case 'drift':
      return positive('agentops_drifted_checks');
    case 'mitigation_overdue':
      return positive('agentops_overdue_mitigations');
    case 'provider_outage':
      return { ...nothing, leftOut: [{ label: null, reason: 'what comes of calls to a provider is not among the figures of /metrics' }] };
    case 'queue_depth':
      return queueRule(rule, test, to, about);
  }
};

const jobOf = ({ job }: Translation): Matchers => (job === null ? {} : { job });

/** The agents that a rule is about, where it is not about all: figures that several rules share do not say which rule asks. */
const agentsOf = (rule: Rule, { fleet: { agents } }: Translation): Matchers => {
  const meant = agents.filter((agent) => concerns(rule, agent)).map(({ name }) => name);
  return meant.length === agents.length ? {} : { agent: meant };
};

const inDollars = (nanos: Own<number> | null): Own<number> | null => (typeof nanos === 'number' ? nanos / 1e9 : nanos);

const usualHours = (what: string): string =>
  `${what} are held against the same hours of the seven days before, which Prometheus does not know of`;

/** Its series say of which rule they are; that the rule says so too keeps linters from taking two of a name for one. */
const recording = ({ name }: Rule, record: string, expr: string): Recording => ({ record, expr, labels: { rule: name } });

const badRatio = 'agentops:rule_bad:ratio';
const badLowerBound = 'agentops:rule_bad:ratio_lower_bound';
const scoreMean = 'agentops:rule_score:mean';
const scoreUpperBound = 'agentops:rule_score:mean_upper_bound';

/** Prometheus knows no hysteresis: what lies between two limits lets an alert go on that already fires. */
const whileFiring = (expr: string, { alertName }: Translation): string =>
  `${expr}\n  and on (agent, instance, job) ALERTS{alertname="${alertName}", alertstate="firing"}`;

const either = (...parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join('\nor\n');

/** What too little data counts as (`no_data`). */
const withoutData = ({ timing: { onNoData } }: Rule, tooFew: string, to: Translation): string | null =>
  onNoData === 'ok' ? null : onNoData === 'alert' ? tooFew : whileFiring(tooFew, to);

const shareRule = (
  rule: Rule,
  { method, params: { z, minBad, minRequests }, recovery }: Pick<Extract<RuleTest, { type: 'latency' }>, 'method' | 'params' | 'recovery'>,
  threshold: string,
  to: Translation,
): Translated => {
  const of = (metric: string) => selector(metric, { rule: rule.name, ...jobOf(to) });
  const [n, bad, ratio] = [of('agentops_rule_requests'), of('agentops_rule_bad_requests'), of(badRatio)];
  const ratioRecording = recording(rule, badRatio, `${bad} / ${n}`);
  // At `recovery` times the limit or below it may end.
  const notOver = `${recovery < 1 ? `${ratio} / ${recovery}` : ratio} > ${threshold}`;
  if (method === 'ratio') {
    const expr = either(`${ratio} > ${threshold}`, recovery < 1 ? whileFiring(notOver, to) : null, withoutData(rule, `${n} == 0`, to));
    return { ...nothing, recordings: [ratioRecording], conditions: [{ label: '', severity: rule.severity, expr }] };
  }
  const breach = `${of(badLowerBound)} > ${threshold}\n  and ${bad} >= ${minBad}`;
  const expr = either(breach, whileFiring(`${notOver}\n  and ${n} >= ${minRequests}`, to), withoutData(rule, `${n} < ${minRequests}`, to));
  const bound = `${wilsonEnd('low', ratio, n, z)}\nand ${n} >= ${minRequests}`;
  return {
    ...nothing,
    recordings: [ratioRecording, recording(rule, badLowerBound, bound)],
    conditions: [{ label: '', severity: rule.severity, expr }],
  };
};

const meanRule = (
  rule: Rule,
  { params: { z, minScores } }: Extract<RuleTest, { type: 'quality' }>,
  threshold: string,
  to: Translation,
): Translated => {
  const of = (metric: string) => selector(metric, { rule: rule.name, ...jobOf(to) });
  const [n, mean] = [of('agentops_rule_scores'), of(scoreMean)];
  const expr = either(
    `${of(scoreUpperBound)} < ${threshold}`,
    whileFiring(`${mean} < ${threshold}\n  and ${n} >= ${minScores}`, to),
    withoutData(rule, `${n} < ${minScores}`, to),
  );
  return {
    ...nothing,
    recordings: [
      recording(rule, scoreMean, `${of('agentops_rule_scores_summed')} / ${n}`),
      recording(rule, scoreUpperBound, `${wilsonEnd('high', mean, n, z)}\nand ${n} >= ${minScores}`),
    ],
    conditions: [{ label: '', severity: rule.severity, expr }],
  };
};

type Named = (metric: ExposedMetric, more?: Matchers) => string;

const costRule = (
  { method, params: { ratio, recovery }, capNanos }: Extract<RuleTest, { type: 'cost_per_request' }>,
  severity: Severity,
  ruled: Named,
  to: Translation,
): Translated => {
  const [cost, usual] = [ruled('agentops_rule_request_cost_dollars'), ruled('agentops_rule_usual_request_cost_dollars')];
  const over = (times: number): string => `${cost} > ${times} * ${usual}`;
  const literal = { label: '', severity, expr: either(over(ratio), recovery < ratio ? whileFiring(over(recovery), to) : null) };
  return {
    ...nothing,
    conditions: [
      ...(method === 'ratio' ? [literal] : []),
      ...(capNanos === null ? [] : [{ label: 'cap', severity, expr: `${cost} > ${nanosOf(capNanos)}` }]),
    ],
    leftOut: method === 'regression' ? [{ label: '', reason: usualHours('costs of a request, by their logarithms,') }] : [],
  };
};

type Spend = Extract<RuleTest, { type: 'spend' }>;

const spendConditions = ({ per, limit, stages, forecast }: Spend, severity: Severity, about: Named): readonly PrometheusCondition[] => {
  const budget = about('agentops_budget_dollars', { period: per });
  if (forecast) return staged(stages, severity, about('agentops_forecast_month_dollars'), limit, `ignoring (period) ${budget}`);
  return staged(stages, severity, about('agentops_spent_dollars', { period: per }), limit, budget);
};

/** The fleet as a whole is held to its own budget by rules that hold everybody to theirs. */
const fleetSpend = (rule: Rule, { per, limit, stages, forecast }: Spend, to: Translation): readonly PrometheusCondition[] => {
  const whole = fleetSubject(to.fleet);
  if (whole === null || per === 'hour' || !concerns(rule, whole)) return [];
  const budget = selector('agentops_fleet_budget_dollars', { period: per, ...jobOf(to) });
  const spent = forecast
    ? selector('agentops_fleet_forecast_month_dollars', jobOf(to))
    : selector('agentops_fleet_spent_dollars', { period: per, ...jobOf(to) });
  const conditions = staged(stages, rule.severity, spent, limit, forecast ? `ignoring (period) ${budget}` : budget);
  return conditions.map((condition) => ({ ...condition, agent: wholeFleet }));
};

/** Only the last stage is as grave as the rule. @param budget what `own` stands for, perhaps with how it is matched before it */
const staged = (
  stages: readonly number[],
  severity: Severity,
  spent: string,
  limit: Own<number>,
  budget: string,
): readonly PrometheusCondition[] =>
  stages.map((stage, at) => ({
    label: stages.length === 1 ? '' : formatShare(stage),
    severity: at === stages.length - 1 ? severity : 'notify',
    expr: `${stage === 1 ? spent : `${spent} / ${stage}`} > ${limit === 'own' ? budget : String(limit / 1e9)}`,
  }));

/** Queues of agents that say under `scale:` how they scale are looked at by serve as well. */
const queueRule = (
  rule: Rule,
  { limit, perWorker }: Extract<RuleTest, { type: 'queue_depth' }>,
  { fleet }: Translation,
  about: Named,
): Translated => {
  const queued = fleet.agents.filter((agent) => concerns(rule, agent) && agent.queue !== undefined && agent.queue !== null);
  if (queued.length === 0 || queued.some(({ scale }) => scale === undefined || scale === null))
    return { ...nothing, leftOut: [{ label: null, reason: 'queues of agents without scale: are read by ticks alone' }] };
  const depth = about('agentops_queue_depth');
  const each = `${depth} / clamp_min(${about('agentops_queue_workers')}, 1)`;
  const expr = perWorker ? `( ${each} or ${depth} ) > ${limit}` : `${depth} > ${limit}`;
  return { ...nothing, conditions: [{ label: '', severity: rule.severity, expr }] };
};

/** Over both windows; a promise so low that no burn is fast enough is held against nothing. */
const burnRate = (
  { params: { factor, longMs, shortMs, minEvents }, objective }: Extract<RuleTest, { type: 'burn_rate' }>,
  ruled: Named,
  promised: string,
): string => {
  const windowed = (metric: RuleMetric, widthMs: number) => ruled(metric, { window: formatDuration(widthMs) });
  const ratio = (widthMs: number) => `${windowed('agentops_rule_bad_requests', widthMs)} / ${windowed('agentops_rule_requests', widthMs)}`;
  const allowed =
    objective === 'own'
      ? `ignoring (rule, window) group_left () (${factor} * (1 - ${promised}) > 0 < 1)`
      : String(factor * (1 - objective));
  return [
    `( ${ratio(longMs)} ) > ${allowed}`,
    `and ignoring (window) ( ${ratio(shortMs)} ) > ${allowed}`,
    `and ${windowed('agentops_rule_bad_requests', longMs)} >= ${minEvents}`,
  ].join('\n');
};
