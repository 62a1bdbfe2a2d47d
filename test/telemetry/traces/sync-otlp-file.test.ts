import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { backends } from '../../../src/telemetry/traces/registry.ts';
import { syncBackend } from '../../../src/telemetry/traces/sync-spans.ts';
import { openTraceStore } from '../../support/trace-store.ts';

const nowMs = Date.UTC(2026, 10, 23, 12);

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** A model call, an hour ago. */
const line = (at: number, asked = 'where is my parcel?'): string => {
  const startMs = nowMs - 3_600_000;
  const span = {
    traceId: (at + 1).toString(16).padStart(32, '0'),
    spanId: (at + 1).toString(16).padStart(16, '0'),
    name: `step ${at}`,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + 5}000000`,
    attributes: [attribute('gen_ai.operation.name', 'chat'), attribute('gen_ai.input.messages', asked)],
  };
  return `${JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })}\n`;
};

const open = async (capture: Fleet['capture'] = 'none') => {
  const { folder, cache, ctx } = await openTraceStore();
  const config = { kind: 'otlp-file', path: { secret: 'spans.jsonl', base: folder }, mode: 'spans' };
  const slot = { kind: 'otlp-file', config, at: { file: 'agentops.yaml', line: 1, column: 1 } };
  const fleet = { agents: [], prices: {}, stateFolder: folder, capture } as unknown as Fleet;
  const sync = (atMs: number) => {
    const clock = { ...ctx.clock, now: () => atMs };
    const request = { registry: backends, sinceMs: null, untilMs: atMs, isRehearsal: false, firstMs: 86_400_000 };
    return syncBackend({ ...ctx, clock }, fleet, 'local', slot, request, () => {});
  };
  return { file: join(folder, 'spans.jsonl'), cache, sync };
};

test('each sync of a file reads what was added since the one before', async () => {
  const { file, cache, sync } = await open();
  writeFileSync(file, line(0) + line(1));
  expect(await sync(nowMs)).toMatchObject({ rows: 2, added: 2, complete: true });
  expect(await sync(nowMs + 60_000)).toMatchObject({ rows: 0, complete: true });
  appendFileSync(file, line(2));
  expect(await sync(nowMs + 120_000)).toMatchObject({ rows: 1, added: 1, complete: true });
  expect(await sync(nowMs + 180_000)).toMatchObject({ rows: 0, complete: true });
  expect(cache.all('SELECT * FROM span')).toHaveLength(3);
});

describe('what was asked', () => {
  const asked = 'send it to ann@example.org';
  const hashes = 'SELECT DISTINCT input_hash IS NULL AS is_null FROM span';
  const bodies = (cache: Awaited<ReturnType<typeof open>>['cache']) =>
    cache.all<{ body: string }>('SELECT body FROM payload').map(({ body }) => JSON.parse(body) as unknown);

  test('is hashed and not kept', async () => {
    const { file, cache, sync } = await open();
    writeFileSync(file, line(0, asked));
    await sync(nowMs);
    expect(cache.all(hashes)).toEqual([{ is_null: 0 }]);
    expect(bodies(cache)).toEqual([]);
  });

  test('is kept under capture: io, without personal data', async () => {
    const { file, cache, sync } = await open('io');
    writeFileSync(file, line(0, asked) + line(1, 'x'.repeat(100_000)));
    await sync(nowMs);
    expect(bodies(cache)).toEqual([
      { input: 'send it to [email]', output: null, message: null },
      { input: 'x'.repeat(32_768), output: null, message: null },
    ]);
  });
});
