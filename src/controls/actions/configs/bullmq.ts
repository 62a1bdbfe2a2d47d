import { z } from 'zod';
import { described } from '../../../fleet/slots.ts';
import { connectionField } from '../schema.ts';

const config = z.strictObject({
  via: z.literal('bullmq'),
  connection: connectionField(),
  queue: z
    .string()
    .min(1)
    .regex(/^[^:]+$/, 'holds a colon, which no queue of BullMQ has in its name')
    .describe('The name of the queue.'),
  prefix: z.string().min(1).default('bull').describe('What the keys of the workers begin with; default bull.'),
});
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `bullmq`; the driver beside it is opened without it. */
export default described({ kind: 'bullmq', summary: 'A queue of BullMQ: pause, jobs per minute, jobs at the same time.', config });
