import { describe, expect, it, onTestFinished } from 'vitest';
import { digString } from '../../../../src/ground/json.ts';
import braintrust from '../../../../src/telemetry/traces/backends/braintrust.ts';
import type { Page } from '../../../../src/telemetry/traces/port.ts';
import { openPeer, type Received, type Reply } from '../../../support/http-peer.ts';
import { json, redirect } from '../../../support/replies.ts';
import { openWorld, ref } from '../../../support/world.ts';

const never = new AbortController().signal;
const fromUs = Date.UTC(2026, 10, 23, 7) * 1000;
const window = { fromUs, toUs: fromUs + 3_600_000_000 };
const projectId = '8a3c1c3e-6c1d-4a55-9d55-0d2f3c1f0001';

const open = (url: string, parts: Record<string, unknown> = {}) => {
  const world = openWorld({ KEY: 'sk-0123456789' });
  onTestFinished(() => world.http.close());
  const config = { kind: 'braintrust', url: ref(url), api_key: ref('${KEY}'), project: projectId, ...parts };
  return braintrust.open(braintrust.config.parse(config), world);
};
const drain = async (pages: AsyncIterable<Page>): Promise<Page[]> => {
  const read: Page[] = [];
  for await (const page of pages) read.push(page);
  return read;
};
const sqlOf = ({ json: asked }: Received): string => digString(asked, 'query') ?? '';
const limitOf = (request: Received): number => Number(/LIMIT (\d+)/.exec(sqlOf(request))?.[1]);

const row = (at: number) => ({
  id: `r${at}`,
  span_id: `s${at}`,
  root_span_id: `s${at}`,
  span_parents: [],
  created: '2026-11-23T07:00:01Z',
  scores: { good: 1 },
});

describe('braintrust', () => {
  it('asks for what changed, oldest first, and hands scores on with their spans', async () => {
    const peer = await openPeer(json({ data: [row(1), row(2)] }));
    const [page] = await drain(open(peer.url).pages(window, null, never));
    expect(page?.spans).toHaveLength(2);
    expect(page?.scores.map(({ id }) => id)).toEqual(['r1:good', 'r2:good']);
    expect(peer.received).toHaveLength(1);
    expect(peer.received[0]?.headers.authorization).toBe('Bearer sk-0123456789');
    const query = sqlOf(peer.received[0] as Received);
    expect(query).toMatch(
      new RegExp(
        `FROM project_logs\\('${projectId}', shape => 'spans'\\) WHERE _xact_id >= '\\d{19}' AND _xact_id < '\\d{19}' ORDER BY _xact_id ASC`,
      ),
    );
    expect(query).toContain('span_attributes, input, output FROM');
    await drain(open(peer.url, { include: [] }).pages(window, null, never));
    expect(sqlOf(peer.received[1] as Received)).toContain('span_attributes FROM');
  });

  it('takes the cursor from the header where the body has none', async () => {
    const peer = await openPeer((request, response) => {
      const isFirst = !sqlOf(request).includes('OFFSET');
      json({ data: [row(isFirst ? 1 : 2)] }, 200, isFirst ? { 'x-bt-cursor': 'aWQ6MQ==' } : {})(request, response);
    });
    expect((await drain(open(peer.url).pages(window, null, never))).flatMap(({ spans }) => spans)).toHaveLength(2);
    expect(sqlOf(peer.received[1] as Received)).toMatch(/OFFSET 'aWQ6MQ=='$/);
  });

  it('asks for less where an answer is put elsewhere, and sends nothing there', async () => {
    const store = await openPeer(json({}));
    const reply: Reply = (request, response) =>
      (limitOf(request) > 100 ? redirect(`${store.url}/signed?x=1`, 303) : json({ data: [row(1)] }))(request, response);
    const peer = await openPeer(reply);
    expect((await drain(open(peer.url).pages(window, null, never))).flatMap(({ spans }) => spans)).toHaveLength(1);
    expect(peer.received.map(limitOf)).toEqual([200, 50]);
    expect(store.received).toEqual([]);
  });

  it('ends where an empty page names its own place again', async () => {
    const peer = await openPeer((request, response) =>
      json({ data: sqlOf(request).includes('OFFSET') ? [] : [row(1)], cursor: 'aWQ6MQ' })(request, response),
    );
    expect(await drain(open(peer.url).pages(window, null, never))).toHaveLength(2);
  });

  it('does not take a full page without a cursor for the last', async () => {
    const peer = await openPeer(json({ data: Array.from({ length: 1000 }, (_, at) => row(at)) }));
    await expect(drain(open(peer.url).pages(window, null, never))).rejects.toMatchObject({ code: 'backend_malformed' });
  });

  it('lets nothing of a server into a query that is no cursor and no id', async () => {
    const cursor = await openPeer(json({ data: [row(1)], cursor: "x' OR 1=1 --" }));
    await expect(drain(open(cursor.url).pages(window, null, never))).rejects.toMatchObject({ code: 'backend_malformed' });
    const id = await openPeer(json({ objects: [{ id: "x') --" }] }));
    await expect(drain(open(id.url, { project: 'agents' }).pages(window, null, never))).rejects.toMatchObject({ code: 'backend_failed' });
    expect(id.received).toHaveLength(1);
    const held = await openPeer(json({ data: [] }));
    await drain(open(held.url).pages(window, JSON.stringify({ limit: 10, cursor: "x' --" }), never));
    expect(sqlOf(held.received[0] as Received)).not.toContain('OFFSET');
  });

  it('links to the logs of the project', () => {
    expect(open('http://127.0.0.1:9', { org: 'Acme Inc', project: 'agents' }).link?.('t/1')).toBe(
      'https://www.braintrust.dev/app/Acme%20Inc/p/agents/logs?r=t%2F1',
    );
    expect(open('http://127.0.0.1:9').link?.('t1')).toBeNull();
  });
});
