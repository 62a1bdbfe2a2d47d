import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { systemProcesses } from '../../src/ground/runtime/process.ts';
import { gate } from '../support/gate.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { type OpenedReceiver, openReceiver, tokenManifest, tokens } from '../support/receiver.ts';
import { peersFolder } from './start-peer.ts';

/** Lets the official exporter send some batches of thirty spans; answers what it thinks became of them. */
const exported = async (kind: string, url: string, batches: number, compression = 'none', env: Record<string, string> = {}) => {
  const argv = [join(peersFolder, 'otel-exporter.mjs'), kind, url, String(batches), compression];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env: { ...systemProcesses.baseEnv, ...env } });
  return JSON.parse(stdout);
};
const one = <Row>({ cache }: OpenedReceiver, sql: string): Row | undefined => cache.all<Row>(sql)[0];

const packages = ['@opentelemetry/exporter-trace-otlp-http', '@opentelemetry/exporter-trace-otlp-proto', '@opentelemetry/sdk-trace-base'];

describeWithPeer('OpenTelemetry’s exporters', { packages }, () => {
  test.each([
    ['http', 'none'],
    ['http', 'gzip'],
    ['proto', 'none'],
    ['proto', 'gzip'],
  ])('send over %s, compression %s: every span arrives, owned and priced', async (kind, compression) => {
    const receiver = await openReceiver();
    expect(await exported(kind, receiver.url, 2, compression)).toEqual({ exported: 2, failed: 0 });
    expect(
      one(receiver, 'SELECT COUNT(*) AS requests, SUM(spans) AS spans, SUM(llm_calls) AS calls, SUM(cost_nanos) AS nanos FROM run'),
    ).toEqual({
      requests: 20,
      spans: 60,
      calls: 20,
      // 1000 × $0.15 and 100 × $0.60 a million.
      nanos: 20 * 210_000,
    });
    expect(one(receiver, 'SELECT COUNT(DISTINCT agent) AS agents, MIN(word) AS agent FROM run JOIN dict ON dict.id = run.agent')).toEqual({
      agents: 1,
      agent: 'weather',
    });
  });

  test('come again when they were turned away, and nothing is lost or counted twice', async () => {
    const { passed, open } = gate();
    const receiver = await openReceiver({ limits: { waiting: 1 }, gate: passed });
    const sending = Promise.all([exported('http', receiver.url, 1), exported('proto', receiver.url, 1)]);
    while (receiver.tally.answers['429'] === undefined) await fetch(`${receiver.url}/healthz`);
    open();
    expect(await sending).toEqual([
      { exported: 1, failed: 0 },
      { exported: 1, failed: 0 },
    ]);
    expect(one(receiver, 'SELECT COUNT(*) AS n FROM span')).toEqual({ n: 60 });
  });

  test('show the token that their environment gives them', async () => {
    const receiver = await openReceiver({ manifest: tokenManifest, env: tokens });
    expect(await exported('proto', receiver.url, 1)).toEqual({ exported: 0, failed: 1 });
    const env = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20tok-weather' };
    expect(await exported('proto', receiver.url, 1, 'gzip', env)).toEqual({ exported: 1, failed: 0 });
    expect(one(receiver, 'SELECT COUNT(*) AS n FROM span')).toEqual({ n: 30 });
  });
});
