import { type Metric, renderMetrics, type Sample } from '../ground/output/prometheus.ts';

const gauge = <Name extends string>(name: Name, help: string): Metric & { readonly name: Name } => ({ name, type: 'gauge', help });

const inWindow = 'in the window that the rule judges by: the narrowest of its own that holds enough';

/**
 * What alert rules and dashboards look at, one metric a figure, so that Prometheus can judge by the same numbers. Gauges throughout: windows are those of
 * event time, which end where the requests are known to, and so do not empty while a source is silent.
 */
const families = [
  gauge('agentops_agent_info', 'Every agent of the fleet: always 1.'),
  gauge('agentops_agent_parent_red', 'Whether an agent that this one depends on, directly or through others, is red by its own checks.'),
  gauge('agentops_promised_error_ratio', 'The share of requests that may fail (sla.error_rate).'),
  gauge('agentops_promised_latency_seconds', 'What 95 of 100 requests may take (sla.latency_p95).'),
  gauge('agentops_promised_quality_score', 'The mean score that is promised (sla.quality).'),
  gauge('agentops_promised_availability_ratio', 'The share of requests that is promised to succeed (sla.availability).'),
  gauge('agentops_budget_dollars', 'What may be spent in a period: hour, day or month.'),
  gauge('agentops_request_cap_steps', 'Steps that one request may take.'),
  gauge('agentops_request_cap_tokens', 'Tokens that one request may take.'),
  gauge('agentops_request_cap_dollars', 'What one request may cost.'),
  gauge('agentops_rule_requests', `Requests ${inWindow}; of a rule with two windows, in the one that the label names.`),
  gauge('agentops_rule_bad_requests', `Those of them that failed, or took longer than the rule allows.`),
  gauge('agentops_rule_scores', `Scores ${inWindow}.`),
  gauge('agentops_rule_scores_summed', 'The sum of those scores, each 0 to 1.'),
  gauge('agentops_rule_request_cost_dollars', 'Mean cost of a request in the window of the rule.'),
  gauge('agentops_rule_usual_request_cost_dollars', 'Mean cost of a request in the seven days before that window.'),
  gauge('agentops_rule_steps_max', 'Steps of the longest request in the window of the rule.'),
  gauge('agentops_rule_tokens_max', 'Tokens of the largest request in the window of the rule.'),
  gauge('agentops_rule_request_cost_dollars_max', 'Cost of the dearest request in the window of the rule.'),
  gauge('agentops_rule_safety_events', 'Kinds of safety events in the window of the rule, as traces or checks tell them.'),
  gauge('agentops_spent_dollars', 'Spent in the hour that ends now, or in the UTC day or month so far.'),
  gauge('agentops_forecast_month_dollars', 'What the month will have cost at least, at the end.'),
  gauge('agentops_fleet_budget_dollars', 'What all agents together may spend in a period: day or month.'),
  gauge('agentops_fleet_spent_dollars', 'Spent by all agents in the UTC day or month so far.'),
  gauge('agentops_fleet_forecast_month_dollars', 'What the month of all agents will have cost at least, at the end.'),
  gauge(
    'agentops_window_typed_errors',
    'Failed requests in the window of the fleet, by the type of their error; a type that nothing failed by is left out.',
  ),
  gauge('agentops_release_timestamp_seconds', 'Unix time of the newest release that is noted of an agent.'),
  gauge('agentops_heartbeat_timestamp_seconds', 'Unix time of the last heartbeat of an agent, by the check that waits for it.'),
  gauge('agentops_failing_checks', 'Checks and heartbeats that make the agent red.'),
  gauge('agentops_missed_heartbeats', 'Heartbeats that did not come in time.'),
  gauge('agentops_drifted_checks', 'Checks that saw the agent changed though nobody announced it.'),
  gauge('agentops_overdue_mitigations', 'What is in force though its time is over.'),
  gauge('agentops_alert_state', 'Alerts of this tool that are pending, firing or recovering: 1 for the state they are in.'),
  gauge('agentops_traces_known_timestamp_seconds', 'Unix time up to which the requests of a trace source are known.'),
  gauge('agentops_alerts_judged_timestamp_seconds', 'Unix time of the last tick that judged alerts.'),
  gauge(
    'agentops_journal_up',
    'Whether the journal could be read: where it is 0, states are unknown, and checks, alerts, releases and beats are left out.',
  ),
  gauge('agentops_figures_timestamp_seconds', 'Unix time at which the figures of this page were read.'),
] as const;

export type RuleMetric = (typeof families)[number]['name'];

/** Samples by the metric they are of. */
export type RuleSamples = Readonly<Partial<Record<RuleMetric, readonly Sample[]>>>;

/** The metrics of this document, for `schema output metrics`. */
export const ruleMetrics: readonly Metric[] = families;

export const renderRuleMetrics = (samples: RuleSamples): string =>
  renderMetrics(families.map((metric) => ({ metric, samples: samples[metric.name] ?? [] })));
