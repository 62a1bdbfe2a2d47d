import { z } from 'zod';
import { urlField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';
import { credentialField, segmentField } from '../schema.ts';

const config = z.strictObject({
  kind: z.literal('rabbitmq'),
  url: urlField().describe('Where the management plugin answers.'),
  credential: credentialField().optional(),
  vhost: segmentField().default('/').describe('The virtual host; default /.'),
  queue: segmentField().describe('The name of the queue.'),
});
export type Config = z.infer<typeof config>;

/** How a queue of kind `rabbitmq` looks; the driver beside it is opened without it. */
export default described({ kind: 'rabbitmq', summary: 'A queue of RabbitMQ, by its management plugin.', config });
