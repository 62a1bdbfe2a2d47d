import { type Metric, renderMetrics, type Sample } from '../ground/output/prometheus.ts';
import type { ScaleView } from '../response/scale/scale-view.ts';

interface ScaleMetric extends Metric {
  /** Null: not known, and left out. */
  value(view: ScaleView): number | null;
}

const metrics: readonly ScaleMetric[] = [
  {
    name: 'agentops_desired_workers',
    type: 'gauge',
    help: 'Workers that the agent should have, for a scaler that follows it with a target of 1; absent where it was not known lately.',
    value: ({ decision }) => decision.wanted,
  },
  {
    name: 'agentops_queue_depth',
    type: 'gauge',
    help: 'What waits for the agent and what is worked on.',
    value: ({ facts }) => facts.depth,
  },
  {
    name: 'agentops_queue_oldest_seconds',
    type: 'gauge',
    help: 'How long the oldest that is ready waits.',
    value: ({ facts }) => (facts.oldestMs === null ? null : facts.oldestMs / 1000),
  },
  {
    name: 'agentops_queue_workers',
    type: 'gauge',
    help: 'Workers of the agent.',
    value: ({ workers }) => workers.count,
  },
];

/** The metrics of queues and workers, for `schema output metrics`. */
export const scaleMetrics: readonly Metric[] = metrics.map(({ name, type, help }) => ({ name, type, help }));

/** Queues and wanted workers in the text format of Prometheus. */
export const renderScaleMetrics = (views: readonly ScaleView[]): string =>
  renderMetrics(
    metrics.map((metric) => ({
      metric,
      samples: views.flatMap((view): readonly Sample[] => {
        const value = metric.value(view);
        return value === null ? [] : [{ labels: { agent: view.agent, queue: view.queue }, value }];
      }),
    })),
  );
