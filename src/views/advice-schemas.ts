import { z } from 'zod';
import { documentHead, instant } from './document-head.ts';

const dollars = z.number().describe('Dollars per 30 days');
const saving = z.object({ low_usd: dollars, mid_usd: dollars, high_usd: dollars });
const strategy = z.enum(['response-cache', 'routing', 'prompt-cache', 'batching', 'distillation', 'budget']);

const advise = z.object({
  ...documentHead,
  window: z.object({ from: instant, to: instant }),
  spent_usd: dollars.describe('What model calls cost, dollars per 30 days'),
  sampled_share: z.number().min(0).max(1).describe('Share of what was spent whose calls were looked at one by one'),
  combined: saving.describe(
    'All findings together, each on the cost that those before it leave: response cache, routing, prompt cache, batching',
  ),
  findings: z.array(
    z.object({
      strategy,
      agent: z.string(),
      task: z.string().nullable().describe('Null: all tasks, or requests that name none'),
      saving,
      grade: z.enum(['measured', 'modelled', 'speculative']),
      coverage: z.number().min(0).max(1).describe('Share of the cost of which enough is known to judge'),
      assumptions: z.array(z.object({ name: z.string(), value: z.number(), low: z.number(), high: z.number() })),
      harm: z.array(z.string()).describe('What it may spoil'),
      exemplars: z.array(z.string()).describe('Ids of traces'),
      next: z.object({ manifest: z.string().nullable().describe('YAML'), commands: z.array(z.string()) }),
    }),
  ),
  saved_already: z.array(z.object({ agent: z.string(), strategy, usd: dollars.describe('Negative where it costs more than it saves') })),
  missing: z.array(z.object({ agent: z.string(), strategy: strategy.nullable().describe('Null: all of them'), missing: z.string() })),
});

const money = z.number().describe('Dollars');

const budgets = z.object({
  ...documentHead,
  window: z.object({ from: instant, to: instant }),
  budgets: z.array(
    z.object({
      agent: z.string(),
      file: z.string(),
      now_usd: money.nullable().describe('budget.per_request as the manifest has it; null: none'),
      proposed_usd: money,
      requests: z.int(),
      stopped: z.int().describe('Requests of the window that cost more than what is proposed'),
      stopped_succeeded: z.int(),
      saving,
      note: z.string().describe('What it would have spoiled'),
    }),
  ),
  missing: z.array(z.object({ agent: z.string(), missing: z.string() })),
  not_editable: z.array(z.string()).describe('Agents whose entry no program can change: an alias, a merge, or none'),
  diff: z.string().describe('What would change, or has changed, in the files; empty: nothing'),
  applied: z.boolean(),
});

/** The documents of `agentops advise`. */
export const adviceSchemas = { advise, 'advise budgets': budgets } as const;
