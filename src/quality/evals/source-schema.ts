import { z } from 'zod';
import { durationField, moneyField, periodField, shareField } from '../../fleet/fields.ts';

const sample = z.union(
  [
    z
      .int()
      .min(1)
      .max(100_000)
      .transform((count) => ({ count })),
    shareField().transform((share) => ({ share })),
  ],
  { error: 'must be a number of cases, or a share such as 5%' },
);

/** Which requests of production become cases. */
export const traceSource = z.strictObject({
  mode: z.enum(['replay', 'rerun']).default('replay').describe('replay judges the answer that was recorded; rerun asks the agent again.'),
  window: periodField().default(86_400_000).describe('How far back from now.'),
  agent: z.string().min(1).optional().describe('Whose requests; default: those of the agent of the suite.'),
  user: z.string().optional().describe('Requests of this user alone.'),
  session: z.string().optional().describe('Requests of this session alone.'),
  release: z.string().optional().describe('Requests to this release alone.'),
  task: z.string().optional().describe('Requests of this task alone.'),
  model: z.string().optional().describe('Requests in which this model was called.'),
  tool: z.string().optional().describe('Requests in which this tool was called.'),
  text: z.string().min(1).optional().describe('Requests in which this was asked or answered.'),
  errors: z.boolean().default(false).describe('Failed requests alone.'),
  min_cost: moneyField().optional().describe('Requests that cost at least this.'),
  min_duration: durationField().optional().describe('Requests that took at least this long.'),
  min_steps: z.int().min(1).optional().describe('Requests with at least this many steps.'),
  sample: sample.optional().describe('How many of them, or which share; default: 100 of them.'),
  seed: z.union([z.int(), z.string()]).default(0).describe('Another seed draws another sample.'),
  strata: z
    .array(z.enum(['user', 'release', 'status', 'day']))
    .default([])
    .describe('Groups that the sample holds in the same shares as the whole.'),
});

/** Which dataset of Langfuse is read. */
export const datasetSource = z.strictObject({
  backend: z.string().min(1).optional().describe('A backend of kind langfuse; may be left out where there is one only.'),
  name: z.string().min(1).max(500).describe('The name of the dataset.'),
  version: z.iso
    .datetime({ error: 'must be an instant such as 2026-11-20T00:00:00Z' })
    .optional()
    .describe('The items as they stood then; default: as they stand when the run begins.'),
});

export type TraceSource = z.output<typeof traceSource>;
export type DatasetSource = z.output<typeof datasetSource>;
