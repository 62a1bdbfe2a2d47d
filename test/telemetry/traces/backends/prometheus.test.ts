import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import prometheus from '../../../../src/telemetry/traces/backends/prometheus.ts';
import type { Aggregate, TimeWindow } from '../../../../src/telemetry/traces/port.ts';
import { type Peer, startPeer } from '../../../peers/start-peer.ts';
import { openPeer } from '../../../support/http-peer.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { json } from '../../../support/replies.ts';
import { openWorld, ref } from '../../../support/world.ts';

const never = new AbortController().signal;

const open = (url: string, parts: Record<string, unknown> = {}) => {
  const world = openWorld({ TOKEN: 'glc_0123456789' });
  onTestFinished(() => world.http.close());
  return prometheus.open(prometheus.config.parse({ kind: 'prometheus', url: ref(url), ...parts }), world);
};
type Backend = ReturnType<typeof open>;

const figuresOf = async (backend: Backend, window: TimeWindow): Promise<readonly Aggregate[]> => {
  const rows: Aggregate[] = [];
  for await (const some of backend.aggregates?.(window, never) ?? []) rows.push(...some);
  return rows;
};

/** An hour, six hours ago: Prometheus keeps it as a block on disk, and knows nothing since. */
const quarterUs = 900_000_000;
const hourUs = 4 * quarterUs;
const fromUs = (Math.floor((Date.now() * 1000) / hourUs) - 6) * hourUs;
const window = { fromUs, toUs: fromUs + hourUs };

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

describeWithPeer('real Prometheus', { programs: ['prometheus', 'promtool'] }, () => {
  let peer: Peer;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'agentops-prometheus-'));
    const [text, data, setup] = ['history.txt', 'data', 'prometheus.yml'].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(text, history());
    writeFileSync(setup, 'scrape_configs: []\n');
    execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', text, data], { stdio: 'pipe' });
    peer = await startPeer({
      argv: (port) => ['prometheus', `--config.file=${setup}`, `--storage.tsdb.path=${data}`, `--web.listen-address=127.0.0.1:${port}`],
      ready: /Server is ready to receive web requests/,
    });
  });
  afterAll(async () => {
    await peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('computes requests, errors and tokens of each agent and model', async () => {
    const counts = (await figuresOf(open(peer.url), window)).filter(({ requests }) => requests > 0);
    const billing = counts.filter(({ labels }) => labels['agent_name'] === 'billing');
    // The first bucket lacks what happened before its first sample.
    expect(billing.map(({ bucketUs }) => bucketUs)).toEqual([0, 1, 2, 3].map((at) => fromUs + at * quarterUs));
    for (const row of billing.slice(1)) {
      expect(row).toMatchObject({
        widthUs: quarterUs,
        labels: { agent_name: 'billing', service_name: 'money' },
        model: 'claude-sonnet-5',
        requests: 7 * 15,
        errors: 15,
        inputTokens: 6000 * 15,
        outputTokens: 600 * 15,
        costNanos: null,
      });
    }
    const support = counts.filter(({ labels }) => labels['agent_name'] === 'support');
    expect(support[1]).toMatchObject({ labels: { agent_name: 'support' }, model: 'gpt-5', requests: 30, errors: 0, inputTokens: 0 });
  });

  it('tells latency on rows of its own, over all models', async () => {
    const rows = (await figuresOf(open(peer.url), window)).filter(({ latencyP50Us }) => latencyP50Us !== null);
    expect(rows.length).toBeGreaterThanOrEqual(6);
    const last = rows.find(({ labels, bucketUs }) => labels['agent_name'] === 'billing' && bucketUs === fromUs + 3 * quarterUs);
    expect(last).toMatchObject({ model: null, requests: 0, errors: null });
    // 105 requests: 15 up to 0.5 s, 60 up to 1 s; interpolated by histogram_quantile.
    expect(last?.latencyP50Us).toBeCloseTo(916_667, -1);
    expect(last?.latencyP99Us).toBeCloseTo(1_976_667, -1);
  });

  it('takes cost and everything else by queries of the manifest', async () => {
    const cost = 'sum by ($by) (increase(gateway_spend_usd_total{$selector}[$window]))';
    const rows = await figuresOf(
      open(peer.url, { queries: { cost, errors: null, latency: null }, selector: 'service_name="money"' }),
      window,
    );
    expect(rows[1]).toMatchObject({ requests: 105, errors: null, costNanos: 300_000_000, latencyP95Us: null });
    expect(rows.every(({ labels }) => labels['agent_name'] === 'billing')).toBe(true);
  });

  it('has as many rows in many small windows as in one', async () => {
    const backend = open(peer.url);
    const whole = await figuresOf(backend, window);
    const parts: Aggregate[] = [];
    for (let at = 0; at < 4; at++) {
      const part = { fromUs: fromUs + at * quarterUs, toUs: fromUs + (at + 1) * quarterUs };
      parts.push(...(await figuresOf(backend, part)));
    }
    const sorted = (rows: readonly Aggregate[]) => rows.map((row) => JSON.stringify(row)).sort();
    expect(sorted(parts)).toEqual(sorted(whole));
  });

  it('says what is wrong with a query', async () => {
    const backend = open(peer.url, { queries: { requests: 'sum by ($by (' } });
    await expect(figuresOf(backend, window)).rejects.toMatchObject({
      code: 'backend_failed',
      message: expect.stringContaining('parse error'),
    });
    expect(await backend.ping(never)).toMatchObject({ state: 'failed', detail: expect.stringContaining('parse error') });
  });

  it('answers a ping, and says when there is nothing to count', async () => {
    expect(await open(peer.url).ping(never)).toMatchObject({ state: 'ok', detail: expect.stringContaining('has no requests now') });
  });
});

describe('prometheus', () => {
  const matrix = (result: readonly object[]) => json({ status: 'success', data: { resultType: 'matrix', result: result as never } });

  it('sends a form with its credentials in a header', async () => {
    const peer = await openPeer(matrix([]));
    expect(await figuresOf(open(`${peer.url}/prometheus`, { token: ref('${TOKEN}'), bucket: '1h' }), window)).toEqual([]);
    const [first] = peer.received;
    expect(first).toMatchObject({ method: 'POST', path: '/prometheus/api/v1/query_range' });
    expect(first?.headers).toMatchObject({ authorization: 'Bearer glc_0123456789', 'content-type': 'application/x-www-form-urlencoded' });
    const sent = new URLSearchParams(first?.body);
    expect(sent.get('query')).toContain('sum by (gen_ai_agent_name,service_name,gen_ai_request_model)');
    expect([sent.get('start'), sent.get('end'), sent.get('step')]).toEqual([`${window.toUs / 1e6}`, `${window.toUs / 1e6}`, '3600']);
    expect(peer.received).toHaveLength(7);
  });

  it('reads NaN and infinity as nothing told', async () => {
    const at = window.toUs / 1e6;
    const peer = await openPeer((request, response) => {
      const isQuantile = new URLSearchParams(request.body).get('query')?.includes('quantile(') ?? false;
      const values = isQuantile
        ? [
            [at, 'NaN'],
            [at + 900, '+Inf'],
          ]
        : [[at, '3.4']];
      matrix([{ metric: { gen_ai_agent_name: 'billing' }, values }])(request, response);
    });
    const rows = await figuresOf(open(peer.url), window);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ requests: 3, latencyP50Us: null });
  });

  it('is unable where the answer is something else', async () => {
    for (const answer of [json({ hello: 1 }), json(null), json({ status: 'success', data: { resultType: 'vector', result: [] } })]) {
      const peer = await openPeer(answer);
      await expect(figuresOf(open(peer.url), window)).rejects.toMatchObject({ kind: 'unable', code: 'backend_malformed' });
    }
  });

  it('quotes names of labels that only Prometheus 3 knows', async () => {
    const peer = await openPeer(matrix([]));
    await figuresOf(open(peer.url, { labels: { agent_name: 'gen_ai.agent.name' }, model_label: 'm' }), window);
    expect(new URLSearchParams(peer.received[0]?.body).get('query')).toContain('sum by ("gen_ai.agent.name",m)');
  });

  it('has no spans', async () => {
    const reading = open('http://127.0.0.1:9').pages(window, null, never)[Symbol.asyncIterator]();
    await expect(reading.next()).rejects.toMatchObject({ kind: 'usage', code: 'backend_without_spans' });
  });
});
