import { z } from 'zod';
import { groupings } from '../telemetry/stats/grouping.ts';
import { documentHead, instant } from './document-head.ts';
import { freezeShape } from './freeze-shape.ts';

const share = z.number().min(0).max(1);
const usd = z.number();

/** The window, freshness and coverage of every document with figures. */
export const figureHead = {
  window: z.object({ from: instant, to: instant }).describe('What was really counted; wider than asked for where finer figures are gone'),
  freshness_s: z
    .number()
    .nullable()
    .describe(
      'Seconds since the source that is longest behind was read, or since spans were last sent where none is read; null: nothing ever came, or a source never answered',
    ),
  never_synced: z.array(z.string()).describe('Sources that were asked and never answered'),
  priced_share: share.nullable().describe('Share of the spans with usage whose cost is known'),
  pending_buckets: z.int().describe('Quarter-hours that changed and are not counted yet'),
};

const grouping = z.enum(groupings);
const basis = z.enum(['rollups', 'scan', 'both']).describe('scan: counted span by span, because no rollup has this grouping and filter');
const filter = z.array(z.string()).describe('key=value');

/** A ROW of figures. */
export const row = {
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
  quality: z.number().nullable().describe('By score: the mean'),
  pass_share: share.nullable().describe('By score, where all are from 0 to 1: the share of at least 0.5'),
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
  rows_left_out: z.int().describe('By --top; they are in the totals'),
  totals: z.object(row),
  freezes: z.array(freezeShape).describe('Those in force that concern what is shown; none unless the rows are agents'),
  journal_trouble: z.string().nullable().describe("Why states and freezes are not known: the team's journal is out of reach"),
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

const spendRow = z.object({
  agent: z.string().optional().describe('Of these keys the one that spend is grouped by'),
  model: z.string().optional(),
  provider: z.string().optional(),
  user: z.string().optional(),
  task: z.string().optional(),
  env: z.string().optional(),
  release: z.string().optional(),
  prompt_version: z.string().optional(),
  error: z.string().optional(),
  tool: z.string().optional(),
  caller: z.string().optional(),
  bucket_start: instant,
  cost_usd: usd.nullable().describe('Null: no cost is known'),
  cost_nanos: z.int().nullable().describe('Billionths of a dollar: exact'),
  requests: z.int().describe('By model, provider and tool: calls'),
  input_tokens: z.int(),
  cached_tokens: z.int(),
  output_tokens: z.int(),
});

const cost = z.object({
  ...documentHead,
  ...figureHead,
  group_by: grouping,
  bucket: z.enum(['hour', 'day', 'week']),
  filter,
  basis,
  total_usd: usd,
  total_nanos: z.int().describe('Exactly the sum of the rows'),
  before_usd: usd.describe('Of the window of the same length before'),
  unpriced_spans: z.int().describe('Spans with usage whose cost is not known; they are in no sum'),
  month: z.object({
    spent_usd: usd.describe('Since the month began in UTC'),
    forecast_usd: usd.nullable().describe('Of the whole month; null: fewer than three whole days are known'),
    forecast_low_usd: usd.nullable(),
    forecast_high_usd: usd.nullable(),
  }),
  budgets: z.array(
    z.object({
      of: z.string().describe('fleet, or an agent'),
      per: z.enum(['hour', 'day', 'month']),
      limit_usd: usd,
      spent_usd: usd,
      used: z.number().describe('1 is all of it'),
    }),
  ),
  rows: z.array(spendRow),
});

const unpriced = z.object({
  ...documentHead,
  ...figureHead,
  models: z.array(
    z.object({
      model: z.string(),
      calls: z.int(),
      priced_calls: z.int(),
      unpriced_calls: z.int(),
      input_tokens: z.int().describe('Of all its calls'),
      output_tokens: z.int(),
    }),
  ),
});

const trendDocument = z.object({
  ...documentHead,
  ...figureHead,
  metric: z.string().describe('Named as in status'),
  bucket: z.enum(['quarter', 'hour', 'day', 'week']),
  filter,
  basis,
  whole: z.number().nullable().describe('Of the whole window'),
  points: z
    .array(z.object({ bucket_start: instant, value: z.number().nullable(), requests: z.int() }))
    .describe('Oldest first, none left out'),
  marks: z.array(
    z.object({
      at: instant,
      agent: z.string(),
      release: z.string(),
      note: z.string(),
      source: z.enum(['told', 'seen']).describe('seen: noticed in spans'),
    }),
  ),
  incidents: z
    .array(z.object({ id: z.string(), title: z.string(), agent: z.string().nullable(), started: instant, resolved: instant.nullable() }))
    .describe('That began in the window, oldest first'),
});

const side = z.object({
  label: z.string(),
  window: z.object({ from: instant, to: instant }),
  filter,
  n: z.int(),
  errors: z.int(),
});

const compare = z.object({
  ...documentHead,
  freshness_s: z.number().nullable(),
  unit: z.enum(['request', 'call']).describe('What is counted and averaged'),
  a: side,
  b: side,
  verdict: z.string().describe('A sentence'),
  metrics: z.array(
    z.object({
      metric: z.string(),
      a: z.number().nullable(),
      b: z.number().nullable(),
      kind: z.enum(['ratio', 'difference']).describe('Whether change is b / a or b - a'),
      change: z.number().nullable(),
      low: z.number().nullable().describe('95 % interval of the change'),
      high: z.number().nullable(),
      verdict: z.enum(['better', 'worse', 'same', 'unknown']).describe('Of b'),
    }),
  ),
});

/** The documents of the commands that show figures. */
export const figureSchemas = { status, cost, unpriced, trend: trendDocument, compare } as const;
