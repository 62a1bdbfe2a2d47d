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

/** The documents of `agentops advise`. */
export const adviceSchemas = { advise } as const;
