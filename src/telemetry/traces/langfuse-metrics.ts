import { dig, digArray, digString, isObject, type Json, type JsonObject } from '../../ground/json.ts';
import { dollars, milliseconds, short, tokens } from './attribute-values.ts';
import { isLangfuseOwn } from './langfuse-rows.ts';
import type { Aggregate, TimeWindow } from './port.ts';
import { instantAt, readAt } from './row-values.ts';

export const hourUs = 3_600_000_000;
export const dayUs = 24 * hourUs;

/** Rows of one answer at most; there is no next page, and no word where rows were left out. */
export const mostMetricRows = 1000;

/** One question of the metrics API, and how its rows are read. The generations share the grammar, not the views. */
export interface MetricsQuestion {
  readonly path: '/v2/metrics' | '/metrics';
  readonly query: JsonObject;
  read(row: Json): Aggregate | null;
}

const measured = (measure: string, ...aggregations: readonly string[]) => aggregations.map((aggregation) => ({ measure, aggregation }));
const counted = measured('count', 'count');
const latency = measured('latency', 'p50', 'p95', 'p99');
const used = ['inputTokens', 'outputTokens', 'totalCost'].flatMap((measure) => measured(measure, 'sum'));
const by = (...fields: readonly string[]) => fields.map((field) => ({ field }));

const hourly = ({ fromUs, toUs }: TimeWindow): JsonObject => ({
  timeDimension: { granularity: 'hour' },
  fromTimestamp: new Date(fromUs / 1000).toISOString(),
  toTimestamp: new Date(toUs / 1000).toISOString(),
  config: { row_limit: mostMetricRows },
});

/**
 * v4 has no traces: a request is a root observation, and it failed where that has the level ERROR. Counts and use are split by all they
 * are counted over; quantiles cannot be merged, and are asked for apart.
 */
const newQuestions = (window: TimeWindow): readonly [MetricsQuestion, MetricsQuestion] => [
  {
    path: '/v2/metrics',
    query: {
      view: 'observations',
      metrics: [...counted, ...latency],
      dimensions: by('traceName', 'environment'),
      filters: [{ column: 'isRootObservation', operator: '=', value: true, type: 'boolean' }],
      ...hourly(window),
    },
    read: (row) => quantiles(row, 'traceName', 0),
  },
  {
    path: '/v2/metrics',
    query: {
      view: 'observations',
      metrics: [...counted, ...used],
      dimensions: by('traceName', 'environment', 'providedModelName', 'level', 'isRootObservation'),
      ...hourly(window),
    },
    read: (row) => {
      const requests = isTrue(dig(row, 'isRootObservation')) ? countOf(row) : 0;
      return use(row, requests, digString(row, 'level') === 'ERROR' ? requests : 0);
    },
  },
];

/** v3 counts traces. They have no level, so that nothing tells which of them failed. */
const oldQuestions = (window: TimeWindow): readonly [MetricsQuestion, MetricsQuestion] => [
  {
    path: '/metrics',
    query: { view: 'traces', metrics: [...counted, ...latency], dimensions: by('name', 'environment'), filters: [], ...hourly(window) },
    read: (row) => quantiles(row, 'name', countOf(row)),
  },
  {
    path: '/metrics',
    query: {
      view: 'observations',
      metrics: [...counted, ...used],
      dimensions: by('traceName', 'environment', 'providedModelName'),
      filters: [],
      ...hourly(window),
    },
    read: (row) => use(row, 0, null),
  },
];

/** The questions whose answers together are the figures of a window of whole hours. */
export const metricsQuestions = (path: MetricsQuestion['path'], window: TimeWindow): readonly [MetricsQuestion, MetricsQuestion] =>
  path === '/v2/metrics' ? newQuestions(window) : oldQuestions(window);

/** Sums are text, averages and costs are numbers; both are read. */
const countOf = (row: Json): number => readAt(tokens, row, 'count_count') ?? 0;

/** Never recorded in an answer: JSON's own spelling, and ClickHouse's. */
const isTrue = (value: unknown): boolean => value === true || value === 1 || value === '1' || value === 'true';

/** What both kinds of rows have; null for the rows that only fill gaps in time, and for what Langfuse does for itself. */
const cell = (row: Json, nameKey: string): Pick<Aggregate, 'bucketUs' | 'widthUs' | 'labels'> | null => {
  const bucketUs = instantAt(row, 'time_dimension');
  const environment = readAt(short, row, 'environment');
  if (bucketUs === null || countOf(row) === 0 || isLangfuseOwn(environment)) return null;
  const traceName = readAt(short, row, nameKey);
  const labels = { ...(traceName === null ? {} : { trace_name: traceName }), ...(environment === null ? {} : { environment }) };
  return { bucketUs, widthUs: hourUs, labels };
};

const noFigures = {
  model: null,
  errors: null,
  inputTokens: null,
  outputTokens: null,
  costNanos: null,
  latencyP50Us: null,
  latencyP95Us: null,
  latencyP99Us: null,
};

/** Latency, which the metrics endpoints tell in milliseconds although rows tell it in seconds. */
const quantiles = (row: Json, nameKey: string, requests: number): Aggregate | null => {
  const at = cell(row, nameKey);
  if (at === null) return null;
  return {
    ...noFigures,
    ...at,
    requests,
    latencyP50Us: readAt(milliseconds, row, 'p50_latency'),
    latencyP95Us: readAt(milliseconds, row, 'p95_latency'),
    latencyP99Us: readAt(milliseconds, row, 'p99_latency'),
  };
};

const use = (row: Json, requests: number, errors: number | null): Aggregate | null => {
  const at = cell(row, 'traceName');
  if (at === null) return null;
  return {
    ...noFigures,
    ...at,
    model: readAt(short, row, 'providedModelName'),
    requests,
    errors,
    ...useOf(row, 'sum_inputTokens', 'sum_outputTokens', 'sum_totalCost'),
  };
};

/** A cost of 0 for tokens that were used means that Langfuse has no price. */
const useOf = (row: Json, inputKey: string, outputKey: string, costKey: string) => {
  const inputTokens = readAt(tokens, row, inputKey);
  const outputTokens = readAt(tokens, row, outputKey);
  const costNanos = readAt(dollars, row, costKey);
  const isUnpriced = costNanos === 0 && (inputTokens ?? 0) + (outputTokens ?? 0) > 0;
  return { inputTokens, outputTokens, costNanos: isUnpriced ? null : costNanos };
};

/** One day of the endpoint that servers of v2 have instead of metrics: UTC days, all agents together, split by model. */
export const dailyAggregates = (day: Json): readonly Aggregate[] => {
  const bucketUs = instantAt({ at: `${digString(day, 'date')?.slice(0, 10)}T00:00:00Z` }, 'at');
  if (bucketUs === null) return [];
  const at = { bucketUs, widthUs: dayUs, labels: {} };
  const models = digArray(day, 'usage').filter(isObject);
  return [
    { ...noFigures, ...at, requests: readAt(tokens, day, 'countTraces') ?? 0 },
    ...models.map((row) => ({
      ...noFigures,
      ...at,
      model: readAt(short, row, 'model'),
      requests: 0,
      ...useOf(row, 'inputUsage', 'outputUsage', 'totalCost'),
    })),
  ];
};
