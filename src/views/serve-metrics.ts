import { type Metric, renderMetrics, type Sample } from '../ground/output/prometheus.ts';

/** What was received since the start of `agentops serve`. */
export interface Tally {
  readonly requests: number;
  /** Requests by the status they were answered with. */
  readonly answers: Readonly<Record<string, number>>;
  /** Spans that were new or newer than known. */
  readonly spans: number;
  readonly scores: number;
  /** Spans and log records left out. */
  readonly rejected: number;
  readonly beats: number;
  /** Requests that wait to be stored. */
  readonly waiting: number;
}

interface TallyMetric extends Metric {
  samples(tally: Tally): readonly Sample[];
}

const one = (value: number): readonly Sample[] => [{ labels: {}, value }];

const tallyMetrics: readonly TallyMetric[] = [
  {
    name: 'agentops_receiver_requests_total',
    type: 'counter',
    help: 'Requests answered since the start, by HTTP status.',
    samples: ({ answers }) => Object.entries(answers).map(([status, value]) => ({ labels: { status }, value })),
  },
  {
    name: 'agentops_receiver_spans_total',
    type: 'counter',
    help: 'Spans received that were new or newer than known.',
    samples: ({ spans }) => one(spans),
  },
  {
    name: 'agentops_receiver_scores_total',
    type: 'counter',
    help: 'Scores received that were new or newer than known.',
    samples: ({ scores }) => one(scores),
  },
  {
    name: 'agentops_receiver_rejected_spans_total',
    type: 'counter',
    help: 'Spans and log records of accepted requests that were left out.',
    samples: ({ rejected }) => one(rejected),
  },
  {
    name: 'agentops_receiver_beats_total',
    type: 'counter',
    help: 'Heartbeats received.',
    samples: ({ beats }) => one(beats),
  },
  {
    name: 'agentops_receiver_waiting_requests',
    type: 'gauge',
    help: 'Requests that wait to be stored.',
    samples: ({ waiting }) => one(waiting),
  },
];

/** The metrics of the receiver itself, for `schema output metrics`. */
export const receiverMetrics: readonly Metric[] = tallyMetrics.map(({ name, type, help }) => ({ name, type, help }));

export const renderReceiverMetrics = (tally: Tally): string =>
  renderMetrics(tallyMetrics.map((metric) => ({ metric, samples: metric.samples(tally) })));
