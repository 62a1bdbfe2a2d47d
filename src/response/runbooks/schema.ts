import { z } from 'zod';
import { durationField } from '../../fleet/fields.ts';
import { stepSchema } from './step-schema.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and -, such as runaway-loop');
const paramName = z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, 'must be lower-case letters, digits and _');

const param = z.strictObject({
  type: z
    .enum(['agent', 'text', 'number', 'duration', 'money', 'share', 'choice', 'flag'])
    .describe('What may be given: agent is the name of one, flag is true or false.'),
  description: z.string().default('').describe('What it is for, in one sentence.'),
  default: z.union([z.string(), z.number(), z.boolean()]).optional().describe('Taken where nothing is given; default: it must be given.'),
  unless: z.array(paramName).min(1).optional().describe('Optional parameters: where one of them is given, the default is not taken.'),
  optional: z.boolean().default(false).describe('A run goes on without it: what it would fill is left out; default false.'),
  choices: z.array(z.string().min(1)).min(1).optional().describe('Of a choice: the words there are.'),
  min: z.union([z.number(), z.string()]).optional().describe('The least value, written as the parameter is.'),
  max: z.union([z.number(), z.string()]).optional().describe('The greatest value, written as the parameter is.'),
});

const expression = z.string().min(1).max(2000);

/** A runbook: what is to be done. How it is done, the manifest's controls say. */
export const runbookSchema = z.strictObject({
  metadata: z
    .strictObject({
      name: name.describe('What it is called; the name of its file without the ending is customary.'),
      version: z.int().min(1).default(1).describe('Counts up with each change; default 1.'),
      class: z
        .enum(['loop', 'hallucination', 'cost', 'safety', 'latency', 'outage', 'other'])
        .describe('What it is against. safety contains first, and reverts nothing by itself.'),
      owner: z.string().optional().describe('Who answers for it.'),
      description: z.string().default('').describe('What it does, in one or two sentences.'),
    })
    .describe('What it is.'),
  params: z.record(paramName, param).default({}).describe('What is given to a run, by name.'),
  triggers: z
    .array(
      z.strictObject({
        alert: z.string().min(1).describe('An alert rule, by name, or one stage of it: budget-day/80%; * stands for any text.'),
        mode: z
          .enum(['suggest', 'approve', 'auto'])
          .default('suggest')
          .describe('suggest tells the command, approve waits for a person, auto runs it within the guardrails; default suggest.'),
      }),
    )
    .default([])
    .describe('Alerts that call for it.'),
  guardrails: z
    .strictObject({
      runs_per_hour: z.int().min(1).max(1000).optional().describe('Runs of this runbook in an hour.'),
      targets: z.int().min(1).max(1000).optional().describe('Agents that one run may act on.'),
      mitigations_per_agent: z.int().min(1).max(100).optional().describe('Mitigations that may be in force on an agent.'),
      environments: z.array(z.string().min(1)).min(1).optional().describe('Only agents with one of these values of env.'),
      cooldown: durationField().default(0).describe('Between two runs on the same agent; default none.'),
      reversible_only: z.boolean().default(false).describe('Nothing that cannot be undone.'),
    })
    .prefault({})
    .describe('Bounds that no run crosses; automatic ones have no other.'),
  lock: z.string().min(1).optional().describe('What is held while it runs; default: each agent that it acts on.'),
  require: z.array(expression).default([]).describe('CEL, each of which must be true before anything is done.'),
  steps: z.array(stepSchema).min(1).max(100).describe('What is done, in order.'),
  finally: z.array(stepSchema).max(20).default([]).describe('What is done in the end, whatever happened.'),
});

export type ParsedRunbook = z.output<typeof runbookSchema>;
