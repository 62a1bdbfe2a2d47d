import type { Tone } from '../ground/output/look.ts';
import { grouped, toUsd } from '../ground/units/amount.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { Figures } from '../telemetry/stats/figures.ts';
import { missing, moneyOrMissing, shareOrMissing } from './words.ts';

const usd = (nanos: number | null): number | null => (nanos === null ? null : toUsd(nanos));
const ms = (us: number | null): number | null => (us === null ? null : Math.round(us) / 1000);
const rounded = (value: number | null, digits: number): number | null => (value === null ? null : Number(value.toFixed(digits)));

/** The ROW of every document that shows figures. */
export const figuresJson = (figures: Figures) => ({
  requests: figures.requests,
  errors: figures.errors,
  error_rate: figures.errorRate,
  latency_p50_ms: ms(figures.latencyP50Us),
  latency_p95_ms: ms(figures.latencyP95Us),
  latency_p99_ms: ms(figures.latencyP99Us),
  ttft_p95_ms: ms(figures.ttftP95Us),
  cost_usd: usd(figures.costNanos),
  cost_per_request_usd: usd(rounded(figures.costPerRequestNanos, 0)),
  cost_vs_baseline: rounded(figures.costVsBaseline, 4),
  probe_cost_usd: toUsd(figures.probeCostNanos),
  quality: figures.quality,
  pass_share: figures.passShare,
  steps_avg: figures.stepsAvg,
  steps_max: figures.stepsMax,
  input_tokens: figures.inputTokens,
  cached_tokens: figures.cachedTokens,
  output_tokens: figures.outputTokens,
  output_tokens_per_success: figures.outputTokensPerSuccess,
});

/** `1.2 s` of microseconds. */
export const latencyOf = (us: number | null): string => (us === null ? missing : humanDuration(us / 1000));

/** `12,340` up to a hundred thousand, then `1.2M`. */
export const countOf = (count: number | null): string => {
  if (count === null) return missing;
  if (count < 100_000) return grouped(count);
  const [size, unit] = count < 999_500 ? [1e3, 'k'] : count < 999_500_000 ? [1e6, 'M'] : [1e9, 'G'];
  return `${(count / size).toFixed(count / size < 100 ? 1 : 0)}${unit}`;
};

const decimal = (value: number | null, digits: number): string => (value === null ? missing : value.toFixed(digits));

/** How far a cost may stand above its baseline before it is worth a look, and before it is worth a word. */
const [dearer, muchDearer] = [1.2, 1.5];

/** One figure as a column: what it is called by `--columns` and `--sort`, and how it is shown. */
export interface FigureColumn {
  readonly name: string;
  readonly title: string;
  /** What documents call it. */
  readonly key: keyof ReturnType<typeof figuresJson>;
  value(figures: Figures): number | null;
  /** Writes one value of it. */
  write(value: number | null): string;
  tone?(figures: Figures): Tone;
}

const ratioOf = (value: number | null): string => {
  if (value === null) return missing;
  return value > 0 && value < 0.01 ? '<0.01x' : `${value.toFixed(value < 10 ? 2 : 0)}x`;
};

/** Every figure that can be shown, in the order of a wide table. */
export const figureColumns: readonly FigureColumn[] = [
  { name: 'requests', title: 'REQS', key: 'requests', value: (f) => f.requests, write: countOf },
  { name: 'errors', title: 'ERRORS', key: 'errors', value: (f) => f.errors, write: countOf },
  { name: 'error-rate', title: 'ERR', key: 'error_rate', value: (f) => f.errorRate, write: shareOrMissing },
  { name: 'p50', title: 'P50', key: 'latency_p50_ms', value: (f) => f.latencyP50Us, write: latencyOf },
  { name: 'p95', title: 'P95', key: 'latency_p95_ms', value: (f) => f.latencyP95Us, write: latencyOf },
  { name: 'p99', title: 'P99', key: 'latency_p99_ms', value: (f) => f.latencyP99Us, write: latencyOf },
  { name: 'ttft', title: 'TTFT', key: 'ttft_p95_ms', value: (f) => f.ttftP95Us, write: latencyOf },
  { name: 'cost', title: 'COST', key: 'cost_usd', value: (f) => f.costNanos, write: moneyOrMissing },
  { name: 'per-request', title: '$/REQ', key: 'cost_per_request_usd', value: (f) => f.costPerRequestNanos, write: moneyOrMissing },
  {
    name: 'baseline',
    title: 'VS 7D',
    key: 'cost_vs_baseline',
    value: (f) => f.costVsBaseline,
    write: ratioOf,
    tone: ({ costVsBaseline }) =>
      costVsBaseline === null || costVsBaseline < dearer ? 'plain' : costVsBaseline < muchDearer ? 'warn' : 'bad',
  },
  { name: 'quality', title: 'QUAL', key: 'quality', value: (f) => f.quality, write: (value) => decimal(value, 2) },
  { name: 'pass', title: 'PASS', key: 'pass_share', value: (f) => f.passShare, write: shareOrMissing },
  { name: 'steps', title: 'STEPS', key: 'steps_avg', value: (f) => f.stepsAvg, write: (value) => decimal(value, 1) },
  { name: 'steps-max', title: 'DEEPEST', key: 'steps_max', value: (f) => f.stepsMax, write: countOf },
  { name: 'input', title: 'TOKENS IN', key: 'input_tokens', value: (f) => f.inputTokens, write: countOf },
  { name: 'cached', title: 'CACHED', key: 'cached_tokens', value: (f) => f.cachedTokens, write: countOf },
  { name: 'output', title: 'TOKENS OUT', key: 'output_tokens', value: (f) => f.outputTokens, write: countOf },
  { name: 'per-success', title: 'OUT/SUCCESS', key: 'output_tokens_per_success', value: (f) => f.outputTokensPerSuccess, write: countOf },
  { name: 'probes', title: 'PROBES', key: 'probe_cost_usd', value: (f) => f.probeCostNanos, write: moneyOrMissing },
];

/** A figure of a row as text. */
export const writtenFigure = (column: FigureColumn, figures: Figures): string => column.write(column.value(figures));
