import { z } from 'zod';
import { documentHead } from './document-head.ts';

const fields = z.record(z.string(), z.unknown());
const runStatus = z.enum(['running', 'waiting', 'paused', 'done', 'failed', 'undone', 'aborted']);
const stepStatus = z.enum(['pending', 'intent', 'done', 'verified', 'failed', 'undone', 'skipped', 'in_doubt']);

const simulate = z.object({
  ...documentHead,
  runbook: z.string(),
  params: fields.describe('Durations in ms, money in dollars, shares from 0 to 1'),
  agents: z.array(z.string()),
  seed: z.int().nullable().describe('Null: nothing went wrong but what was asked for'),
  as_declared: z.boolean().describe('Every path ended as the runbook declares'),
  paths: z.array(
    z.object({
      crash_at: z.string().nullable().describe('step:phase at which the process died once; null: it did not'),
      failing: z.record(z.string(), z.string()).describe('What was made to go wrong, by step'),
      status: runStatus.nullable().describe('Null: it broke'),
      why: z.string(),
      declared: z.array(runStatus),
      as_declared: z.boolean(),
      problems: z.array(z.string()),
      acts: z
        .array(z.object({ target: z.string(), doing: z.enum(['apply', 'undo']), action: z.string(), now: fields }))
        .describe('What really changed a target, in order'),
      time_to_contain_s: z.number().nullable().describe('On the virtual clock'),
      took_s: z.number().describe('On the virtual clock'),
      steps: z.array(
        z.object({
          step: z.string(),
          action: z.string(),
          agent: z.string().nullable(),
          target: z.string().nullable(),
          status: stepStatus,
          evidence: z.string().nullable(),
        }),
      ),
    }),
  ),
});

/** The documents of rehearsals. */
export const simulationSchemas = { 'runbook simulate': simulate } as const;
