import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Peer, startPeer } from './start-peer.ts';

export const alertmanagerPrograms = ['prometheus-alertmanager'];

/** A real Alertmanager that tells one webhook of every alert by itself, at once. */
export const startAlertmanager = async (hook: string): Promise<Peer> => {
  const folder = mkdtempSync(join(tmpdir(), 'agentops-alertmanager-'));
  const config = {
    route: { receiver: 'hook', group_by: ['...'], group_wait: '50ms', group_interval: '100ms', repeat_interval: '1h' },
    receivers: [{ name: 'hook', webhook_configs: [{ url: hook, send_resolved: true }] }],
  };
  writeFileSync(join(folder, 'alertmanager.yml'), JSON.stringify(config));
  const peer = await startPeer({
    argv: (port) => [
      'prometheus-alertmanager',
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    ready: /Listening on|listening/i,
  });
  return {
    ...peer,
    async stop() {
      await peer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
