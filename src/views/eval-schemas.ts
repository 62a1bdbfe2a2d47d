import { z } from 'zod';
import { documentHead, fleetlessHead, instant } from './document-head.ts';

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const interval = z.tuple([z.number(), z.number()]).describe('95 %');
const verdict = z.enum(['pass', 'fail', 'inconclusive', 'no-verdict']);
const status = z.enum(['running', 'done', 'stopped', 'capped', 'broken']);

const spread = z.object({ mean: z.number(), mean_ci: interval.nullable(), p50: z.number(), p95: z.number(), values: count }).nullable();

const assertion = z.object({
  assertion: z.string().describe('The expectation in the words it was written in'),
  pass: z.boolean().nullable().describe('Null: could not be judged'),
  score: z.number().nullable(),
  saw: z.string().describe('Untrusted and masked'),
  message: z.string(),
  metric: z.string().nullable(),
  advisory: z.boolean().describe('Shown, and does not decide; the message says why'),
});

const example = z.object({
  trial: count,
  status: z.enum(['pass', 'fail', 'error']),
  outcome: z.string().nullable(),
  reason: z.string(),
  trace_id: z.string().nullable(),
  latency_ms: z.number().nullable(),
  assertions: z.array(assertion),
});

const run = z.object({
  ...documentHead,
  run_id: z.string(),
  suite: z.string(),
  agent: z.string(),
  against: z.string().nullable(),
  release: z.string().nullable(),
  status,
  shard: z.string().nullable().describe('i/n; null for a whole run'),
  started_at: instant,
  ended_at: instant.nullable(),
  verdict,
  reason: z.string(),
  pass_rate: share.nullable(),
  pass_rate_ci: interval.nullable(),
  k: count.describe('Planned repeats of a case'),
  pass_at_k: share.nullable(),
  pass_hat_k: share.nullable(),
  flake_rate: share.nullable(),
  detectable_drop: share.nullable().describe('The smallest drop of the pass rate that would have been found with a chance of 80 %'),
  baseline: z.object({ source: z.string(), runs: count }).nullable(),
  trials: z.object({ total: count, passes: count, fails: count, errors: count, extra: count }),
  latency_ms: spread,
  trial_cost_usd: spread,
  cost_usd: z.number(),
  judge_cost_usd: z.number(),
  unpriced_trials: count,
  took_ms: z.number(),
  cases: z.array(
    z.object({
      case: z.string(),
      trials: count,
      passes: count,
      errors: count,
      status: z.enum(['pass', 'fail', 'flaky', 'error']),
      example: example.nullable().describe('Its first trial that did not pass; null where none is kept'),
    }),
  ),
  regressions: z.array(
    z.object({
      case: z.string(),
      rule: z.enum(['critical', 'sharp', 'broad']),
      p_value: share.nullable(),
      before: share.nullable(),
      after: share,
    }),
  ),
  errors: z.array(z.object({ outcome: z.string().nullable(), count, reason: z.string() })),
  notes: z.array(z.string()),
  evidence: z.record(z.string(), z.unknown()).describe('Every number the verdict was derived from'),
});

const runs = z.object({
  ...documentHead,
  runs: z.array(
    z.object({
      run_id: z.string(),
      suite: z.string(),
      agent: z.string(),
      against: z.string().nullable(),
      shard: z.string().nullable(),
      status,
      stopped_because: z.string().nullable(),
      verdict: verdict.nullable(),
      started_at: instant,
      ended_at: instant.nullable(),
      accepted_at: instant.nullable(),
      release: z.string().nullable(),
      repeats: count,
      pass_rate: share.nullable(),
      cases: count,
      trials: count,
      errors: count,
      cost_usd: z.number(),
    }),
  ),
});

const accept = z.object({
  ...documentHead,
  run_id: z.string(),
  suite: z.string(),
  agent: z.string(),
  verdict: verdict.nullable().describe('What the run came to; null: it was not judged'),
  accepted_at: instant,
  cases: count,
  file: z.string().nullable(),
  runs_in_file: count.nullable(),
});

const remark = z.object({
  file: z.string(),
  line: count,
  column: count,
  path: z.string().describe('tests[3].assert[0]'),
  name: z.string().describe('What it is called: is-sql'),
  why: z.string(),
});

const imported = z.object({
  ...fleetlessHead,
  from: z.string().describe('The file that was read, absolute'),
  suite: z.string().describe('The suite that was written, absolute'),
  cases: count,
  assertions: count,
  left_out: z.array(remark),
  notes: z.array(remark).describe('Taken over, but not quite the same'),
});

const online = z.object({
  ...documentHead,
  dry_run: z.boolean(),
  rate: share,
  stopped: z.enum(['capped', 'judges-down', 'stopped']).nullable(),
  stopped_because: z.string().nullable(),
  judge_cost_usd: z.number(),
  judge_cost_today_usd: z.number().describe('Of the UTC day, by earlier runs too'),
  cap_usd_per_day: z.number().nullable(),
  agents: z.array(
    z.object({
      agent: z.string(),
      backend: z.string(),
      standard: z.string().describe('The suite whose defaults.expect every answer is held against'),
      from: instant,
      to: instant,
      rate: share.describe('The share that was drawn: --rate, unless a mitigation overrides it'),
      requests: count,
      drawn: count,
      graded: count,
      graded_before: count,
      unjudged: count.describe('To be tried again'),
      given_up: count,
      lost: count.describe('A run was killed while it graded them'),
      running: count,
      failed: count,
      without_text: count,
      trouble: z.string().nullable().describe('Why the first one could not be judged'),
      coverage: share.nullable().describe('Graded answers, now and before, by requests'),
      scores: z.array(z.object({ name: z.string(), count, mean: share })),
    }),
  ),
  posted: z
    .array(z.object({ backend: z.string(), answers: count, failed: count, trouble: z.string().nullable() }))
    .nullable()
    .describe('What was written back; null: it was not asked for'),
});

/** The documents of evals. */
export const evalSchemas = {
  'eval run': run,
  'eval merge': run,
  'eval compare': run,
  'eval explain': run,
  'eval runs': runs,
  'eval accept': accept,
  'eval import': imported,
  'eval online': online,
} as const;
