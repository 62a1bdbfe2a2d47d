import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import prometheus from '../../../../src/telemetry/traces/backends/prometheus.ts';
import type { Aggregate, TimeWindow } from '../../../../src/telemetry/traces/port.ts';
import type { Peer } from '../../../peers/start-peer.ts';
import { openPeer } from '../../../support/http-peer.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { prometheusHistory, startPrometheus } from '../../../support/prometheus-history.ts';
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

const { quarterUs, fromUs } = prometheusHistory;
const window = { fromUs, toUs: prometheusHistory.toUs };

describeWithPeer('real Prometheus', { programs: ['prometheus', 'promtool'] }, () => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await startPrometheus();
  });
  afterAll(() => peer?.stop());

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
