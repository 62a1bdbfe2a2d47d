import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Peer, startPeer } from './start-peer.ts';

export const rabbitPrograms = ['rabbitmq-server', 'epmd'];

export interface RabbitPeer extends Peer {
  /** `amqp://guest:guest@127.0.0.1:<port>//`. */
  readonly amqpUrl: string;
}

/**
 * A real RabbitMQ server with its management plugin at `url`; guest:guest may do everything. Statistics are collected once a second, not in
 * five, and its log is small, because the whole of it is written as the server starts. Its own port mapper runs beside it, because one that
 * the server starts would outlive it.
 */
export const startRabbitMq = async (): Promise<RabbitPeer> => {
  const folder = mkdtempSync(join(tmpdir(), 'agentops-rabbitmq-'));
  const [amqp, distribution, mapper] = [await freePort(), await freePort(), await freePort()];
  writeFileSync(join(folder, 'plugins'), '[rabbitmq_management].\n');
  const mapped = `epmd -address 127.0.0.1 -port ${mapper} & exec /usr/lib/rabbitmq/bin/rabbitmq-server`;
  const peer = await startPeer({
    argv: (port) => {
      const settings = [`listeners.tcp.1 = 127.0.0.1:${amqp}`, 'management.tcp.ip = 127.0.0.1', `management.tcp.port = ${port}`];
      const often = ['global', 'basic', 'detailed'].map((kind) => `management.sample_retention_policies.${kind}.minute = 1`);
      writeFileSync(
        join(folder, 'rabbitmq.conf'),
        [...settings, ...often, 'collect_statistics_interval = 250', 'raft.wal_max_size_bytes = 1048576', ''].join('\n'),
      );
      return ['/bin/sh', '-c', mapped];
    },
    env: {
      HOME: folder,
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(mapper),
      RABBITMQ_NODENAME: `agentops${mapper}@localhost`,
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
      RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_LOGS: '-',
    },
    ready: /Server startup complete/,
    readyMs: 60_000,
  });
  const stop = async () => {
    await peer.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...peer, amqpUrl: `amqp://guest:guest@127.0.0.1:${amqp}//`, stop };
};
