import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSqliteCache } from '../../src/ground/store/sqlite-cache.ts';
import { contentOf } from '../support/cache.ts';
import { openPeer, type Peer, type Received } from '../support/http-peer.ts';
import { langfuseAside } from '../support/langfuse-server.ts';
import { json } from '../support/replies.ts';
import { type CliResult, runCli, scratch, startCli } from '../support/run-cli.ts';

const hourAgo = Math.floor(Date.now() / 1000 - 3600) * 1000;
const rows = Array.from({ length: 60 }, (_, at) => ({
  id: `obs-${at}`,
  traceId: `trace-${Math.floor(at / 3)}`,
  parentObservationId: at % 3 === 0 ? null : `obs-${at - (at % 3)}`,
  type: at % 3 === 0 ? 'AGENT' : 'GENERATION',
  name: at % 3 === 0 ? 'support' : 'answer',
  traceName: 'support',
  release: at < 30 ? 'r1' : 'r2',
  startTime: new Date(hourAgo + at * 1000).toISOString(),
  endTime: new Date(hourAgo + at * 1000 + 700).toISOString(),
  usageDetails: { input: 100 + at, output: 10 },
  costDetails: { total: 0.001 * at },
}));
const pageRows = 10;

/** Langfuse v4 with sixty spans in pages of ten; `on` is told of each page before it is sent. */
const langfuse = (on: (page: number, request: Received) => void = () => {}): Promise<Peer> => {
  let pages = 0;
  return openPeer((request, response) => {
    const isList = request.path === '/api/public/v2/observations' && request.query.get('limit') !== '1';
    if (!isList) return langfuseAside.v4(request, response);
    on(pages++, request);
    const [from, to] = ['fromStartTime', 'toStartTime'].map((key) => Date.parse(request.query.get(key) ?? ''));
    const found = rows.filter(({ startTime }) => Date.parse(startTime) >= (from ?? 0) && Date.parse(startTime) < (to ?? 0));
    const at = Number(request.query.get('cursor') ?? 0);
    const next = { cursor: at + pageRows < found.length ? String(at + pageRows) : null };
    json({ data: found.slice(at, at + pageRows), meta: next })(request, response);
  });
};

const env = { PUBLIC: 'pk-lf-0123456789', SECRET: 'sk-lf-0123456789' };
const backend = (name: string, url: string) =>
  `  ${name}: { kind: langfuse, url: "${url}", public_key: "\${PUBLIC}", secret_key: "\${SECRET}" }`;
const manifest = (...backends: readonly string[]): string =>
  [
    'version: 1',
    'fleet: acme',
    'backends:',
    ...backends,
    'agents:',
    '  support: { traces: { backend: prod, match: { trace_name: support } }, checks: [ { id: n, heartbeat: { every: 1d } } ] }',
  ].join('\n');

const run = (folder: string, ...args: readonly string[]): Promise<CliResult> => runCli(args, { cwd: folder, env });
const contentIn = async (folder: string) => {
  const cache = await openSqliteCache(join(folder, '.agentops/cache.db'));
  const content = contentOf(cache);
  cache.close();
  return content;
};

const cleanSync = async () => {
  const peer = await langfuse();
  using folder = scratch({ 'agentops.yaml': manifest(backend('prod', peer.url)) });
  const result = await run(folder.path, 'sync', '--json');
  expect(result.status, result.stderr).toBe(0);
  return { document: JSON.parse(result.stdout), content: await contentIn(folder.path) };
};

describe('agentops sync', () => {
  test('killed at any page and run again, it ends as one clean sync does; so do two at once', async () => {
    const clean = await cleanSync();
    expect(clean.document).toMatchObject({ backends: [{ added: 60, complete: true }], releases: [{ agent: 'support', release: 'r2' }] });
    expect(clean.content['run']).toHaveLength(20);
    for (const fatal of [0, 2, 5]) {
      let kill = () => {};
      let isKilled = false;
      const peer = await langfuse((_, request) => {
        if (isKilled || Number(request.query.get('cursor') ?? -1) < fatal * pageRows - (fatal === 0 ? 1 : 0)) return;
        isKilled = true;
        kill();
      });
      using folder = scratch({ 'agentops.yaml': manifest(backend('prod', peer.url)) });
      const { child, ended } = startCli(['sync'], { cwd: folder.path, env });
      kill = () => child.kill('SIGKILL');
      expect((await ended).status).toBe(null);
      const again = await Promise.all(fatal === 2 ? [run(folder.path, 'sync'), run(folder.path, 'sync')] : [run(folder.path, 'sync')]);
      expect(again.map(({ status }) => status)).toEqual(again.map(() => 0));
      expect(await contentIn(folder.path)).toEqual(clean.content);
    }
  }, 60_000);

  test('Ctrl-C ends it with 130 and keeps what was read, which is not called fresh', async () => {
    let stop = () => {};
    const peer = await langfuse((_, request) => {
      if (request.query.get('cursor') === '20') stop();
    });
    using folder = scratch({ 'agentops.yaml': manifest(backend('prod', peer.url)) });
    const { child, ended } = startCli(['sync', '--json'], { cwd: folder.path, env });
    stop = () => child.kill('SIGINT');
    const { status, stdout } = await ended;
    expect(status).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ backends: [{ complete: false }], problems: [] });
    expect((await contentIn(folder.path))['span']?.length).toBeGreaterThanOrEqual(20);
    expect(JSON.parse((await run(folder.path, 'status', '--json')).stdout).freshness_s).toBeGreaterThan(1800);
  }, 20_000);

  test('a backend that is down keeps nobody from reading the others, exit 3', async () => {
    const peer = await langfuse();
    const broken = await openPeer((_request, response) => response.writeHead(401).end('{}'));
    using folder = scratch({ 'agentops.yaml': manifest(backend('broken', broken.url), backend('prod', peer.url)) });
    const { status, stdout } = await run(folder.path, 'sync', '--json');
    expect(status).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      backends: [
        { backend: 'broken', complete: false },
        { backend: 'prod', added: 60, complete: true },
      ],
      problems: [{ backend: 'broken', code: 'backend_unauthorized' }],
    });
    expect((await run(folder.path, 'status')).stdout.split('\n')[0]).toContain('broken: never synced');
    expect(JSON.parse((await run(folder.path, 'status', '--json')).stdout)).toMatchObject({ freshness_s: null, never_synced: ['broken'] });
    const wrong = await run(folder.path, 'sync', '--backend', 'prd');
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
    expect(wrong.stderr).toContain('did you mean prod?');
  }, 20_000);

  test('a rehearsal makes no cache', async () => {
    const peer = await langfuse();
    using folder = scratch({ 'agentops.yaml': manifest(backend('prod', peer.url)) });
    const { status, stdout } = await run(folder.path, 'sync', '--dry-run');
    expect([status, stdout]).toEqual([0, expect.stringContaining('60 rows read, nothing kept')]);
    expect(['cache.db', 'journal.db', 'hash.key'].filter((name) => existsSync(join(folder.path, '.agentops', name)))).toEqual([]);
  }, 20_000);

  test('a damaged, a newer and an unreachable cache are each told, exit 3', async () => {
    const peer = await langfuse();
    using folder = scratch({ 'agentops.yaml': manifest(backend('prod', peer.url)) });
    const state = join(folder.path, '.agentops');
    mkdirSync(state, { mode: 0o700 });
    writeFileSync(join(state, 'cache.db'), 'this is no database, whatever its name says '.repeat(100));
    const damaged = await run(folder.path, 'sync');
    expect(damaged).toMatchObject({ status: 3, stdout: '' });
    expect(damaged.stderr).toContain('is damaged or is not a database');
    const checked = await run(folder.path, 'db', 'check', '--json');
    expect(checked.status).toBe(1);
    expect(JSON.parse(checked.stdout)).toMatchObject({
      findings: [
        { name: 'journal', ok: true },
        { name: 'cache', ok: false, fix: expect.stringContaining('delete cache.db') },
      ],
    });
    writeFileSync(join(state, 'cache.db'), '');
    const later = await openSqliteCache(join(state, 'cache.db'));
    later.run('PRAGMA user_version = 99');
    later.close();
    const newer = await run(folder.path, 'sync');
    expect(newer).toMatchObject({ status: 3, stdout: '', stderr: expect.stringContaining('was written by a newer agentops') });
    using other = scratch({ 'agentops.yaml': manifest(backend('prod', peer.url)), '.agentops': 'a file where the folder should be' });
    expect(await run(other.path, 'sync')).toMatchObject({ status: 3, stdout: '' });
  }, 20_000);
});

describe('agentops db and mark', () => {
  test('tell what was kept, check it, hand it out, and find statistics that were changed', async () => {
    const peer = await langfuse();
    using folder = scratch({ 'agentops.yaml': manifest(backend('prod', peer.url)) });
    await run(folder.path, 'sync');
    const { stdout } = await run(folder.path, 'db', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      action: 'stats',
      spans: 60,
      requests: 20,
      dirty_buckets: 0,
      sources: [{ source: 'prod', cut_off: false }],
    });
    expect((await run(folder.path, 'db', 'check')).status).toBe(0);
    const cache = await openSqliteCache(join(folder.path, '.agentops/cache.db'));
    cache.run('UPDATE run_roll SET errors = errors + 1 WHERE grain = 1');
    cache.close();
    const broken = await run(folder.path, 'db', 'check');
    expect(broken).toMatchObject({ status: 1, stdout: expect.stringContaining('agentops db check --repair') });
    expect((await run(folder.path, 'db', 'check', '--repair')).status).toBe(0);
    const csv = (await run(folder.path, 'db', 'export', 'spans')).stdout.trim().split('\r\n');
    expect(csv).toHaveLength(61);
    const [head = [], first = []] = csv.filter((line) => !line.includes('obs-') || line.includes('obs-1,')).map((line) => line.split(','));
    expect(Object.fromEntries(head.map((name, at) => [name, first[at]]))).toMatchObject({
      ...{ source: 'prod', trace_id: 'trace-0', parent_id: 'obs-0', agent: 'support', kind: 'llm', name: 'answer', release: 'r1' },
      ...{ duration_ms: '700', input_tokens: '101', cost_usd: '0.001', cost_source: 'reported', counts: 'true', synthetic: 'false' },
      start: `${new Date(hourAgo + 1000).toISOString().slice(0, -1)}000Z`,
    });
    const lines = (await run(folder.path, 'db', 'export', 'runs', '--format', 'jsonl')).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject(Array.from({ length: 20 }, () => ({ agent: 'support', spans: 3 })));
    const listed = JSON.parse((await run(folder.path, 'mark', 'list', '--json')).stdout);
    expect(listed.marks).toMatchObject([{ agent: 'support', release: 'r2', source: 'seen', at: new Date(hourAgo + 30_000).toISOString() }]);
    for (const _ of [1, 2]) expect((await run(folder.path, 'mark', 'deploy', 'support', '--release', 'r3')).status).toBe(0);
    await run(folder.path, 'sync', '--full');
    expect(
      JSON.parse((await run(folder.path, 'mark', 'list', '--json')).stdout).marks.map(({ release }: { release: string }) => release),
    ).toEqual(['r2', 'r3']);
    expect((await run(folder.path, 'db', 'prune', '--dry-run')).stdout).toContain('would delete 0 traces');
    expect((await run(folder.path, 'db', 'vacuum')).status).toBe(0);
  }, 60_000);
});
