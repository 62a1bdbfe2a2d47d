import { z } from 'zod';
import { adviceSchemas } from './advice-schemas.ts';
import { documentHead, instant } from './document-head.ts';
import { figureHead, row } from './figure-schemas.ts';
import { incident } from './incident-schemas.ts';

const share = z.number().min(0).max(1);
const usd = z.number();
const count = z.int();
const state = z.enum(['red', 'unknown', 'yellow', 'green']);

const calls = { calls: count, cost_usd: usd.nullable(), input_tokens: count, cached_tokens: count, output_tokens: count };

const report = z.object({
  ...documentHead,
  ...figureHead,
  agent: z.string().nullable().describe('The only agent that is looked at; null: all'),
  lead: z.array(z.string()).describe('What is true now, a sentence each'),
  states: z.record(state, count).describe('How many agents of the manifest are in each'),
  steps: z
    .array(
      z.object({
        kind: z.enum(['incident', 'agent', 'alert', 'budget', 'promise', 'saving', 'unseen', 'price']),
        agent: z.string().nullable().describe('Null: it concerns no single agent'),
        what: z.string().describe('Untrusted'),
        why: z.string().describe('Untrusted'),
        command: z.string(),
      }),
    )
    .describe('What to do, most urgent first'),
  totals: z.object(row),
  before: z
    .object({ requests: count, errors: count, cost_usd: usd.nullable() })
    .nullable()
    .describe('The window of the same length before; null: not all of it is known'),
  bucket: z.enum(['hour', 'day']),
  points: z.array(z.object({ bucket_start: instant, ...row })).describe('Oldest first, none left out; the last has only begun'),
  marks: z.array(z.object({ at: instant, agent: z.string(), release: z.string(), note: z.string(), source: z.enum(['told', 'seen']) })),
  agents: z
    .array(
      z.object({
        agent: z.string().describe('Also "(unmatched)": requests that no agent claims'),
        state: state.nullable().describe('Null unless it is an agent of the manifest'),
        since: instant.nullable(),
        reasons: z.array(z.string()),
        tier: count.nullable(),
        owner: z.string().nullable(),
        suppressed_by: z.string().nullable(),
        in_maintenance: z.boolean(),
        ...row,
        cost_before_usd: usd.nullable().describe('Of the window of the same length before'),
        cost_trend_usd: z
          .array(usd)
          .describe('Of each bucket, oldest first; empty but for the forty that need a look first and the five that cost most'),
        promised: z.object({ latency_p95_ms: z.number().nullable(), error_rate: share.nullable(), quality: z.number().nullable() }),
      }),
    )
    .describe('What needs a look first'),
  spend: z
    .array(z.object({ agent: z.string(), provider: z.string(), model: z.string(), ...calls }))
    .describe('Dearest first; "(none)": not told, or no model'),
  month: z.object({
    from: instant,
    to: instant,
    spent_usd: usd,
    forecast_usd: usd.nullable().describe('Of the whole month; null: fewer than three whole days are known'),
    forecast_low_usd: usd.nullable(),
    forecast_high_usd: usd.nullable(),
    budget_usd: usd.nullable().describe('Null: none is set'),
    daily_usd: z.array(usd).describe('Of each day so far'),
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
  scores: z.array(
    z.object({
      score: z.string(),
      agent: z.string().nullable().describe('Null: of all agents together'),
      n: count.describe('Values that were looked at: of very many scores only some'),
      mean: z.number(),
      low: z.number().describe('Where the first of ten equal parts begins'),
      high: z.number().describe('Where the last one ends'),
      counts: z.array(count).describe('Values in each part, lowest first'),
    }),
  ),
  failures: z.array(z.object({ agent: z.string(), type: z.string().describe('"(none)": spans do not tell'), requests: count })),
  alerts: z
    .array(
      z.object({
        rule: z.string(),
        agent: z.string().describe('@fleet: the fleet as a whole'),
        label: z.string(),
        severity: z.enum(['page', 'notify']).nullable().describe('Null: the journal does not know the alert any more'),
        category: z.string().nullable(),
        fired_at: instant.nullable().describe('Null: before the window'),
        resolved_at: instant.nullable().describe('Null: it fires now'),
        told: z.boolean(),
        acked: z.boolean(),
        reason: z.string().describe('Untrusted'),
      }),
    )
    .describe('Every firing of the window, newest first'),
  alerts_judged_at: instant
    .nullable()
    .describe('Null: never, as far as is known; where it is older than the window, no alerts say nothing'),
  incidents: z.array(incident).describe('That began in the window or are not resolved, newest first'),
  journal_trouble: z
    .string()
    .nullable()
    .describe("Why states, alerts, incidents and marks are not known: the team's journal is out of reach"),
  edges: z.array(
    z.object({
      caller: z.string().nullable().describe('Null: asked from outside'),
      agent: z.string(),
      requests: count,
      errors: count,
      cost_usd: usd.nullable(),
    }),
  ),
  advice: adviceSchemas.advise
    .omit({ schema_version: true, generated_at: true, fleet: true })
    .nullable()
    .describe('As agentops advise has it; null: it was not looked for'),
});

/** The document of `agentops report`. */
export const reportSchemas = { report } as const;
