import { z } from 'zod';
import { durationField, urlField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';
import { credentialField } from '../schema.ts';

const config = z.strictObject({
  kind: z.literal('redis-stream'),
  url: urlField(['redis:', 'rediss:']).describe('Where Redis answers.'),
  credential: credentialField().optional(),
  stream: z.string().min(1).describe('The key of the stream.'),
  group: z.string().min(1).describe('The consumer group.'),
  gone_after: durationField()
    .default(600_000)
    .describe('A consumer that asked for nothing for so long is no worker any more, for groups keep them for ever; default 10m.'),
});
export type Config = z.infer<typeof config>;

/** How a queue of kind `redis-stream` looks; the driver beside it is opened without it. */
export default described({ kind: 'redis-stream', summary: 'A consumer group of a Redis stream.', config });
