import { describe, expect, it, onTestFinished } from 'vitest';
import type { Json } from '../../../../src/ground/json.ts';
import phoenix from '../../../../src/telemetry/traces/backends/phoenix.ts';
import type { Page } from '../../../../src/telemetry/traces/port.ts';
import { openPeer, type Reply } from '../../../support/http-peer.ts';
import { body, json } from '../../../support/replies.ts';
import { openWorld, ref } from '../../../support/world.ts';

const never = new AbortController().signal;
const fromUs = Date.UTC(2026, 10, 23, 7) * 1000;
const window = { fromUs, toUs: fromUs + 3_600_000_000 };

const open = (url: string, parts: Record<string, unknown> = {}) => {
  const world = openWorld({ KEY: 'px-0123456789' });
  onTestFinished(() => world.http.close());
  return phoenix.open(phoenix.config.parse({ kind: 'phoenix', url: ref(url), ...parts }), world);
};
const drain = async (pages: AsyncIterable<Page>): Promise<Page[]> => {
  const read: Page[] = [];
  for await (const page of pages) read.push(page);
  return read;
};
const hex = (at: number, length: number): string => (at + 1).toString(16).padStart(length, '0');
const span = (at: number) => ({
  name: 'step',
  context: { trace_id: hex(at, 32), span_id: hex(at, 16) },
  start_time: '2026-11-23T07:00:01Z',
  end_time: '2026-11-23T07:00:02Z',
});
const spans = (count: number): Json => ({ data: Array.from({ length: count }, (_, at) => span(at)), next_cursor: null });

describe('phoenix', () => {
  it('asks for the annotations of a hundred ids at a time, all pages of them', async () => {
    const reply: Reply = (request, response) => {
      if (request.path.endsWith('/spans')) return json(spans(250))(request, response);
      const ids = request.query.getAll('span_ids');
      const grades = ids.map((id) => ({
        id: `a-${id}`,
        span_id: id,
        name: 'good',
        result: { score: 1 },
        created_at: '2026-11-23T08:00:00Z',
      }));
      const isFirst = !request.query.has('cursor');
      const half = isFirst ? grades.slice(0, 50) : grades.slice(50);
      json({ data: half, next_cursor: isFirst && ids.length > 0 ? 'bmV4dA==' : null })(request, response);
    };
    const peer = await openPeer(reply);
    const [page] = await drain(open(peer.url).pages(window, null, never));
    expect(new Set(page?.scores.map(({ spanId }) => spanId)).size).toBe(250);
    expect(page?.scores[7]).toMatchObject({ traceId: hex(7, 32), spanId: hex(7, 16), value: 1 });
    expect(Math.max(...peer.received.map(({ query }) => query.toString().length))).toBeLessThan(8000);
  });

  it('does without annotations where the server has none, or the manifest wants none', async () => {
    const reply: Reply = (request, response) =>
      (request.path.endsWith('/spans') ? json(spans(1)) : body('Not Found', 'text/plain', 404))(request, response);
    const peer = await openPeer(reply);
    expect((await drain(open(peer.url).pages(window, null, never)))[0]).toMatchObject({ scores: [], cursor: 'end' });
    const before = peer.received.length;
    await drain(open(peer.url, { annotations: false }).pages(window, null, never));
    expect(peer.received).toHaveLength(before + 1);
  });

  it('finds annotations that go in circles', async () => {
    const reply: Reply = (request, response) =>
      json(request.path.endsWith('/spans') ? spans(1) : { data: [null], next_cursor: 'c1' })(request, response);
    const peer = await openPeer(reply);
    await expect(drain(open(peer.url).pages(window, null, never))).rejects.toMatchObject({ code: 'backend_malformed' });
  });

  it('sends its key as a bearer token, to the address with or without /v1', async () => {
    const peer = await openPeer(json({ data: [], next_cursor: null }));
    const backend = open(`${peer.url}/s/team/v1/`, { api_key: ref('${KEY}'), project: 'my agents' });
    await drain(backend.pages(window, null, never));
    expect(peer.received[0]).toMatchObject({
      path: '/s/team/v1/projects/my%20agents/spans',
      headers: { authorization: 'Bearer px-0123456789' },
    });
    expect(backend.link?.('ab')).toBe(`${peer.url}/s/team/redirects/traces/ab`);
  });

  it('refuses a name that Phoenix cannot look up', () => {
    expect(() => open('http://127.0.0.1:9', { project: 'a/b' })).toThrow(/take its id/);
  });
});
