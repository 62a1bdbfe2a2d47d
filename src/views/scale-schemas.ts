import { z } from 'zod';
import { documentHead, instant } from './document-head.ts';
import { planSchemas } from './plan-schemas.ts';
import { responseSchemas } from './response-schemas.ts';

const count = z.int().min(0);
const ms = z.number().min(0);

const agent = z.object({
  agent: z.string(),
  queue: z.string().describe('What it is called'),
  queue_kind: z.string(),
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

const course = z.object({
  policy: z
    .enum(['rule', 'target', 'fixed'])
    .describe('The rule of the agent; one target for each worker, as HPA and KEDA scale; always as many'),
  wait_p50_ms: ms.nullable().describe('Null here and below: there was no work'),
  wait_p95_ms: ms.nullable(),
  wait_longest_ms: ms.nullable(),
  late_share: z.number().min(0).max(1).nullable().describe('Of work that waited longer than it should; null: nobody says how long it may'),
  deepest: count,
  most_workers: count,
  worker_hours: z.number(),
  cost_usd: z.number().nullable().describe('Null: what a worker costs is not known'),
  changes: count,
  flaps_in_hour: count.describe('The most within one hour; a flap puts back what was taken away less than an hour before'),
});

const planned = z.object({
  ...documentHead,
  agents: z.array(
    agent.extend({
      runs_cut: count.nullable().describe('Runs in flight that may be with workers that go'),
      plan: plan.nullable().describe('What would be done; null: nothing, or nothing is bound by which it could be'),
    }),
  ),
  problems,
});

/** The documents of scaling. */
export const scaleSchemas = {
  'scale show': z.object({ ...documentHead, agents: z.array(agent), problems }),
  'scale plan': planned,
  'scale apply': z.union([responseSchemas['runbook run'], planned]).describe('The run; where nothing is to be done, the plan'),
  'scale simulate': z.object({
    ...documentHead,
    agent: z.string(),
    from: instant,
    to: instant,
    source: z.enum(['queue', 'traffic']).describe('Where the work was counted'),
    coverage: z.number().min(0).max(1).describe('The share of the time that is on record'),
    work: count,
    per_worker_per_minute: z.number(),
    per_worker_by: z.enum(['given', 'queue', 'latency']),
    start_ms: ms,
    workers_at_first: count,
    wait_ms: ms.nullable().describe('How long work may wait'),
    courses: z.array(course),
  }),
} as const;
