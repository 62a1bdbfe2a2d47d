import { z } from 'zod';
import { adviceSchemas } from './advice-schemas.ts';
import { alertSchemas } from './alert-schemas.ts';
import { auditSchemas } from './audit-schemas.ts';
import { budgetSchemas } from './budget-schemas.ts';
import { documentHead, instant } from './document-head.ts';
import { evalSchemas } from './eval-schemas.ts';
import { exportSchemas } from './export-schemas.ts';
import { figureSchemas } from './figure-schemas.ts';
import { incidentSchemas } from './incident-schemas.ts';
import { intakeSchemas } from './intake-schemas.ts';
import { judgeSchemas } from './judge-schemas.ts';
import { planSchemas } from './plan-schemas.ts';
import { policySchemas } from './policy-schemas.ts';
import { providerSchemas } from './provider-schemas.ts';
import { reportSchemas } from './report-schemas.ts';
import { responseSchemas } from './response-schemas.ts';
import { routeSchemas } from './route-schemas.ts';
import { scaleSchemas } from './scale-schemas.ts';
import { setupSchemas } from './setup-schemas.ts';
import { simulationSchemas } from './simulation-schemas.ts';
import { storeSchemas } from './store-schemas.ts';
import { tickSchemas } from './tick-schemas.ts';
import { traceSchemas } from './trace-schemas.ts';

/** The public JSON documents, for `schema output <command>` and the contract tests. Keys may be added, never removed or renamed. */

const share = z.number().min(0).max(1);

const state = z.enum(['red', 'unknown', 'yellow', 'green']);
const status = z.enum(['pass', 'degraded', 'fail', 'error', 'skipped']);
const outcome = z.enum([
  'ok',
  'refused',
  'interrupted',
  'truncated',
  'agent_error',
  'rate_limited',
  'timeout',
  'unreachable',
  'unauthorized',
  'malformed',
  'checker_error',
]);

const assertion = z.object({
  assertion: z.string().describe('The expectation in the words it was written in'),
  pass: z.boolean().nullable().describe('Null: could not be judged'),
  score: z.number().nullable().describe('0 to 1; null where pass is'),
  saw: z.string().describe('Untrusted and masked'),
  message: z.string(),
  informative: z.boolean().describe('True where it decides nothing, whatever pass says (weight: 0)'),
});

const result = z.object({
  check: z.string(),
  status,
  outcome: outcome.nullable().describe('Null where no turn was made'),
  cause: z.string().nullable(),
  reason: z.string().describe('Why it is not a plain pass; empty for a pass'),
  at: instant,
  slot_at: instant.nullable().describe('The scheduled slot; null for a run that was asked for'),
  latency_ms: z.number().nullable(),
  ttft_ms: z.number().nullable().describe('Time to the first token'),
  cost_usd: z.number().nullable(),
  cost_source: z
    .enum(['reported', 'manifest', 'list'])
    .nullable()
    .describe('Told by the agent, or by its tokens at the prices of the manifest, or of the public list: an estimate'),
  attempts: z.int(),
  trace_id: z.string().nullable(),
  safety: z.boolean(),
  in_maintenance: z.boolean(),
  drift: z.array(z.string()).describe('Facets of the agent that changed since the last result'),
  assertions: z.array(assertion),
});

const uptime = {
  uptime_24h: share.nullable(),
  uptime_7d: share.nullable(),
  uptime_30d: share.nullable(),
};

const health = z.object({
  ...documentHead,
  state,
  complete: z.boolean().describe('False where the run was stopped before every check was run'),
  took_ms: z.number(),
  agents: z.array(
    z.object({
      agent: z.string(),
      tier: z.int(),
      owner: z.string().nullable(),
      env: z.string().nullable(),
      state,
      since: instant.nullable(),
      reasons: z.array(z.string()),
      warnings: z.array(z.string()).describe('What its owner should know beside its state'),
      safety_event: z.boolean().describe('A safety check was failed by an answer, now or within the safety window'),
      suppressed_by: z.string().nullable().describe('The red agent it depends on, which explains it; null beside a safety event'),
      in_maintenance: z.boolean(),
      uptime_24h: share.nullable(),
      checks: z.array(result.extend({ streak: z.int().describe('Results in a row that ended like this one') })),
    }),
  ),
});

const history = z.object({
  ...documentHead,
  agent: z.string(),
  ...uptime,
  checks: z.array(z.object({ check: z.string(), ...uptime, results: z.array(result).describe('Oldest first') })),
});

/** The zod schema of each document, by the command that prints it. */
export const documentSchemas = {
  health,
  history,
  demo: health,
  ...evalSchemas,
  ...figureSchemas,
  ...budgetSchemas,
  ...intakeSchemas,
  ...traceSchemas,
  ...storeSchemas,
  ...judgeSchemas,
  ...planSchemas,
  ...responseSchemas,
  ...incidentSchemas,
  ...simulationSchemas,
  ...adviceSchemas,
  ...reportSchemas,
  ...alertSchemas,
  ...policySchemas,
  ...providerSchemas,
  ...exportSchemas,
  ...scaleSchemas,
  ...routeSchemas,
  ...tickSchemas,
  ...auditSchemas,
  ...setupSchemas,
} as const;
