import type { Agent } from '../../fleet/agent.ts';
import type { Sample } from '../../ground/output/prometheus.ts';
import { nanosPerDollar } from '../../ground/units/amount.ts';
import { formatDuration } from '../../ground/units/duration.ts';
import type { Rule, RuleTest, RuleType } from '../../oversight/alerts/rule.ts';
import type { Fact, Samples } from '../../oversight/alerts/samples.ts';
import type { Subject } from '../../oversight/alerts/subject.ts';
import { errorCodes } from '../../telemetry/traces/codes.ts';
import type { RuleMetric } from '../../views/rule-metrics.ts';

/** One figure of an agent, as a sample of a metric without the agent's name. */
export interface Figure extends Sample {
  readonly metric: RuleMetric;
}

type Labels = Readonly<Record<string, string>>;

const figure = (metric: RuleMetric, value: number | null, labels: Labels = {}): Figure => ({ metric, value, labels });
const dollars = (nanos: number | null): number | null => (nanos === null ? null : nanos / nanosPerDollar);
const counted = (facts: readonly Fact[] | null): number | null => facts?.length ?? null;

/** What the traces of an agent tell a rule: as of the moment that its source is known up to, and of single requests as new as they are. */
export const tracedFigures = (rule: Rule, agent: Pick<Agent, 'sla'>, known: Samples, newest: Samples): readonly Figure[] => {
  const { test } = rule;
  const labels = { rule: rule.name };
  switch (test.type) {
    case 'error_rate':
      return shareFigures(
        decisive(test, (width) => known.errors(width, test.errorType)),
        labels,
      );
    case 'latency': {
      const thanMs = test.slowerThanMs === 'own' ? agent.sla.latencyP95Ms : test.slowerThanMs;
      return thanMs === null
        ? []
        : shareFigures(
            decisive(test, (width) => known.slow(width, thanMs)),
            labels,
          );
    }
    case 'burn_rate':
      return [test.params.longMs, test.params.shortMs].flatMap((width) =>
        shareFigures(known.errors(width, null), { ...labels, window: formatDuration(width) }),
      );
    case 'quality': {
      const { minScores } = test.params;
      const seen = narrowest(
        test.widths,
        (width) => known.scores(width, test.score),
        ({ n }) => n >= minScores,
      );
      return seen === null ? [] : [figure('agentops_rule_scores', seen.n, labels), figure('agentops_rule_scores_summed', seen.sum, labels)];
    }
    case 'cost_per_request':
      return costFigures(test, known, labels);
    case 'loop_depth':
    case 'per_trace':
      return extremeFigures(test, newest, labels);
    case 'safety':
      return [figure('agentops_rule_safety_events', counted(newest.safety(test.widths[0] ?? 0)), { ...labels, source: 'traces' })];
    default:
      return [];
  }
};

/** The window that a test decides by; where none holds enough, the widest. */
const narrowest = <Seen>(
  widths: readonly number[],
  look: (widthMs: number) => Seen | null,
  isEnough: (seen: Seen) => boolean,
): Seen | null => {
  let last: Seen | null = null;
  for (const width of widths) {
    const seen = look(width);
    if (seen === null) continue;
    last = seen;
    if (isEnough(seen)) break;
  }
  return last;
};

interface Share {
  readonly n: number;
  readonly bad: number;
}

const decisive = (
  { method, params, widths }: Pick<Extract<RuleTest, { type: 'latency' }>, 'method' | 'params' | 'widths'>,
  look: (widthMs: number) => Share | null,
): Share | null => narrowest(widths, look, ({ n }) => method === 'ratio' || n >= params.minRequests);

const shareFigures = (seen: Share | null, labels: Labels): readonly Figure[] =>
  seen === null ? [] : [figure('agentops_rule_requests', seen.n, labels), figure('agentops_rule_bad_requests', seen.bad, labels)];

const costFigures = (
  { method, capNanos, widths }: Extract<RuleTest, { type: 'cost_per_request' }>,
  known: Samples,
  labels: Labels,
): readonly Figure[] => {
  const [width = 0] = widths;
  const mean = ({ n, nanos }: { readonly n: number; readonly nanos: number }) => (n === 0 ? null : dollars(nanos / n));
  const literal = method === 'ratio' ? known.costsBefore(width) : null;
  const now = literal?.now ?? (capNanos === null ? null : (known.costs(width)?.now ?? null));
  return [
    figure('agentops_rule_request_cost_dollars', now === null ? null : mean(now), labels),
    figure('agentops_rule_usual_request_cost_dollars', literal === null ? null : mean(literal.before), labels),
  ];
};

/** A window without a request has none that is too much. */
const extremeFigures = (
  { widths }: Pick<Extract<RuleTest, { type: 'per_trace' }>, 'widths'>,
  newest: Samples,
  labels: Labels,
): readonly Figure[] => {
  const seen = newest.extremes(widths[0] ?? 0);
  if (seen === null) return [];
  return [
    figure('agentops_rule_steps_max', seen.steps?.value ?? 0, labels),
    figure('agentops_rule_tokens_max', seen.tokens?.value ?? 0, labels),
    figure('agentops_rule_request_cost_dollars_max', dollars(seen.nanos?.value ?? 0), labels),
  ];
};

/** What an agent has spent, whether or not a rule asks; of the month, which takes long to add up, only where somebody asks. */
export const spentFigures = ({ budget }: Pick<Agent, 'budget'>, rules: readonly Rule[], known: Samples): readonly Figure[] => {
  const isMonthly =
    budget.perMonthNanos !== null || rules.some(({ test }) => test.type === 'spend' && test.per === 'month' && test.limit !== 'own');
  const periods = ['hour', 'day', ...(isMonthly ? (['month'] as const) : [])] as const;
  return [
    ...periods.map((period) => figure('agentops_spent_dollars', dollars(known.spent(period)?.nanos ?? null), { period })),
    ...(rules.some(isForecast) ? [figure('agentops_forecast_month_dollars', dollars(known.forecast()?.lowNanos ?? null))] : []),
  ];
};

const isForecast = ({ test }: Rule): boolean => test.type === 'spend' && test.forecast;

/** How requests of an agent failed in the window of the fleet. */
export const typedErrorFigures = (known: Samples, windowMs: number): readonly Figure[] => {
  if ((known.errors(windowMs, null)?.bad ?? 0) === 0) return [];
  return errorCodes.flatMap((type) =>
    type === null ? [] : [figure('agentops_window_typed_errors', known.errors(windowMs, type)?.bad || null, { error_type: type })],
  );
};

/** What the fleet as a whole may spend and has spent; its samples name no agent, so that sums over agents stay what they are. */
export const fleetFigures = ({ budget }: Pick<Subject, 'budget'>, rules: readonly Rule[], known: Samples): readonly Figure[] => [
  figure('agentops_fleet_budget_dollars', dollars(budget.perDayNanos), { period: 'day' }),
  figure('agentops_fleet_budget_dollars', dollars(budget.perMonthNanos), { period: 'month' }),
  figure('agentops_fleet_spent_dollars', dollars(known.spent('day')?.nanos ?? null), { period: 'day' }),
  figure('agentops_fleet_spent_dollars', dollars(known.spent('month')?.nanos ?? null), { period: 'month' }),
  ...(rules.some(isForecast) ? [figure('agentops_fleet_forecast_month_dollars', dollars(known.forecast()?.lowNanos ?? null))] : []),
];

/** What this machine's own records tell the rules about an agent; what several of them look at is told once. */
export const ownFigures = (rules: readonly Rule[], own: Samples): readonly Figure[] => {
  const asks = (type: RuleType): boolean => rules.some(({ test }) => test.type === type);
  return [
    ...rules.flatMap(({ name: rule, test }) =>
      test.type === 'safety'
        ? [figure('agentops_rule_safety_events', counted(own.safety(test.widths[0] ?? 0)), { rule, source: 'checks' })]
        : [],
    ),
    ...(asks('agent_red') ? [figure('agentops_failing_checks', counted(own.red()))] : []),
    ...(asks('heartbeat') ? [figure('agentops_missed_heartbeats', counted(own.missedHeartbeats()))] : []),
    ...(asks('drift') ? [figure('agentops_drifted_checks', counted(own.drift()))] : []),
    ...(asks('mitigation_overdue') ? [figure('agentops_overdue_mitigations', own.overdue().length)] : []),
  ];
};

/** What an agent is and what it promises, as the manifest has it: what has no limit has no sample. */
export const promisedFigures = ({ tier, env, owner, sla, budget }: Agent): readonly Figure[] => [
  figure('agentops_agent_info', 1, { tier: String(tier), env: env ?? '', owner: owner ?? '' }),
  figure('agentops_promised_error_ratio', sla.errorRate),
  figure('agentops_promised_latency_seconds', sla.latencyP95Ms === null ? null : sla.latencyP95Ms / 1000),
  figure('agentops_promised_quality_score', sla.quality),
  figure('agentops_promised_availability_ratio', sla.availability),
  figure('agentops_budget_dollars', dollars(budget.perHourNanos), { period: 'hour' }),
  figure('agentops_budget_dollars', dollars(budget.perDayNanos), { period: 'day' }),
  figure('agentops_budget_dollars', dollars(budget.perMonthNanos), { period: 'month' }),
  figure('agentops_request_cap_steps', budget.stepsPerRequest),
  figure('agentops_request_cap_tokens', budget.tokensPerRequest),
  figure('agentops_request_cap_dollars', dollars(budget.perRequestNanos)),
];
