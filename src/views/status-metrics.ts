import { type Metric, renderMetrics, type Sample } from '../ground/output/prometheus.ts';
import { nanosPerDollar } from '../ground/units/amount.ts';
import type { FleetStatus, StatusRow } from '../oversight/status/fleet-status.ts';
import type { StateName } from '../oversight/status/health-report.ts';

interface RowMetric extends Metric {
  /** Values by further labels; null values are left out. */
  values(row: StatusRow): readonly (readonly [Readonly<Record<string, string>>, number | null])[];
}

const states: readonly StateName[] = ['green', 'yellow', 'red', 'unknown'];
const dollars = (nanos: number | null): number | null => (nanos === null ? null : nanos / nanosPerDollar);
const seconds = (us: number | null): number | null => (us === null ? null : us / 1e6);

/** Everything is of the window that the status was asked for: gauges, since a window forgets. */
const rowMetrics: readonly RowMetric[] = [
  {
    name: 'agentops_agent_state',
    type: 'gauge',
    help: 'The state an agent is in: 1 for that state, 0 for the others.',
    values: ({ standing }) => (standing === null ? [] : states.map((state) => [{ state }, Number(standing.state === state)] as const)),
  },
  {
    name: 'agentops_window_requests',
    type: 'gauge',
    help: 'Requests in the window; by model, provider and tool: calls.',
    values: ({ figures }) => [[{}, figures.requests]],
  },
  {
    name: 'agentops_window_errors',
    type: 'gauge',
    help: 'Failed requests in the window.',
    values: ({ figures }) => [[{}, figures.errors]],
  },
  {
    name: 'agentops_window_latency_seconds',
    type: 'summary',
    help: 'Latency of the requests in the window, by quantile.',
    values: ({ figures }) => [
      [{ quantile: '0.5' }, seconds(figures.latencyP50Us)],
      [{ quantile: '0.95' }, seconds(figures.latencyP95Us)],
      [{ quantile: '0.99' }, seconds(figures.latencyP99Us)],
    ],
  },
  {
    name: 'agentops_window_first_token_seconds',
    type: 'summary',
    help: 'Time to the first token of the requests in the window, by quantile.',
    values: ({ figures }) => [[{ quantile: '0.95' }, seconds(figures.ttftP95Us)]],
  },
  {
    name: 'agentops_window_cost_dollars',
    type: 'gauge',
    help: 'Known cost of the window in US dollars.',
    values: ({ figures }) => [[{}, dollars(figures.costNanos)]],
  },
  {
    name: 'agentops_window_cost_baseline_ratio',
    type: 'gauge',
    help: 'Cost per request as a multiple of that of the seven days before the window.',
    values: ({ figures }) => [[{}, figures.costVsBaseline]],
  },
  {
    name: 'agentops_window_quality_score',
    type: 'gauge',
    help: 'Mean of the score that stands for quality.',
    values: ({ figures }) => [[{}, figures.quality]],
  },
  {
    name: 'agentops_window_steps_max',
    type: 'gauge',
    help: 'Steps of the deepest request of the window.',
    values: ({ figures }) => [[{}, figures.stepsMax]],
  },
  {
    name: 'agentops_window_tokens',
    type: 'gauge',
    help: 'Tokens of the window; cached ones are part of the input.',
    values: ({ figures }) => [
      [{ direction: 'input' }, figures.inputTokens],
      [{ direction: 'cached' }, figures.cachedTokens],
      [{ direction: 'output' }, figures.outputTokens],
    ],
  },
];

const fleetMetrics: readonly (Metric & { value(status: FleetStatus): number | null })[] = [
  {
    name: 'agentops_window_seconds',
    type: 'gauge',
    help: 'Length of the window that the figures are about.',
    value: ({ windowMs }) => windowMs / 1000,
  },
  {
    name: 'agentops_synced_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time at which the trace source that is longest behind was read.',
    value: ({ coverage }) => (coverage.syncedUs === null ? null : coverage.syncedUs / 1e6),
  },
  {
    name: 'agentops_priced_ratio',
    type: 'gauge',
    help: 'Share of the spans with usage whose cost is known.',
    value: ({ coverage }) => coverage.pricedShare,
  },
];

/** The metrics of this document, for `schema output metrics`. */
export const statusMetrics: readonly Metric[] = [...rowMetrics, ...fleetMetrics].map(({ name, type, help }) => ({ name, type, help }));

/** The figures as Prometheus metrics, labelled by what they are grouped by. */
export const renderStatusMetrics = (status: FleetStatus): string => {
  const label = status.by.replace('-', '_');
  const samplesOf = (metric: RowMetric, row: StatusRow): readonly Sample[] =>
    metric.values(row).map(([labels, value]) => ({ labels: { [label]: row.key, ...labels }, value }));
  return renderMetrics([
    ...rowMetrics.map((metric) => ({ metric, samples: status.rows.flatMap((row) => samplesOf(metric, row)) })),
    ...fleetMetrics.map((metric) => ({ metric, samples: [{ labels: {}, value: metric.value(status) }] })),
  ]);
};
