import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../../../../src/ground/json.ts';
import agentops from '../../../../src/telemetry/traces/backends/agentops.ts';
import type { Page } from '../../../../src/telemetry/traces/port.ts';
import { openPeer, type Reply } from '../../../support/http-peer.ts';
import { body, json } from '../../../support/replies.ts';
import { openWorld, ref } from '../../../support/world.ts';

const never = new AbortController().signal;
const fromUs = Date.UTC(2026, 10, 23, 7) * 1000;
const window = { fromUs, toUs: fromUs + 3_600_000_000 };
const key = '11111111-2222-4333-8444-555555555555';
const [first, second, gone] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];

const open = (url: string | null, parts: Record<string, unknown> = {}) => {
  const address = url === null ? {} : { url: ref(url) };
  const world = openWorld({ PRODUCT_KEY: key });
  onTestFinished(() => world.http.close());
  return agentops.open(agentops.config.parse({ kind: 'agentops', ...address, api_key: ref('${PRODUCT_KEY}'), ...parts }), world);
};
const drain = async (pages: AsyncIterable<Page>): Promise<Page[]> => {
  const read: Page[] = [];
  for await (const page of pages) read.push(page);
  return read;
};

const spans: Readonly<Record<string, JsonObject>> = {
  '1111111111111111': {
    span_id: '1111111111111111',
    parent_span_id: '',
    span_name: 'session',
    start_time: '2026-11-23T07:10:00.000001Z',
    end_time: '2026-11-23T07:10:02Z',
    duration: 2000,
    status_code: 'STATUS_CODE_OK',
    service_name: 'billing',
  },
  '2222222222222222': {
    span_id: '2222222222222222',
    parent_span_id: '1111111111111111',
    span_name: 'openai.chat',
    start_time: '2026-11-23T07:10:00.5',
    end_time: '2026-11-23T07:10:01.5',
    status_code: 'ERROR',
    status_message: 'rate limit exceeded',
    span_attributes: { gen_ai: { request: { model: 'gpt-5' }, system: 'OpenAI', usage: { prompt_tokens: 1500, completion_tokens: 750 } } },
    attributes: { 'gen_ai.operation.name': 'chat' },
    resource_attributes: { deployment: { environment: 'prod' } },
  },
  '3333333333333333': { span_id: '3333333333333333', span_name: 'older', start_time: '2026-11-22T07:10:00Z', status_code: 'UNSET' },
};
const traces: Readonly<Record<string, readonly string[]>> = {
  [first]: ['1111111111111111', '2222222222222222'],
  [second]: ['3333333333333333'],
};

/** The product's server, as its source answers. */
const server: Reply = (request, response) => {
  const { path } = request;
  if (path === '/public/v1/auth/access_token') {
    const isOurs = (request.json as { api_key?: string } | null)?.api_key === key;
    return (isOurs ? json({ bearer: 'jwt-1' }) : json({ detail: 'Invalid API key format' }, 400))(request, response);
  }
  if (request.headers.authorization !== 'Bearer jwt-1') return json({ detail: 'Invalid token' }, 400)(request, response);
  if (path === '/public/v1/project') return json({ id: 'p1', name: 'shop', environment: 'production' })(request, response);
  const [, kind, id] = /^\/public\/v1\/(traces|spans)\/([0-9a-f]+)$/.exec(path) ?? [];
  const ids = traces[id ?? ''];
  if (kind === 'traces' && ids !== undefined)
    return json({ trace_id: id ?? null, project_id: 'p1', tags: [], spans: ids.map((span_id) => ({ span_id })) })(request, response);
  const span = spans[id ?? ''];
  (kind === 'spans' && span !== undefined ? json(span) : json({ detail: 'not found' }, 404))(request, response);
};

describe('agentops, the product', () => {
  it('reads the traces it is told of, a page each, with what only the spans tell', async () => {
    const peer = await openPeer(server);
    const backend = open(peer.url, { trace_ids: [first, gone, second] });
    expect(await backend.ping(never)).toMatchObject({ state: 'ok', detail: expect.stringContaining('3 trace_ids') });
    const pages = await drain(backend.pages(window, null, never));
    expect(pages.map((page) => page.spans.length)).toEqual([2, 0, 0]);
    expect(pages[0]?.spans).toMatchObject([
      {
        traceId: first,
        spanId: '1111111111111111',
        parentId: null,
        name: 'session',
        startUs: fromUs + 600_000_001,
        durationUs: 1_999_999,
        status: 'ok',
        serviceName: 'billing',
      },
      {
        parentId: '1111111111111111',
        kind: 'llm',
        model: 'gpt-5',
        provider: 'openai',
        durationUs: 1_000_000,
        status: 'error',
        errorType: 'rate_limit',
        environment: 'prod',
        tokens: { input: 1500, output: 750 },
      },
    ]);
    expect(peer.received.filter(({ path }) => path.endsWith('access_token'))).toHaveLength(1);
    const rest = await drain(open(peer.url, { trace_ids: [first, gone, second] }).pages(window, pages[0]?.cursor ?? '', never));
    expect(rest).toHaveLength(2);
  });

  it('asks nothing where it is told of no trace, and says so in a ping', async () => {
    const peer = await openPeer(server);
    const backend = open(peer.url);
    expect(await drain(backend.pages(window, null, never))).toEqual([]);
    expect(peer.received).toEqual([]);
    expect(await backend.ping(never)).toMatchObject({ state: 'ok', detail: expect.stringMatching(/shop; no trace can be listed/) });
  });

  it('takes 400 to its key for what it means', async () => {
    const peer = await openPeer(json({ detail: 'Invalid API key format' }, 400));
    const backend = open(peer.url, { trace_ids: [first] });
    expect(await backend.ping(never)).toMatchObject({ state: 'unauthorized' });
    await expect(drain(backend.pages(window, null, never))).rejects.toMatchObject({ kind: 'unable', code: 'backend_unauthorized' });
  });

  it.each<[string, Reply, string]>([
    ['a sign-in page', body('<html>Sign in', 'text/html'), 'backend_malformed'],
    ['a page that is not there', body('<html>Not found', 'text/html', 404), 'backend_malformed'],
    ['no token', json({}), 'backend_malformed'],
    ['403', json({ detail: 'no' }, 403), 'backend_unauthorized'],
  ])('is unable over %s', async (_, reply, code) => {
    const peer = await openPeer(reply);
    await expect(drain(open(peer.url, { trace_ids: [first] }).pages(window, null, never))).rejects.toMatchObject({ kind: 'unable', code });
  });

  it('sends its key in the body of one request, and never repeats it', async () => {
    const peer = await openPeer((request, response) => json({ detail: `no ${request.body}` }, 400)(request, response));
    const { detail } = await open(peer.url).ping(never);
    expect(detail).not.toContain(key);
  });

  it('links to the dashboard of the cloud', () => {
    expect(open('http://127.0.0.1:9').link?.(first)).toBeNull();
    expect(open(null).link?.(first)).toBe(`https://app.agentops.ai/sessions?trace_id=${first}`);
  });

  it('refuses what is no trace id', () => {
    expect(() => open('http://127.0.0.1:9', { trace_ids: ['../../v4/traces'] })).toThrow(/not a trace id/);
  });
});
