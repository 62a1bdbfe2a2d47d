import { z } from 'zod';
import { durationField, moneyField, periodField } from './fields.ts';

/** How the number of an agent's workers follows its queue. */
export const scaleFields = z
  .strictObject({
    up_at: z.number().positive().default(5).describe('More workers when more than this waits or is worked on for each; default 5.'),
    down_at: z
      .number()
      .positive()
      .default(1)
      .describe('Fewer when less than this does, all the time for so long as `for` says; default 1.'),
    for: periodField().default(600_000).describe('How long it must be less before a worker is taken away; default 10m.'),
    wait: periodField().optional().describe('More workers when work waits longer than this; default: sla.latency_p95.'),
    cool_down: durationField().default(180_000).describe('After a change there is none for so long; default 3m.'),
    step: z.int().min(1).default(1).describe('How many workers are taken away at once; default 1.'),
    consumers: z.int().min(1).default(1).describe('How many consumers, as the queue counts them, one worker is; default 1.'),
    min: z.int().min(0).optional().describe('Workers, at least; default: min of controls.scale, else 1.'),
    max: z.int().min(1).optional().describe('Workers, at most; default: max of controls.scale. Without one there are never more.'),
    worker_cost: moneyField().optional().describe('What one worker costs in an hour, for agentops scale simulate.'),
    auto: z.boolean().default(false).describe('agentops tick carries it out; default false: it is only shown.'),
  })
  .superRefine((scale, ctx) => {
    if (scale.down_at >= scale.up_at)
      ctx.addIssue({ code: 'custom', path: ['down_at'], message: 'must be below up_at, with room between them in which nothing changes' });
    if (scale.max !== undefined && scale.max < (scale.min ?? 1))
      ctx.addIssue({ code: 'custom', path: ['max'], message: 'must not be below min' });
  });
