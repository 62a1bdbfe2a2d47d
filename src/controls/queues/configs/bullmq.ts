import { z } from 'zod';
import { urlField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';
import { credentialField } from '../schema.ts';

const config = z.strictObject({
  kind: z.literal('bullmq'),
  url: urlField(['redis:', 'rediss:']).describe('Where the Redis of the queue answers.'),
  credential: credentialField().optional(),
  queue: z
    .string()
    .min(1)
    .regex(/^[^:]+$/, 'holds a colon, which no queue of BullMQ has in its name')
    .describe('The name of the queue.'),
  prefix: z.string().min(1).default('bull').describe('What the keys of the workers begin with; default bull.'),
});
export type Config = z.infer<typeof config>;

/** How a queue of kind `bullmq` looks; the driver beside it is opened without it. */
export default described({ kind: 'bullmq', summary: 'A queue of BullMQ.', config });
