import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { OpsError } from '../../src/ground/errors.ts';
import type { JsonObject } from '../../src/ground/json.ts';
import langfuse from '../../src/telemetry/traces/backends/langfuse.ts';
import type { Page, TimeWindow } from '../../src/telemetry/traces/port.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { openPeer, type Reply } from '../support/http-peer.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { openPrism, type Prism } from '../support/prism.ts';
import { body, json } from '../support/replies.ts';
import { openWorld, ref } from '../support/world.ts';

const fromMs = Date.UTC(2026, 10, 23, 7);
const window: TimeWindow = { fromUs: fromMs * 1000, toUs: (fromMs + 3_600_000) * 1000 };
const never = new AbortController().signal;

const row = { id: 'b1', traceId: 'a1', startTime: '2026-11-23T07:00:01.000Z', endTime: null, type: 'SPAN', name: 'step' };
const missing = body('<!DOCTYPE html>', 'text/html', 404);

/** A server that has some paths, each with several pages. */
const having =
  (...paths: readonly string[]): Reply =>
  (request, response) => {
    const path = request.path.replace('/api/public', '');
    if (path === '/health') return json({ status: 'OK', version: '3.170.0' })(request, response);
    if (path.startsWith('/traces/')) return missing(request, response);
    if (!paths.includes(path)) return missing(request, response);
    const page = Number(request.query.get('page') ?? '1');
    const isFirst = page === 1 && !request.query.has('cursor');
    const meta: JsonObject = request.query.has('page') ? { page, totalPages: 2 } : isFirst ? { cursor: 'bmV4dA==' } : {};
    json({ data: [row], meta })(request, response);
  };

describeWithPeer('Langfuse described by its vendor', { packages: ['@stoplight/prism-cli'], folder: 'prism' }, () => {
  let prism: Prism;
  beforeAll(async () => {
    prism = await openPrism('langfuse.json');
  });
  afterAll(() => prism.stop());
  afterEach(() => {
    expect(prism.takeViolations()).toEqual([]);
  });

  const open = async (reply: Reply, parts: Record<string, unknown> = {}) => {
    const peer = await openPeer(reply);
    const world = { ...openWorld({ PUBLIC: 'pk-lf-0123456789', SECRET: 'sk-lf-0123456789' }), clock: fakeClock(fromMs + 7_200_000) };
    onTestFinished(() => world.http.close());
    const keys = { public_key: ref('${PUBLIC}'), secret_key: ref('${SECRET}') };
    return langfuse.open(langfuse.config.parse({ kind: 'langfuse', url: ref(peer.url), ...keys, ...parts }), world);
  };
  const drain = async <Item>(items: AsyncIterable<Item> | undefined): Promise<Item[]> => {
    const read: Item[] = [];
    for await (const item of items ?? []) read.push(item);
    return read;
  };
  const judgedSince = (before: number): readonly string[] =>
    [...new Set(prism.judged.slice(before))].map((asked) => asked.split('/public')[1] ?? '');

  it('is asked for spans and scores as v4 describes', async () => {
    const before = prism.judged.length;
    const backend = await open(prism.judging(having('/v2/observations', '/v3/scores')), { include: ['io', 'metadata'] });
    expect((await drain(backend.pages(window, null, never))).length).toBe(4);
    expect(judgedSince(before)).toEqual(['/v2/observations', '/observations', '/v3/scores']);
  });

  it('is asked for spans, traces and scores as v3 describes', async () => {
    const before = prism.judged.length;
    const backend = await open(prism.judging(having('/observations', '/traces', '/v2/scores')));
    const pages: Page[] = await drain(backend.pages(window, null, never));
    expect(pages.flatMap(({ spans }) => spans)).toHaveLength(2);
    expect(judgedSince(before)).toEqual([
      '/v2/observations',
      '/health',
      '/observations',
      '/traces',
      '/traces/{traceId}',
      '/v3/scores',
      '/v2/scores',
    ]);
  });

  it('is asked for figures as v4 and v3 describe', async () => {
    const before = prism.judged.length;
    const v4 = await open(prism.judging(having('/v2/observations', '/v2/metrics')));
    expect(await drain(v4.aggregates?.(window, never))).toHaveLength(2);
    const v3 = await open(prism.judging(having('/metrics')));
    expect(await drain(v3.aggregates?.(window, never))).toHaveLength(2);
    expect(judgedSince(before)).toEqual(['/v2/observations', '/observations', '/v2/metrics', '/health', '/metrics']);
  });

  it('is pinged as described', async () => {
    const backend = await open(prism.judging());
    expect(await backend.ping(never)).toMatchObject({ state: 'ok' });
  });

  it('may answer with anything its description allows, however odd', async () => {
    const backend = await open(prism.judging());
    // Prism makes up the same cursor for every page: that is found out, after the rows before it were read.
    const spans: unknown[] = [];
    const reading = async () => {
      for await (const page of backend.pages(window, null, never)) spans.push(...page.spans);
    };
    await expect(reading()).rejects.toSatisfy((thrown) => thrown instanceof OpsError && thrown.code === 'backend_malformed');
    expect(spans.length).toBeGreaterThan(0);
    for (const span of spans) {
      expect(span).toMatchObject({ traceId: 'string', startUs: Date.UTC(2019, 7, 24, 14, 15, 22) * 1000 });
      for (const value of Object.values(span as object)) if (typeof value === 'number') expect(Number.isSafeInteger(value)).toBe(true);
    }
  });
});
