import type { Description } from '../../fleet/slots.ts';
import type { QueueRegistry } from './port.ts';

/** Every kind of queue that can be read. To add one: a file in `drivers/` and one in `configs/`, and a line for each here. */
export const queues: QueueRegistry = {
  bullmq: () => import('./drivers/bullmq.ts'),
  celery: () => import('./drivers/celery.ts'),
  rabbitmq: () => import('./drivers/rabbitmq.ts'),
  'redis-stream': () => import('./drivers/redis-stream.ts'),
};

/** How each looks in a manifest: apart, because a command that reads a queue of a checked manifest needs no schema. */
export const queueConfigs: Readonly<Record<string, () => Promise<{ default: Description }>>> = {
  bullmq: () => import('./configs/bullmq.ts'),
  celery: () => import('./configs/celery.ts'),
  rabbitmq: () => import('./configs/rabbitmq.ts'),
  'redis-stream': () => import('./configs/redis-stream.ts'),
};
