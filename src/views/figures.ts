import type { Tone } from '../ground/output/look.ts';
import { toUsd } from '../ground/units/amount.ts';
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
  if (count < 100_000) return Math.round(count).toLocaleString('en-US');
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
  value(figures: Figures): number | null;
  text(figures: Figures): string;
  tone?(figures: Figures): Tone;
}

/** Every figure that can be shown, in the order of a wide table. */
export const figureColumns: readonly FigureColumn[] = [
  { name: 'requests', title: 'REQS', value: (f) => f.requests, text: (f) => countOf(f.requests) },
  { name: 'errors', title: 'ERRORS', value: (f) => f.errors, text: (f) => countOf(f.errors) },
  { name: 'error-rate', title: 'ERR', value: (f) => f.errorRate, text: (f) => shareOrMissing(f.errorRate) },
  { name: 'p50', title: 'P50', value: (f) => f.latencyP50Us, text: (f) => latencyOf(f.latencyP50Us) },
  { name: 'p95', title: 'P95', value: (f) => f.latencyP95Us, text: (f) => latencyOf(f.latencyP95Us) },
  { name: 'p99', title: 'P99', value: (f) => f.latencyP99Us, text: (f) => latencyOf(f.latencyP99Us) },
  { name: 'ttft', title: 'TTFT', value: (f) => f.ttftP95Us, text: (f) => latencyOf(f.ttftP95Us) },
  { name: 'cost', title: 'COST', value: (f) => f.costNanos, text: (f) => moneyOrMissing(f.costNanos) },
  { name: 'per-request', title: '$/REQ', value: (f) => f.costPerRequestNanos, text: (f) => moneyOrMissing(f.costPerRequestNanos) },
  {
    name: 'baseline',
    title: 'VS 7D',
    value: (f) => f.costVsBaseline,
    text: (f) => (f.costVsBaseline === null ? missing : `${f.costVsBaseline.toFixed(f.costVsBaseline < 10 ? 2 : 0)}x`),
    tone: ({ costVsBaseline }) =>
      costVsBaseline === null || costVsBaseline < dearer ? 'plain' : costVsBaseline < muchDearer ? 'warn' : 'bad',
  },
  { name: 'quality', title: 'QUAL', value: (f) => f.quality, text: (f) => decimal(f.quality, 2) },
  { name: 'steps', title: 'STEPS', value: (f) => f.stepsAvg, text: (f) => decimal(f.stepsAvg, 1) },
  { name: 'steps-max', title: 'DEEPEST', value: (f) => f.stepsMax, text: (f) => countOf(f.stepsMax) },
  { name: 'input', title: 'TOKENS IN', value: (f) => f.inputTokens, text: (f) => countOf(f.inputTokens) },
  { name: 'cached', title: 'CACHED', value: (f) => f.cachedTokens, text: (f) => countOf(f.cachedTokens) },
  { name: 'output', title: 'TOKENS OUT', value: (f) => f.outputTokens, text: (f) => countOf(f.outputTokens) },
  {
    name: 'per-success',
    title: 'OUT/SUCCESS',
    value: (f) => f.outputTokensPerSuccess,
    text: (f) => countOf(f.outputTokensPerSuccess),
  },
  { name: 'probes', title: 'PROBES', value: (f) => f.probeCostNanos, text: (f) => moneyOrMissing(f.probeCostNanos) },
];
