import { z } from 'zod';
import { documentHead, instant } from './document-head.ts';
import { planSchemas } from './plan-schemas.ts';

const count = z.int().min(0);
const ms = z.number().min(0);

const agent = z.object({
  agent: z.string(),
  queue: z.string().describe('Its kind'),
  at: instant,
  depth: count.nullable().describe('What waits and what is worked on; null here and below: not known, or nothing that it could tell of'),
  ready: count.nullable(),
  in_flight: count.nullable(),
  oldest_ms: ms.nullable().describe('How long the oldest that is ready waits'),
  wait_ms: ms.nullable().describe('How long the newest that was begun had waited'),
  in_per_minute: z.number().nullable(),
  out_per_minute: z.number().nullable(),
  drain_per_minute: z.number().nullable().describe('Below 0 it fills'),
  drain_time_ms: ms.nullable().describe('Until it is empty at this rate; null also where it fills'),
  workers: count.nullable(),
  workers_by: z
    .enum(['control', 'asked', 'queue'])
    .describe('Who says so: the control that scales, what a scaler outside was told, or the queue'),
  consumers: count.nullable().describe('As the queue counts them'),
  unknown: z.record(z.string(), z.string()).describe('Why a figure is not known. Untrusted'),
  move: z.enum(['up', 'down', 'hold']),
  desired_workers: count.nullable(),
  cause: z.enum([
    'deep',
    'waits',
    'below_min',
    'quiet',
    'enough',
    'once_seen',
    'not_long_quiet',
    'calm',
    'cool_down',
    'at_bound',
    'no_max',
    'guarded',
    'held',
    'stopped',
    'unknown',
  ]),
  why: z.string(),
  rule: z.object({
    up_at: z.number(),
    down_at: z.number(),
    for_ms: ms,
    wait_ms: ms.nullable(),
    cool_down_ms: ms,
    step: count,
    min: count,
    max: count.nullable(),
  }),
  last_change: z.object({ at: instant, from: count, to: count }).nullable(),
  control: z.string().nullable().describe('The kind of what sets the number; null: nothing is bound'),
  auto: z.boolean().describe('A tick carries it out'),
});

const problems = z.array(z.string()).describe('What could not be read. Untrusted and masked');

const plan = planSchemas['runbook plan'].omit({ schema_version: true, generated_at: true, fleet: true });

/** The documents of scaling. */
export const scaleSchemas = {
  'scale show': z.object({ ...documentHead, agents: z.array(agent), problems }),
  'scale plan': z.object({
    ...documentHead,
    agents: z.array(
      agent.extend({
        runs_cut: count.nullable().describe('Runs in flight that may be with workers that go'),
        plan: plan.nullable().describe('What would be done; null: nothing, or nothing is bound by which it could be'),
      }),
    ),
    problems,
  }),
} as const;
