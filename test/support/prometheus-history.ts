import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Peer, startPeer } from '../peers/start-peer.ts';

const quarterUs = 900_000_000;
const hourUs = 4 * quarterUs;
const fromUs = (Math.floor((Date.now() * 1000) / hourUs) - 6) * hourUs;

/** An hour, six hours ago, microseconds: Prometheus keeps it as a block on disk, and knows nothing since. */
export const prometheusHistory = { quarterUs, fromUs, toUs: fromUs + hourUs };

/**
 * Two agents, scraped each minute. Each minute billing has 6 good requests, of which 3 take up to a second and 3 up to two, and 1 that
 * times out at once; support has 2 good ones up to a second, by another model.
 */
const history = (): string => {
  const lines: string[] = [];
  for (let minute = 0; minute <= 60; minute++) {
    const at = fromUs / 1e6 + minute * 60;
    const put = (name: string, labels: string, perMinute: number) => lines.push(`${name}{${labels}} ${perMinute * minute} ${at}`);
    const duration = 'gen_ai_client_operation_duration_seconds';
    const billing = 'gen_ai_agent_name="billing",service_name="money",gen_ai_request_model="claude-sonnet-5"';
    const support = 'gen_ai_agent_name="support",gen_ai_request_model="gpt-5"';
    put(`${duration}_count`, billing, 6);
    put(`${duration}_count`, `${billing},error_type="timeout"`, 1);
    put(`${duration}_count`, support, 2);
    for (const [le, good, bad] of [
      ['0.5', 0, 1],
      ['1', 3, 1],
      ['2', 6, 1],
      ['+Inf', 6, 1],
    ] as const) {
      put(`${duration}_bucket`, `${billing},le="${le}"`, good);
      put(`${duration}_bucket`, `${billing},error_type="timeout",le="${le}"`, bad);
      put(`${duration}_bucket`, `${support},le="${le}"`, le === '0.5' ? 0 : 2);
    }
    put('gen_ai_client_token_usage_sum', `${billing},gen_ai_token_type="input"`, 6000);
    put('gen_ai_client_token_usage_sum', `${billing},gen_ai_token_type="output"`, 600);
    put('gateway_spend_usd_total', `${billing}`, 0.02);
  }
  // promtool wants the samples of a series together and in order.
  return `${lines.sort((a, b) => compare(a, b)).join('\n')}\n# EOF\n`;
};

const compare = (a: string, b: string): number => {
  const seriesOf = (line: string) => line.slice(0, line.indexOf('}'));
  const atOf = (line: string) => Number(line.slice(line.lastIndexOf(' ')));
  return seriesOf(a) < seriesOf(b) ? -1 : seriesOf(a) > seriesOf(b) ? 1 : atOf(a) - atOf(b);
};

/** A real Prometheus with that hour in it. */
export const startPrometheus = async (): Promise<Peer> => {
  const folder = mkdtempSync(join(tmpdir(), 'agentops-prometheus-'));
  const [text, data, setup] = ['history.txt', 'data', 'prometheus.yml'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(text, history());
  writeFileSync(setup, 'scrape_configs: []\n');
  execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', text, data], { stdio: 'pipe' });
  const peer = await startPeer({
    argv: (port) => ['prometheus', `--config.file=${setup}`, `--storage.tsdb.path=${data}`, `--web.listen-address=127.0.0.1:${port}`],
    ready: /Server is ready to receive web requests/,
  });
  const stop = async () => {
    await peer.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...peer, stop };
};
