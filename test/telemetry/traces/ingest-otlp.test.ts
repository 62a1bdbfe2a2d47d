import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { readSynced } from '../../../src/telemetry/stats/figures.cache.ts';
import { type OtlpIntake, type OtlpSettings, openOtlpIntake } from '../../../src/telemetry/traces/ingest-otlp.ts';
import { loadHashKey } from '../../../src/telemetry/traces/load-hash-key.ts';
import { ownershipOf } from '../../../src/telemetry/traces/ownership.ts';
import { noteProbes } from '../../../src/telemetry/traces/probes.journal.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { recordedExport } from '../../support/otlp-capture.ts';
import { openTraceStore, type TraceStore } from '../../support/trace-store.ts';

let store: TraceStore;
beforeEach(async () => {
  store = await openTraceStore();
});

const intakeOf = (settings: Partial<OtlpSettings> = {}, prices: Fleet['prices'] = {}): Promise<OtlpIntake> => {
  const { folder, cache, ctx } = store;
  const fleet = { prices, stateFolder: folder } as unknown as Fleet;
  return openOtlpIntake(ctx, fleet, { cache, ownership: ownershipOf([]), source: 'local', trustCost: false, keepText: null, ...settings });
};
const take = async (intake: OtlpIntake, file: string) => {
  const { body, encoding } = recordedExport(file);
  const taken = await intake.take({ body, encoding, signal: 'traces', boundAgent: null });
  if (!taken.ok) throw new Error(taken.reason);
  return taken;
};
const rows = () => store.cache.all<{ cost_nanos: number | null; input_hash: number | null }>('SELECT * FROM span');

describe('a request', () => {
  test('is in the cache when it is answered, and again changes nothing', async () => {
    const intake = await intakeOf();
    expect(await take(intake, 'genai-openai.traces.json')).toMatchObject({ rejected: 0, page: { added: 6, changed: 0 }, unpriced: [] });
    expect(rows()).toHaveLength(6);
    expect(await take(intake, 'genai-openai.traces.json')).toMatchObject({ page: { added: 0, changed: 0, unchanged: 6 } });
  });

  test('tells how fresh figures are where nothing is read, and nothing of what is', async () => {
    const before = store.ctx.clock.now() * 1000;
    await take(await intakeOf(), 'genai-openai.traces.json');
    expect(readSynced(store.cache)).toBeGreaterThanOrEqual(before);
    upsertPage(store.cache, ownershipOf([]), { source: 'prod', spans: [], scores: [], progress: { cursor: null, highUs: 9, syncedUs: 9 } });
    expect(readSynced(store.cache)).toBe(9);
  });

  test('that cannot be read leaves the cache as it is', async () => {
    const intake = await intakeOf();
    const { body, encoding } = recordedExport('genai-openai.traces.protobuf.wire.json');
    const cut = body.subarray(0, body.length - 1);
    expect(await intake.take({ body: cut, encoding, signal: 'traces', boundAgent: null })).toMatchObject({ ok: false });
    expect(rows()).toHaveLength(0);
  });

  test('of our own probe is synthetic', async () => {
    await noteProbes(store.journal, [{ traceId: 'f077ecb760ac1b7e2b83a17602261c92', agent: 'weather', check: 'c', at: 0 }]);
    await take(await intakeOf(), 'genai-openai.traces.json');
    expect(store.cache.all('SELECT DISTINCT synthetic FROM run')).toEqual([{ synthetic: 1 }]);
  });
});

describe('money and texts', () => {
  const costs = () =>
    rows()
      .map(({ cost_nanos }) => cost_nanos)
      .filter((cost) => cost !== null)
      .sort((a, b) => a - b);

  test('costs come from the list: 12 × $0.15 + 7 × $0.60, three times; 4 × $0.02', async () => {
    await take(await intakeOf(), 'genai-openai.traces.json');
    expect(costs()).toEqual([80, 6000, 6000, 6000]);
  });

  test('what an agent reports of its own cost counts only where it is trusted', async () => {
    await take(await intakeOf(), 'langfuse-otel.traces.json');
    expect(costs()).toEqual([5700]);
    store.cache.run('DELETE FROM span');
    store.cache.run('DELETE FROM trace');
    await take(await intakeOf({ trustCost: true }), 'langfuse-otel.traces.json');
    expect(costs()).toEqual([6000]);
  });

  test('models without a price are named', async () => {
    const intake = await intakeOf();
    const text = recordedExport('genai-openai.traces.json').body.toString().replaceAll('gpt-4o-mini-2024-07-18', 'our-own');
    const taken = await intake.take({ body: Buffer.from(text), encoding: 'json', signal: 'traces', boundAgent: null });
    expect(taken).toMatchObject({ unpriced: ['openai/our-own'] });
  });

  test('texts are hashed, and kept only if asked for', async () => {
    await take(await intakeOf(), 'ai-sdk-v5.traces.json');
    expect(rows().filter(({ input_hash }) => input_hash !== null).length).toBeGreaterThan(5);
    expect(store.cache.all('SELECT * FROM payload')).toHaveLength(0);
    store.cache.run('DELETE FROM span');
    store.cache.run('DELETE FROM trace');
    await take(await intakeOf({ keepText: (text) => text.replaceAll('Oslo', '***') }), 'ai-sdk-v5.traces.json');
    const kept = store.cache.all<{ body: Uint8Array | string }>('SELECT body FROM payload').map(({ body }) => Buffer.from(body).toString());
    expect(kept.join()).toContain('***');
    expect(kept.join()).not.toContain('Oslo');
  });
});

describe('the key of the hashes', () => {
  const path = () => join(store.folder, 'hash.key');

  test('is made once, for its owner alone', () => {
    const made = loadHashKey(store.ctx.files, store.cache, store.folder);
    expect(loadHashKey(store.ctx.files, store.cache, store.folder)).toEqual(made);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readFileSync(path(), 'utf8').trim()).toBe(Buffer.from(made).toString('hex'));
  });

  test('is never guessed from a damaged file', () => {
    store.ctx.files.writePrivate(path(), 'abc');
    expect(() => loadHashKey(store.ctx.files, store.cache, store.folder)).toThrow(/64 hex digits/);
  });
});
