import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Peer, startPeer } from '../peers/start-peer.ts';

export interface PrometheusAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

export interface ScrapingPrometheus extends Peer {
  alerts(): Promise<readonly PrometheusAlert[]>;
  /** The values of an instant query, by their labels. */
  query(expr: string): Promise<readonly { readonly metric: Readonly<Record<string, string>>; readonly value: number }[]>;
}

/** A real Prometheus that scrapes one address and judges by rules, each twice a second. */
export const startScrapingPrometheus = async (target: {
  readonly url: string;
  readonly token: string | null;
  readonly rules: string;
}): Promise<ScrapingPrometheus> => {
  const folder = mkdtempSync(join(tmpdir(), 'agentops-prometheus-'));
  const [setup, rules, data] = [join(folder, 'prometheus.json'), join(folder, 'agentops.rules.yml'), join(folder, 'data')];
  writeFileSync(rules, target.rules);
  const job = {
    job_name: 'agentops',
    static_configs: [{ targets: [new URL(target.url).host] }],
    ...(target.token === null ? {} : { authorization: { credentials: target.token } }),
  };
  // Every JSON document is one of YAML.
  writeFileSync(
    setup,
    JSON.stringify({ global: { scrape_interval: '500ms', evaluation_interval: '500ms' }, rule_files: [rules], scrape_configs: [job] }),
  );
  const peer = await startPeer({
    argv: (port) => ['prometheus', `--config.file=${setup}`, `--storage.tsdb.path=${data}`, `--web.listen-address=127.0.0.1:${port}`],
    ready: /Server is ready to receive web requests/,
  });
  const ask = async (path: string): Promise<unknown> => {
    const reply = await fetch(`${peer.url}/api/v1/${path}`);
    const { data: answer } = (await reply.json()) as { readonly data: unknown };
    return answer;
  };
  return {
    ...peer,
    alerts: async () => ((await ask('alerts')) as { readonly alerts: readonly PrometheusAlert[] }).alerts,
    query: async (expr) => {
      const { result } = (await ask(`query?query=${encodeURIComponent(expr)}`)) as {
        readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[];
      };
      return result.map(({ metric, value: [, text] }) => ({ metric, value: Number(text) }));
    },
    stop: async () => {
      await peer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
