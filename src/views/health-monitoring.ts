import { type NagiosStatus, renderNagios } from '../ground/output/nagios.ts';
import { type Metric, renderMetrics, type Sample } from '../ground/output/prometheus.ts';
import { nanosPerDollar } from '../ground/units/amount.ts';
import type { AgentHealth, CheckHealth, HealthReport, StateName } from '../oversight/status/health-report.ts';
import { counts } from '../oversight/status/suppression.ts';
import type { CheckStatus } from '../quality/health/result.ts';
import { checkName, circumstancesOf, findingsOf, problemsOf, verdictOf, whyOf, worstState } from './health-facts.ts';

const states: readonly StateName[] = ['green', 'yellow', 'red', 'unknown'];
const statuses: readonly CheckStatus[] = ['pass', 'degraded', 'fail', 'error', 'skipped'];
const nagiosStatuses: Readonly<Record<StateName, NagiosStatus>> = { green: 0, yellow: 1, red: 2, unknown: 3 };

/** The exit status of `--output nagios`: the worst agent that counts decides, whatever its tier; red comes before unknown, unknown before yellow. */
export const nagiosStatusOf = (report: HealthReport): NagiosStatus => nagiosStatuses[worstState(report)];

const nagiosLines = (agent: AgentHealth): readonly string[] => [
  `${agent.agent}: ${[agent.state, whyOf(agent)].filter((part) => part !== '').join(', ')}`,
  ...agent.warnings.map((warning) => `  warning: ${warning}`),
  ...(agent.state === 'green' ? [] : problemsOf(agent)).map(
    (check) => `  ${checkName(check)}: ${[check.status, ...circumstancesOf(check), ...findingsOf(check)].join(', ')}`,
  ),
];

/** A monitoring plugin's answer for Nagios, Icinga and their kin. */
export const renderHealthNagios = (report: HealthReport): string =>
  renderNagios(
    'AGENTOPS',
    nagiosStatusOf(report),
    verdictOf(report),
    [
      ...states.map((state) => ({
        label: `agents_${state}`,
        value: report.agents.filter((agent) => counts(agent) && agent.state === state).length,
        min: 0,
        max: report.agents.length,
      })),
      ...report.agents.flatMap(({ checks }) =>
        checks.map((check) => ({
          label: `${checkName(check)} latency`,
          value: seconds(check.latencyMs),
          unit: 's' as const,
          min: 0,
        })),
      ),
    ],
    report.agents.flatMap(nagiosLines),
  );

interface AgentMetric extends Metric {
  samples(agent: AgentHealth): readonly Sample[];
}
interface CheckMetric extends Metric {
  samples(check: CheckHealth): readonly Sample[];
}

const agentLabels = ({ agent, tier }: AgentHealth) => ({ agent, tier: String(tier) });
const checkLabels = ({ agent, check }: CheckHealth) => ({ agent, check });
/** To a tenth of a millisecond, without the dust of binary fractions. */
const seconds = (ms: number | null): number | null => (ms === null ? null : Number((ms / 1000).toFixed(4)));

const agentMetrics: readonly AgentMetric[] = [
  {
    name: 'agentops_agent_state',
    type: 'gauge',
    help: 'The state an agent is in: 1 for that state, 0 for the others.',
    samples: (agent) => states.map((state) => ({ labels: { ...agentLabels(agent), state }, value: Number(agent.state === state) })),
  },
  {
    name: 'agentops_agent_counted',
    type: 'gauge',
    help: '1 where the state of an agent decides, 0 where it is in maintenance or suppressed by an agent it depends on.',
    samples: (agent) => [{ labels: agentLabels(agent), value: Number(counts(agent)) }],
  },
  {
    name: 'agentops_agent_uptime_ratio',
    type: 'gauge',
    help: 'Share of the last 24 hours in which the checks of an agent passed.',
    samples: (agent) => [{ labels: agentLabels(agent), value: agent.uptime24h }],
  },
];

const checkMetrics: readonly CheckMetric[] = [
  {
    name: 'agentops_check_status',
    type: 'gauge',
    help: 'How the last run of a check ended: 1 for that status, 0 for the others.',
    samples: (check) => statuses.map((status) => ({ labels: { ...checkLabels(check), status }, value: Number(check.status === status) })),
  },
  {
    name: 'agentops_check_latency_seconds',
    type: 'gauge',
    help: 'Time the last answer to a check took.',
    samples: (check) => [{ labels: checkLabels(check), value: seconds(check.latencyMs) }],
  },
  {
    name: 'agentops_check_first_token_seconds',
    type: 'gauge',
    help: 'Time to the first token of the last answer to a check.',
    samples: (check) => [{ labels: checkLabels(check), value: seconds(check.ttftMs) }],
  },
  {
    name: 'agentops_check_cost_dollars',
    type: 'gauge',
    help: 'Cost of the last run of a check in US dollars.',
    samples: (check) => [{ labels: checkLabels(check), value: check.costNanos === null ? null : check.costNanos / nanosPerDollar }],
  },
  {
    name: 'agentops_check_last_run_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time at which the last run of a check ended.',
    samples: (check) => [{ labels: checkLabels(check), value: check.endedAt / 1000 }],
  },
];

/** The metrics of this document, for `schema output metrics`. */
export const healthMetrics: readonly Metric[] = [...agentMetrics, ...checkMetrics].map(({ name, type, help }) => ({ name, type, help }));

/** The fleet as Prometheus metrics, for a text file collector or a scrape. */
export const renderHealthMetrics = (report: HealthReport): string => {
  const checks = report.agents.flatMap((agent) => agent.checks);
  return renderMetrics([
    ...agentMetrics.map((metric) => ({ metric, samples: report.agents.flatMap(metric.samples) })),
    ...checkMetrics.map((metric) => ({ metric, samples: checks.flatMap(metric.samples) })),
  ]);
};
