import { once } from 'node:events';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteCache } from '../../src/ground/store/sqlite-cache.ts';
import { recordedExport } from '../support/otlp-capture.ts';
import { openManifest, tokenManifest, tokens } from '../support/receiver.ts';
import { type RunningCli, runCli, scratch, startCli } from '../support/run-cli.ts';

interface Serving extends RunningCli {
  readonly url: string;
  /** Events so far, as they were printed. */
  events(): readonly { readonly event: string; readonly [key: string]: unknown }[];
}

/** Starts `agentops serve --json` and waits until it listens; killed after the test. */
const startServe = async (cwd: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<Serving> => {
  const running = startCli(['serve', '--json', '--port', '0', ...args], { cwd, env });
  onTestFinished(() => void running.child.kill('SIGKILL'));
  let said = '';
  running.child.stdout?.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  while (!said.includes('\n') && running.child.exitCode === null)
    await Promise.race([once(running.child.stdout as never, 'data'), running.ended]);
  const events = () =>
    said
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return { ...running, url: String(events()[0]?.url), events };
};

const id = (at: number): string => (at + 1).toString(16).padStart(16, '0');
const spanBody = (at: number): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'weather-agent' } }] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: id(at).repeat(2),
                spanId: id(at),
                name: 'chat',
                startTimeUnixNano: `${1_795_370_651_000 + at}000000`,
                endTimeUnixNano: `${1_795_370_651_500 + at}000000`,
              },
            ],
          },
        ],
      },
    ],
  });
const send = (url: string, at: number) =>
  fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: spanBody(at) });

const storedIds = async (folder: string): Promise<ReadonlySet<string>> => {
  const cache = await openSqliteCache(join(folder, '.agentops/cache.db'));
  expect(cache.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  const ids = cache.all<{ id: string }>('SELECT lower(hex(span_id)) AS id FROM span').map((row) => row.id);
  cache.close();
  return new Set(ids);
};

describe('agentops serve', () => {
  test('takes spans again as soon as a store that could not be opened can be', async () => {
    using folder = scratch({ 'agentops.yaml': openManifest });
    const inTheWay = join(folder.path, '.agentops/journal.db');
    mkdirSync(inTheWay, { recursive: true });
    const { url } = await startServe(folder.path);
    expect((await send(url, 0)).status).toBe(503);
    rmdirSync(inTheWay);
    expect((await send(url, 0)).status).toBe(200);
  });

  test('loses nothing it acknowledged when it is killed, and goes on from there', async () => {
    using folder = scratch({ 'agentops.yaml': openManifest });
    const first = await startServe(folder.path);
    const acknowledged: number[] = [];
    let next = 0;
    // Eight senders, each with one request in flight, until the receiver is gone.
    const sender = async (): Promise<void> => {
      for (let at = next++; ; at = next++) {
        const reply = await send(first.url, at).catch(() => null);
        if (reply === null) return;
        if (reply.status === 200) acknowledged.push(at);
        if (acknowledged.length === 150) first.child.kill('SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: 8 }, sender));
    await first.ended;
    expect(acknowledged.length).toBeGreaterThanOrEqual(150);
    const stored = await storedIds(folder.path);
    expect(acknowledged.filter((at) => !stored.has(id(at)))).toEqual([]);

    // What was not acknowledged is sent again by its sender, and nothing is there twice.
    const second = await startServe(folder.path);
    for (let at = 0; at < next; at++) expect((await send(second.url, at)).status).toBe(200);
    second.child.kill('SIGTERM');
    expect((await second.ended).status).toBe(143);
    expect((await storedIds(folder.path)).size).toBe(next);
  });

  test('tells what happens as lines of JSON, and ends well on Ctrl-C', async () => {
    using folder = scratch({ 'agentops.yaml': openManifest });
    const { url, child, ended, events } = await startServe(folder.path);
    expect(events()[0]).toMatchObject({ schema_version: '1', fleet: 'tiny', event: 'listening', tokens: 0, is_private: true });
    expect((await send(url, 1)).status).toBe(200);
    expect((await fetch(`${url}/beat/weather`, { method: 'POST' })).status).toBe(200);
    child.kill('SIGINT');
    const { status, stderr } = await ended;
    expect([status, stderr]).toEqual([130, '']);
    expect(events().map(({ event }) => event)).toEqual(['listening', 'beat', 'stopped']);
    expect(events().at(-1)).toMatchObject({ tally: { requests: 2, spans: 1, beats: 1 } });
    const seen = await runCli(['history', 'weather', '--json'], { cwd: folder.path });
    expect(seen.status).toBe(0);
  });

  test('tells a person on stderr, and each complaint once', async () => {
    using folder = scratch({ 'agentops.yaml': openManifest });
    const running = startCli(['serve', '--port', '0'], { cwd: folder.path });
    onTestFinished(() => void running.child.kill('SIGKILL'));
    let said = '';
    running.child.stderr?.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    while (!said.includes('OTEL_EXPORTER')) await once(running.child.stderr as never, 'data');
    const url = /http:\/\/[\d.]+:\d+/.exec(said)?.[0] ?? '';
    for (let times = 0; times < 3; times++)
      await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' });
    running.child.kill('SIGTERM');
    const { stdout, stderr } = await running.ended;
    expect(stdout).toBe('');
    expect(stderr.match(/refused with 400: the body is not JSON/g)).toHaveLength(1);
    expect(stderr).toContain('Stopped. 3 requests - 0 spans');
  });

  test('counts what it received among the figures of the fleet', async () => {
    using folder = scratch({ 'agentops.yaml': openManifest });
    const { url, child, ended } = await startServe(folder.path);
    const text = recordedExport('genai-openai.traces.json').body.toString();
    const body = text.replace(
      /"(start|end)TimeUnixNano":"\d+"/g,
      (_, which) => `"${which}TimeUnixNano":"${Date.now() - (which === 'start' ? 5000 : 4000)}000000"`,
    );
    await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/agentops_window_requests\{agent="[^"]+"\} 1\n/);
    child.kill('SIGTERM');
    await ended;
    const status = await runCli(['status', '--json'], { cwd: folder.path });
    expect(JSON.parse(status.stdout)).toMatchObject({ totals: { requests: 1 } });
  });

  test('is not opened to others without tokens', async () => {
    using folder = scratch({ 'agentops.yaml': openManifest });
    const { status, stderr } = await runCli(['serve', '--host', '0.0.0.0', '--port', '0', '--json'], { cwd: folder.path });
    expect(status).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'tokens_required', hint: expect.stringContaining('tokens:') } });
  });

  test('with tokens it is, and says that they travel in the open', async () => {
    using folder = scratch({ 'agentops.yaml': tokenManifest });
    const env = tokens as Record<string, string>;
    const { url, events } = await startServe(folder.path, ['--host', '0.0.0.0'], env);
    expect(events()[0]).toMatchObject({ tokens: 2, is_private: false });
    expect((await send(url, 1)).status).toBe(401);
    const missing = await runCli(['serve', '--port', '0'], { cwd: folder.path });
    expect([missing.status, missing.stderr]).toEqual([2, expect.stringContaining('WEATHER_TOKEN is not set')]);
  });

  test('says so where the address is taken, or the store cannot be had', async () => {
    using folder = scratch({ 'agentops.yaml': openManifest });
    const { url } = await startServe(folder.path);
    const taken = await runCli(['serve', '--port', new URL(url).port], { cwd: folder.path });
    expect([taken.status, taken.stderr]).toEqual([3, expect.stringContaining('another program listens there already')]);
    using broken = scratch({ 'agentops.yaml': openManifest });
    mkdirSync(join(broken.path, '.agentops/cache.db'), { recursive: true });
    const { status, stderr } = await runCli(['serve', '--port', '0'], { cwd: broken.path });
    expect([status, stderr]).toEqual([3, expect.stringContaining('cannot be opened')]);
  });
});
