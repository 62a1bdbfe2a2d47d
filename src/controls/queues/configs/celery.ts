import { z } from 'zod';
import { timeoutField, urlField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';
import { credentialField, segmentField } from '../schema.ts';

const config = z.strictObject({
  kind: z.literal('celery'),
  url: urlField(['redis:', 'rediss:', 'http:', 'https:']).describe(
    'The broker: redis:// with the number of its database, or the http address of the management plugin where it is a RabbitMQ.',
  ),
  credential: credentialField().optional(),
  queue: segmentField().describe('The queue that the workers take tasks from; celery where the app names none.'),
  vhost: segmentField().default('/').describe('The virtual host, of a RabbitMQ; default /.'),
  control_exchange: z.string().min(1).default('celery').describe('The setting of that name of the app; default celery.'),
  wait: timeoutField().default(2000).describe('How long workers are given to say what they are at; default 2s.'),
});
export type Config = z.infer<typeof config>;

/** How a queue of kind `celery` looks; the driver beside it is opened without it. */
export default described({ kind: 'celery', summary: 'A queue of Celery tasks, on a Redis or a RabbitMQ broker.', config });
