import { z } from 'zod';
import { described } from '../../../fleet/slots.ts';
import { connectionField } from '../schema.ts';

/** A segment of a path that is not a step in it. */
const nameField = () =>
  z
    .string()
    .min(1)
    .max(255)
    .refine((text) => !/^\.{1,2}$/.test(text), 'is no name that a path can hold');

const config = z.strictObject({
  via: z.literal('rabbitmq'),
  connection: connectionField().describe('A name under connections: the management plugin; its credentials are user:password.'),
  vhost: nameField().default('/').describe('The virtual host.'),
  queue: nameField().describe('The queue that the agent takes its work from.'),
});
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `rabbitmq`; the driver beside it is opened without it. */
export default described({ kind: 'rabbitmq', summary: 'The intake of a RabbitMQ queue, by a policy.', config });
