import { fileURLToPath } from 'node:url';
import { type Peer, startPeer } from './start-peer.ts';
import { startPostgres } from './start-postgres.ts';

const folder = fileURLToPath(new URL('../unleash/', import.meta.url));

/** A real Unleash server on a database of its own, with the environments `development` and `production`. */
export const startUnleash = async (): Promise<Peer> => {
  const database = await startPostgres('unleash');
  try {
    const server = await startPeer({
      argv: () => ['node', 'server.mjs'],
      cwd: folder,
      env: { DATABASE_PORT: `${database.port}`, NODE_ENV: 'production', NODE_OPTIONS: '' },
      ready: /^ready/m,
      readyMs: 60_000,
    });
    const stop = async () => {
      await server.stop();
      await database.stop();
    };
    return { ...server, stop };
  } catch (thrown) {
    await database.stop();
    throw thrown;
  }
};
