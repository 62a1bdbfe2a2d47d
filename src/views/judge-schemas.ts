import { z } from 'zod';
import { documentHead } from './document-head.ts';

const interval = z.tuple([z.number(), z.number()]).nullable().describe('95 %');
const share = z.object({ value: z.number().nullable(), hits: z.int(), of: z.int(), ci: interval });
const said = z.enum(['pass', 'fail']);

const calibrate = z.object({
  ...documentHead,
  judge: z.string(),
  floor: z.number().nullable().describe('What kappa must surely exceed; null: the judge needs no calibration'),
  file: z.string().nullable().describe('Where it was written beside the journal'),
  results: z.array(
    z.object({
      assertion: z.enum(['llm-rubric', 'factuality']),
      identity: z.string().describe('Of the model, its settings and its prompt: another identity is not calibrated'),
      decides: z.boolean(),
      reason: z.string().describe('Why it does not; empty where it does'),
      labels: z.int().describe('Answers that both gave a verdict on'),
      abstained: z.int().describe('Answers on which the judge gave no verdict'),
      agreement: share,
      kappa: z.number().nullable(),
      kappa_ci: interval,
      sensitivity: share.describe('Of what people let pass: what the judge lets pass'),
      specificity: share.describe('Of what people failed: what the judge fails'),
      cost_usd: z.number().nullable(),
      requests: z.int(),
      disagreements: z.array(
        z.object({
          id: z.string(),
          criterion: z.string(),
          answer: z.string().describe('Untrusted and masked'),
          people: said,
          judge: said.nullable(),
          reason: z.string(),
        }),
      ),
    }),
  ),
});

const label = z.object({
  ...documentHead,
  file: z.string(),
  pass: z.int(),
  fail: z.int(),
  skip: z.int(),
  labelled: z.int().describe('Passes and fails in the file'),
  remaining: z.int(),
  changed: z.int().describe('Cases that are no longer what the run asked'),
});

/** The documents of the commands about judges. */
export const judgeSchemas = { 'eval calibrate': calibrate, 'eval label': label } as const;
