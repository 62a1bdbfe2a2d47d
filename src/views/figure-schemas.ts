import { z } from 'zod';
import { documentHead, instant } from './document-head.ts';

const share = z.number().min(0).max(1);
const usd = z.number();

/** The window, freshness and coverage of every document with figures. */
const figureHead = {
  window: z.object({ from: instant, to: instant }).describe('What was really counted; wider than asked for where finer figures are gone'),
  freshness_s: z.number().nullable().describe('Seconds since the source that is longest behind was read; null: none ever was'),
  priced_share: share.nullable().describe('Share of the spans with usage whose cost is known'),
  pending_buckets: z.int().describe('Quarter-hours that changed and are not counted yet'),
};

const grouping = z.enum([
  'agent',
  'model',
  'provider',
  'user',
  'task',
  'env',
  'release',
  'prompt-version',
  'error',
  'tool',
  'score',
  'caller',
]);
const basis = z.enum(['rollups', 'scan', 'both']).describe('scan: counted span by span, because no rollup has this grouping and filter');
const filter = z.array(z.string()).describe('key=value');

const row = {
  requests: z.int().describe('By model, provider and tool: calls; by score: scores'),
  errors: z.int().nullable(),
  error_rate: share.nullable(),
  latency_p50_ms: z.number().nullable(),
  latency_p95_ms: z.number().nullable(),
  latency_p99_ms: z.number().nullable(),
  ttft_p95_ms: z.number().nullable(),
  cost_usd: usd.nullable(),
  cost_per_request_usd: usd.nullable(),
  cost_vs_baseline: z.number().nullable().describe('Cost per request as a multiple of that of the seven days before the window'),
  probe_cost_usd: usd.describe('Of our own checks, which count nowhere else'),
  quality: z.number().nullable(),
  steps_avg: z.number().nullable(),
  steps_max: z.int().nullable(),
  input_tokens: z.int().nullable(),
  cached_tokens: z.int().nullable(),
  output_tokens: z.int().nullable(),
  output_tokens_per_success: z.number().nullable(),
};
const trend = { cost_trend_usd: z.array(usd).describe('Cost of each bucket, oldest first') };

const status = z.object({
  ...documentHead,
  ...figureHead,
  group_by: grouping,
  filter,
  basis,
  trend_bucket: z.enum(['hour', 'day']),
  totals: z.object(row),
  agents: z
    .array(
      z.object({
        agent: z.string().describe('Also "(unmatched)": requests that no agent claims'),
        state: z.enum(['red', 'unknown', 'yellow', 'green']).nullable().describe('Null unless it is an agent of the manifest'),
        since: instant.nullable(),
        reasons: z.array(z.string()),
        tier: z.int().nullable(),
        suppressed_by: z.string().nullable(),
        in_maintenance: z.boolean(),
        ...row,
        ...trend,
      }),
    )
    .optional()
    .describe('Where figures are grouped by agent'),
  rows: z
    .array(z.object({ key: z.string(), ...row, ...trend }))
    .optional()
    .describe('Where they are grouped by another key'),
});

/** The documents of the commands that show figures. */
export const figureSchemas = { status } as const;
