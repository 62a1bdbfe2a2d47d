import { opener } from '../../../fleet/slots.ts';
import type { Config } from '../configs/rabbitmq.ts';
import type { QueueReader } from '../port.ts';
import { readRabbitQueue } from '../read-rabbit-queue.ts';

/** A queue of RabbitMQ: what is ready and what is not acknowledged, and its consumers. */
export default opener<Config, QueueReader>({
  kind: 'rabbitmq',
  open: (config, world) => ({ read: (signal) => readRabbitQueue(config, world, signal) }),
});
