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

/** Nothing in it has to be escaped: nearly all labels are names, and a page has tens of thousands of them. */
const isPlain = (text: string): boolean => /^[\w .:/@-]{0,256}$/.test(text);

const lineOf = (name: string, labels: Sample['labels'], value: number): string => {
  let pairs = '';
  for (const label in labels) {
    const text = labels[label] ?? '';
    pairs += `${pairs === '' ? '' : ','}${label}="${isPlain(text) ? text : prometheusLabel(text)}"`;
  }
  return `${name}${pairs === '' ? '' : `{${pairs}}`} ${numberOf(value)}\n`;
};

/** Text exposition format 0.0.4. A metric without a sample is left out. */
export const renderMetrics = (families: readonly { readonly metric: Metric; readonly samples: readonly Sample[] }[]): string => {
  let text = '';
  for (const { metric, samples } of families) {
    const { name, type, help } = metric;
    let lines = '';
    for (const { labels, value } of samples) if (value !== null) lines += lineOf(name, labels, value);
    if (lines !== '') text += `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n# TYPE ${name} ${type}\n${lines}`;
  }
  return text;
};
