import { prometheusLabel } from './escape.ts';

/** What a metric is: the same words in the exposition and in its documentation. */
export interface Metric {
  readonly name: string;
  /** `summary`: quantiles of a window, without its sum and count. */
  readonly type: 'gauge' | 'counter' | 'summary';
  readonly help: string;
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Null: nothing is known, so no sample is written. */
  readonly value: number | null;
}

const numberOf = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
};

const sampleOf = (name: string, { labels, value }: Sample): readonly string[] => {
  if (value === null) return [];
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${prometheusLabel(text)}"`);
  return [`${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberOf(value)}`];
};

/** Text exposition format 0.0.4. A metric without a sample is left out. */
export const renderMetrics = (families: readonly { readonly metric: Metric; readonly samples: readonly Sample[] }[]): string =>
  families
    .map(({ metric, samples }) => ({ metric, lines: samples.flatMap((sample) => sampleOf(metric.name, sample)) }))
    .filter(({ lines }) => lines.length > 0)
    .flatMap(({ metric, lines }) => [
      `# HELP ${metric.name} ${metric.help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}`,
      `# TYPE ${metric.name} ${metric.type}`,
      ...lines,
    ])
    .map((line) => `${line}\n`)
    .join('');
