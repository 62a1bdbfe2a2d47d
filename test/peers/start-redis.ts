import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { Redis } from 'ioredis';
import { type Peer, startPeer } from './start-peer.ts';

export const redisPrograms = ['redis-server'];

export interface RedisPeer extends Peer {
  /** A connection that may do everything, and closes with the peer. */
  readonly admin: Redis;
  /** Every command that clients sent since the start, as Redis itself logs them; what was sent before the call is in it. */
  commands(): Promise<readonly (readonly string[])[]>;
}

/** A real Redis server, empty, that keeps nothing on disk. */
export const startRedis = async (): Promise<RedisPeer> => {
  const peer = await startPeer({
    argv: (port) => ['redis-server', '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()],
    ready: /Ready to accept connections/,
  });
  const admin = new Redis(peer.port, '127.0.0.1', { lazyConnect: true });
  await admin.connect();
  const monitor = await admin.monitor();
  const seen: (readonly string[])[] = [];
  monitor.on('monitor', (_time: string, args: string[]) => seen.push(args));
  return {
    ...peer,
    url: `redis://127.0.0.1:${peer.port}`,
    admin,
    async commands() {
      const mark = randomUUID();
      const marked = new Promise<void>((resolve) => {
        const look = (_time: string, args: string[]) => {
          if (args[1] !== mark) return;
          monitor.off('monitor', look);
          resolve();
        };
        monitor.on('monitor', look);
      });
      await admin.echo(mark);
      await marked;
      return seen;
    },
    async stop() {
      monitor.disconnect();
      admin.disconnect();
      await peer.stop();
    },
  };
};
