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

const drill = z.object({
  ...documentHead,
  runbook: z.string(),
  agents: z.array(z.string()),
  demo: z.boolean().describe('True: on the demo fleet, where an agent was made to run away first'),
  run_id: z.string(),
  status: runStatus,
  passed: z.boolean(),
  misses: z.array(z.string()).describe('What the drill has shown to be missing'),
  time_to_detect_s: z.number().nullable().describe('Null: nothing was made to go wrong'),
  time_to_contain_s: z.number().nullable().describe('From the start of the run until its last effect was seen'),
  time_to_quiet_s: z.number().nullable().describe('From the start of the run until the traces were silent; null: not measured'),
  may_take_s: z.number().describe('How long containment may take'),
  restored: z.array(
    z.object({ step: z.string(), target: z.string(), result: z.enum(['reverted', 'overdue', 'held']), evidence: z.string() }),
  ),
  state: z.string().nullable().describe('Of the agents by their checks, afterwards; null: none could be asked'),
  steps: z.array(z.object({ step: z.string(), action: z.string(), status: stepStatus, evidence: z.string().nullable() })),
  resume_command: z.string().nullable(),
});

/** The documents of rehearsals. */
export const simulationSchemas = { 'runbook simulate': simulate, 'runbook drill': drill } as const;
