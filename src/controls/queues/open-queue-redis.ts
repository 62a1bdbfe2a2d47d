import { openRedis, type RedisServer } from '../../clients/redis.ts';
import type { World } from '../../fleet/slots.ts';
import type { SecretRef } from '../../ground/runtime/context.ts';

/** How long one look may take from connecting to its end, ms: who looks at many has more to do than to wait for one. */
const timeoutMs = 5000;

/** The Redis server that a queue lives on. Sends nothing. */
export const openQueueRedis = (
  { url, credential }: { readonly url: SecretRef; readonly credential?: SecretRef | undefined },
  world: Pick<World, 'secrets'>,
): RedisServer =>
  openRedis(
    {
      url: () => world.secrets.reveal(url),
      credential: () => (credential === undefined ? null : world.secrets.reveal(credential)),
      timeoutMs,
    },
    world,
  );
