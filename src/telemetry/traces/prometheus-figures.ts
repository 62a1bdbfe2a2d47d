import { dig, digArray, isObject, type Json } from '../../ground/json.ts';
import type { Aggregate } from './port.ts';

/** PromQL for each figure; null: not asked for. `$selector`, `$by`, `$window` and `$quantile` stand for what the manifest says. */
export interface FigureQueries {
  readonly requests: string;
  readonly errors: string | null;
  readonly input_tokens: string | null;
  readonly output_tokens: string | null;
  /** Dollars. */
  readonly cost: string | null;
  /** Seconds, at `$quantile`. */
  readonly latency: string | null;
}

/**
 * OpenTelemetry's metrics of GenAI clients as they arrive in Prometheus (dots to `_`, unit and `_total` behind). Source: semantic conventions
 * 1.41; they know no cost. A trailing comma in a selector is PromQL.
 */
export const defaultQueries: FigureQueries = {
  requests: 'sum by ($by) (increase(gen_ai_client_operation_duration_seconds_count{$selector}[$window]))',
  errors: 'sum by ($by) (increase(gen_ai_client_operation_duration_seconds_count{error_type!="",$selector}[$window]))',
  input_tokens: 'sum by ($by) (increase(gen_ai_client_token_usage_sum{gen_ai_token_type="input",$selector}[$window]))',
  output_tokens: 'sum by ($by) (increase(gen_ai_client_token_usage_sum{gen_ai_token_type="output",$selector}[$window]))',
  cost: null,
  latency: 'histogram_quantile($quantile, sum by (le,$by) (increase(gen_ai_client_operation_duration_seconds_bucket{$selector}[$window])))',
};

export interface Substitutions {
  /** Label matchers, without braces. */
  readonly selector: string;
  readonly by: readonly string[];
  readonly windowMs: number;
  readonly quantile?: number;
}

/** A query with its words filled in. Label names that older servers do not know are quoted, as Prometheus 3 wants them. */
export const promQl = (query: string, { selector, by, windowMs, quantile }: Substitutions): string => {
  const names = by.map((name) => (/^[a-zA-Z_]\w*$/.test(name) ? name : JSON.stringify(name)));
  const words: Readonly<Record<string, string>> = {
    selector,
    by: names.join(','),
    window: `${windowMs}ms`,
    quantile: String(quantile ?? ''),
  };
  return query.replace(/\$(selector|by|window|quantile)\b/g, (_, word: string) => words[word] ?? '');
};

/** One value of one series. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** UTC epoch seconds. */
  readonly at: number;
  /** Never NaN or infinite: those say that there was nothing to compute from. */
  readonly value: number;
}

/** The samples of an answer to a range query; null where it is no such answer. Source: Prometheus' HTTP API. */
export const samplesOf = (answer: Json): readonly Sample[] | null => {
  if (dig(answer, 'status') !== 'success' || dig(answer, 'data', 'resultType') !== 'matrix') return null;
  return digArray(answer, 'data', 'result').flatMap((series) => {
    const metric = dig(series, 'metric');
    const labels = Object.fromEntries(
      isObject(metric) ? Object.entries(metric).filter((pair): pair is [string, string] => typeof pair[1] === 'string') : [],
    );
    return digArray(series, 'values').flatMap((pair): Sample[] => {
      const [at, told] = Array.isArray(pair) ? pair : [];
      const value = typeof told === 'string' ? Number.parseFloat(told) : Number.NaN;
      return typeof at === 'number' && Number.isFinite(value) ? [{ labels, at, value }] : [];
    });
  });
};

/** What one figure is called among the samples of a window. */
export type CountName = 'requests' | 'errors' | 'input_tokens' | 'output_tokens' | 'cost';
export type QuantileName = 'p50' | 'p95' | 'p99';
export type FigureSamples = Readonly<Partial<Record<CountName | QuantileName, readonly Sample[]>>>;

export interface FigureLayout {
  /** Name in `traces.match` → label of the series. */
  readonly labels: Readonly<Record<string, string>>;
  readonly modelLabel: string;
  readonly widthUs: number;
}

/**
 * Samples as rows: counts by labels and model, quantiles by labels alone and on rows of their own, because quantiles cannot be added up.
 * A sample at the end of a bucket tells of that bucket. Counts are estimates (PromQL's `increase` reaches to the edges of the bucket), rounded.
 */
export const aggregatesOf = (samples: FigureSamples, layout: FigureLayout): readonly Aggregate[] => {
  const told = new Map<string, { base: Aggregate; values: Partial<Record<CountName | QuantileName, number>> }>();
  for (const [name, list] of Object.entries(samples) as [CountName | QuantileName, readonly Sample[]][]) {
    for (const sample of list) {
      const base = rowOf(sample, layout, isQuantile(name));
      const key = JSON.stringify([isQuantile(name), base.bucketUs, base.model, base.labels]);
      const row = told.get(key) ?? { base, values: {} };
      told.set(key, { ...row, values: { ...row.values, [name]: sample.value } });
    }
  }
  const count = (name: CountName, value: number | undefined, perUnit = 1) =>
    samples[name] === undefined ? null : Math.max(0, Math.round((value ?? 0) * perUnit));
  return [...told.values()].flatMap(({ base, values }): Aggregate[] => {
    if (Object.values(values).every((value) => value === 0)) return [];
    const micros = (seconds: number | undefined) => (seconds === undefined ? null : Math.round(seconds * 1e6));
    const isLatency = Object.keys(values).some(isQuantile);
    if (isLatency)
      return [{ ...base, latencyP50Us: micros(values.p50), latencyP95Us: micros(values.p95), latencyP99Us: micros(values.p99) }];
    return [
      {
        ...base,
        requests: count('requests', values.requests) ?? 0,
        errors: count('errors', values.errors),
        inputTokens: count('input_tokens', values.input_tokens),
        outputTokens: count('output_tokens', values.output_tokens),
        costNanos: count('cost', values.cost, 1e9),
      },
    ];
  });
};

const isQuantile = (name: string): boolean => /^p\d+$/.test(name);

const rowOf = ({ labels, at }: Sample, { labels: wanted, modelLabel, widthUs }: FigureLayout, withoutModel: boolean): Aggregate => {
  const pairs = Object.entries(wanted).flatMap(([name, label]) => (labels[label] ? [[name, labels[label]] as const] : []));
  return {
    bucketUs: Math.round(at * 1e6) - widthUs,
    widthUs,
    labels: Object.fromEntries(pairs),
    model: withoutModel ? null : labels[modelLabel] || null,
    requests: 0,
    errors: null,
    inputTokens: null,
    outputTokens: null,
    costNanos: null,
    latencyP50Us: null,
    latencyP95Us: null,
    latencyP99Us: null,
  };
};
