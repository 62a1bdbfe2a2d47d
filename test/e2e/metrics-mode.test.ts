import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Peer } from '../peers/start-peer.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { startPrometheus } from '../support/prometheus-history.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const manifest = (url: string): string => `
version: 1
fleet: acme
backends:
  counts: { kind: prometheus, url: "${url}", mode: metrics }
agents:
  billing: { checks: [ { id: n, heartbeat: { every: 1d } } ] }
  helper: { traces: { backend: counts, match: { agent_name: support } }, checks: [ { id: n, heartbeat: { every: 1d } } ] }
`;

describeWithPeer('a fleet of which a real Prometheus keeps the figures', { programs: ['prometheus', 'promtool'] }, () => {
  let peer: Peer;
  let folder: ReturnType<typeof scratch>;
  const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path });
  const answer = async (...args: readonly string[]) => JSON.parse((await run(...args, '--json')).stdout);

  beforeAll(async () => {
    peer = await startPrometheus();
    folder = scratch({ 'agentops.yaml': manifest(peer.url) });
  });
  afterAll(async () => {
    await peer?.stop();
    folder?.[Symbol.dispose]();
  });

  it('is read by sync, and again without a change', async () => {
    const [first, again] = [await answer('sync', '--since', '24h'), await answer('sync', '--since', '24h')];
    expect(first.backends).toMatchObject([{ backend: 'counts', complete: true, changed: 0 }]);
    expect(first.backends[0].added).toBeGreaterThan(10);
    expect(again.backends).toMatchObject([{ complete: true, added: 0, changed: 0 }]);
  });

  it('has them in status, cost and trend', async () => {
    const status = await answer('status');
    const rowOf = (agent: string) => status.agents.find((row: { agent: string }) => row.agent === agent);
    // The first bucket lacks what was counted before its first sample.
    expect(rowOf('billing').requests).toBeGreaterThanOrEqual(7 * 45);
    expect(rowOf('billing').error_rate).toBeCloseTo(1 / 7, 2);
    expect(rowOf('helper')).toMatchObject({ errors: 0 });
    expect(status.totals.requests).toBe(rowOf('billing').requests + rowOf('helper').requests);

    const cost = await answer('cost', '--by', 'model', '--window', '24h');
    const tokens = cost.rows.reduce((sum: number, row: { input_tokens: number }) => sum + row.input_tokens, 0);
    expect(tokens).toBe(status.totals.input_tokens);

    const trend = await answer('trend', 'requests', '--agent', 'billing', '--window', '24h');
    const seen = trend.points.map(({ requests }: { requests: number }) => requests);
    expect(seen.reduce((sum: number, each: number) => sum + each, 0)).toBe(rowOf('billing').requests);
  });

  it.each([
    ['status', '--by', 'user'],
    ['status', '--by', 'model', '--filter', 'agent=billing'],
    ['trend', 'p95'],
    ['trend', 'quality', '--agent', 'billing'],
    ['compare', '2d..1d', '1d..now'],
    ['compare', 'billing', 'helper'],
    ['cost', '--unpriced'],
    ['traces', 'list'],
    ['traces', 'show', 'abcdef'],
    ['traces', 'unmatched'],
    ['traces', 'topology'],
  ])('answers %s %s %s with the mode that leaves nothing to tell', async (...words) => {
    const { status, stdout, stderr } = await run(...words);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/backend counts is read for its figures alone \(mode: metrics\)/);
    expect(stderr).toContain('mode: spans under backends: counts reads traces, where it has some');
  });
});
