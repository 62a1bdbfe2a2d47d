import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Fleet } from '../../../src/fleet/agent.ts';
import type { Context } from '../../../src/ground/runtime/context.ts';
import type { Cache, Journal } from '../../../src/ground/store/port.ts';
import { openSqliteJournal } from '../../../src/ground/store/sqlite.ts';
import { openSqliteCache } from '../../../src/ground/store/sqlite-cache.ts';
import { backends } from '../../../src/telemetry/traces/registry.ts';
import { syncBackend } from '../../../src/telemetry/traces/sync-spans.ts';
import { openWorld } from '../../support/world.ts';

const nowMs = Date.UTC(2026, 10, 23, 12);
let folder: string;
let cache: Cache;
let journal: Journal;
const world = openWorld();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agentops-sync-'));
  cache = await openSqliteCache(join(folder, 'cache.db'));
  journal = await openSqliteJournal(join(folder, 'journal.db'), () => 0);
});
afterEach(async () => {
  cache.close();
  await journal.close();
  await world.http.close();
  rmSync(folder, { recursive: true });
});

const line = (at: number): string => {
  const startMs = nowMs - 3_600_000;
  const span = {
    traceId: (at + 1).toString(16).padStart(32, '0'),
    spanId: (at + 1).toString(16).padStart(16, '0'),
    name: `step ${at}`,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + 5}000000`,
  };
  return `${JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })}\n`;
};

test('each sync of a file reads what was added since the one before', async () => {
  const file = join(folder, 'spans.jsonl');
  const config = { kind: 'otlp-file', path: { secret: 'spans.jsonl', base: folder }, mode: 'spans' };
  const slot = { kind: 'otlp-file', config, at: { file: 'agentops.yaml', line: 1, column: 1 } };
  const fleet = { agents: [], prices: {}, stateFolder: folder } as unknown as Fleet;
  const sync = (atMs: number) => {
    const clock = { ...world.clock, now: () => atMs };
    const ctx = { ...world, clock, signal: new AbortController().signal, journal: async () => journal, cache: async () => cache };
    const request = { registry: backends, backends: [], sinceMs: null, untilMs: atMs, isRehearsal: false, firstMs: 86_400_000 };
    return syncBackend(ctx as unknown as Context, fleet, 'local', slot, request, () => {});
  };
  writeFileSync(file, line(0) + line(1));
  expect(await sync(nowMs)).toMatchObject({ rows: 2, added: 2, complete: true });
  expect(await sync(nowMs + 60_000)).toMatchObject({ rows: 0, complete: true });
  appendFileSync(file, line(2));
  expect(await sync(nowMs + 120_000)).toMatchObject({ rows: 1, added: 1, complete: true });
  expect(await sync(nowMs + 180_000)).toMatchObject({ rows: 0, complete: true });
  expect(cache.all('SELECT * FROM span')).toHaveLength(3);
});
