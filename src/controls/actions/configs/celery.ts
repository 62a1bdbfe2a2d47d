import { z } from 'zod';
import { durationField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';
import { connectionField } from '../schema.ts';

const config = z.strictObject({
  via: z.literal('celery'),
  connection: connectionField().describe(
    'A name under connections: the Redis that is the broker, with the number of its database in the url.',
  ),
  queue: z.string().min(1).describe('The queue that the agent takes its tasks from.'),
  task: z.string().min(1).optional().describe('The name of the task; a throttle needs it, a kill ends only its own.'),
  workers: z.string().min(1).optional().describe('A glob over the names of workers, as celery@support-*; default: all of the broker.'),
  action: z
    .enum(['revoke', 'pause'])
    .default('revoke')
    .describe('How it kills: revoke (default) ends tasks, pause lets workers take no more.'),
  signal: z.enum(['SIGTERM', 'SIGKILL']).default('SIGTERM').describe('How the process of a task is ended; default SIGTERM.'),
  control_exchange: z.string().min(1).default('celery').describe('The setting of that name of the app; default celery.'),
  wait: durationField().default(2000).describe('How long workers are given to answer; default 2s.'),
});
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `celery`; the driver beside it is opened without it. */
export default described({
  kind: 'celery',
  summary: 'Celery workers on a Redis broker: what they take from a queue, how often, and what they are at.',
  config,
});
