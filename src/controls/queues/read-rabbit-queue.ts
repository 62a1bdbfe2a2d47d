import { openJsonApi } from '../../clients/json-api.ts';
import { basic, openRabbitManagement, type RabbitQueue } from '../../clients/rabbitmq.ts';
import type { World } from '../../fleet/slots.ts';
import type { SecretRef } from '../../ground/runtime/context.ts';
import { type Found, queueFacts, unknownQueue } from './facts.ts';
import type { QueueFacts } from './port.ts';

const timeoutMs = 5000;
const noStatistics = { unknown: 'the server has no statistics of it, or none yet' } as const;

/** Where a queue of RabbitMQ is. */
export interface RabbitPlace {
  readonly url: SecretRef;
  readonly credential?: SecretRef | undefined;
  readonly vhost: string;
  readonly queue: string;
}

/** A queue of RabbitMQ as the statistics of its management plugin have it, which are up to five seconds old. Asked once. */
export const readRabbitQueue = async (
  { url, credential, vhost, queue: name }: RabbitPlace,
  world: World,
  signal: AbortSignal,
): Promise<QueueFacts> => {
  const headers = () => (credential === undefined ? {} : basic(world.secrets.reveal(credential)));
  const api = openJsonApi({ product: 'RabbitMQ', url: () => world.secrets.reveal(url), headers, timeoutMs, guarded: true }, world);
  const once: typeof api = { ...api, ask: (request, each) => api.ask({ ...request, attempts: 1 }, each) };
  const queue = await openRabbitManagement(once).queue(vhost, name, signal);
  if (queue === null) return unknownQueue(`there is no queue ${name} in ${vhost}`);
  return queueFacts({
    ready: queue.ready ?? noStatistics,
    inFlight: queue.unacknowledged ?? noStatistics,
    workers: queue.consumers ?? noStatistics,
    oldestMs: ageOfHead(queue, world.clock.now()),
    waitMs: { unknown: 'RabbitMQ does not keep when a message was taken' },
    added: queue.published ?? (queue.ready === null ? noStatistics : { unknown: 'nothing was put in since statistics began' }),
  });
};

const ageOfHead = ({ ready, headAt }: RabbitQueue, nowMs: number): Found => {
  if (ready === 0) return null;
  return headAt === null ? { unknown: 'its messages carry no timestamp' } : Math.max(0, nowMs - headAt);
};
