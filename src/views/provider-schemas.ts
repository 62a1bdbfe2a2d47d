import { z } from 'zod';
import { allowances } from '../agents/providers/rate-limits.ts';
import { documentHead, instant } from './document-head.ts';

const share = z.number().min(0).max(1);
const interval = z.tuple([share, share]).nullable().describe('95 %; null where nothing was seen');
const quantile = z
  .object({ value_ms: z.number().nullable(), low_ms: z.number().nullable(), high_ms: z.number().nullable() })
  .describe('Of calls that were answered, with its 95 % interval');

const figures = {
  requests: z.int().describe('Calls of models'),
  errors: z.int().describe('That failed by no fault of a guardrail or a tool'),
  error_rate: share.nullable(),
  error_rate_ci: interval,
  rate_limited: z.int(),
  rate_limited_ci: interval,
  timeouts: z.int(),
  stop_told_n: z.int().describe('Calls of which it is told why they stopped'),
  truncated: z.int().describe('Of those, the ones that were cut at a limit of tokens'),
  truncated_share: share.nullable(),
  truncated_ci: interval,
  latency_n: z.int().describe('Calls that latencies rest on'),
  latency_p50: quantile,
  latency_p95: quantile,
  ttft_n: z.int().describe('Calls of which the time to the first token is known'),
  ttft_p50: quantile,
  ttft_p95: quantile,
};

const allowance = z
  .object({
    limit: z.number().nullable(),
    remaining: z.number().nullable(),
    reset_ms: z.number().nullable().describe('Until it is whole again'),
  })
  .optional();

/** What a probe came to. */
export const probeShape = z.object({
  at: instant,
  model: z.string().nullable().describe('That was asked for'),
  outcome: z.string(),
  cause: z.string().nullable(),
  detail: z.string().describe('Untrusted and masked'),
  http_status: z.int().nullable(),
  latency_ms: z.number(),
  ttft_ms: z.number().nullable(),
  cost_usd: z.number().nullable(),
  cost_source: z.enum(['reported', 'manifest', 'list']).nullable(),
  answered_by: z.string().nullable().describe('The model that says it answered'),
  host: z.string().nullable(),
  vendor: z.string().nullable().describe('Who is behind the answer, by its headers or its host; null: not told'),
  gateway: z.string().nullable().describe('What passed the question on'),
  retry_after_ms: z.number().nullable(),
  rate_limits: z.object(Object.fromEntries(allowances.map((name) => [name, allowance]))).describe('What was left when it answered'),
  trace_id: z.string(),
});

const status = z.object({
  ...documentHead,
  window: z.object({ from: instant, to: instant }),
  synced_at: instant.nullable().describe('Up to when traces are known; null: none were read'),
  unnamed_calls: z.int().describe('Calls of which traces do not tell the provider'),
  providers: z
    .array(
      z.object({
        provider: z.string(),
        declared: z.boolean().describe('Whether providers: of the manifest has it'),
        state: z.enum(['up', 'degraded', 'out', 'unknown']),
        reasons: z.array(z.string()),
        ...figures,
        models: z.array(z.object({ model: z.string(), ...figures })),
        agents: z.array(
          z.object({
            agent: z.string(),
            dependence: z.enum(['calls', 'first', 'fallback']).describe('first: its chain begins there, and none of its calls was seen'),
            share: share.nullable().describe('Of its calls'),
            next: z.string().nullable().describe('The next link of its chain that is another provider'),
          }),
        ),
        last_probe: probeShape.nullable(),
      }),
    )
    .describe('Worst off first'),
});

const drill = z.object({
  ...documentHead,
  estimate_usd: z.number().describe('At most, of the questions that have a price'),
  unpriced_questions: z.int(),
  cost_usd: z.number().nullable().describe('As far as it was told'),
  chains: z.array(
    z.object({
      agent: z.string(),
      crosses: z.boolean().nullable().describe('Whether it leads to another provider, by who really answered; null: not told'),
      why: z.string(),
      links: z.array(
        z.object({
          hop: z.string(),
          provider: z.string(),
          verdict: z.enum(['answered', 'failed', 'unknown']).describe('unknown: our own side kept it from being asked'),
          not_asked: z.string().nullable(),
          probe: probeShape.nullable(),
        }),
      ),
    }),
  ),
});

/** The documents of `providers`. */
export const providerSchemas = { 'providers status': status, 'providers drill': drill } as const;
