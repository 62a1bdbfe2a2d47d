import { openRedis, type RedisServer } from '../../clients/redis.ts';
import type { ControlWorld } from './port.ts';

/** How long one attempt on a server may take, from connecting to its end, in ms. */
const timeoutMs = 15_000;

/** The Redis server behind a connection of the manifest, with the credential that suits what the driver may do. */
export const openControlRedis = (world: ControlWorld, connectionName: string): RedisServer => {
  const connection = world.connection(connectionName);
  const url = () => world.secrets.reveal(connection.url);
  return openRedis({ url, credential: () => world.credential(connection), timeoutMs }, world);
};
