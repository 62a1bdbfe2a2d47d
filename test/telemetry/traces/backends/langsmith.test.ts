import { describe, expect, it, onTestFinished } from 'vitest';
import { dig } from '../../../../src/ground/json.ts';
import langsmith from '../../../../src/telemetry/traces/backends/langsmith.ts';
import type { Page } from '../../../../src/telemetry/traces/port.ts';
import { openPeer, type Reply } from '../../../support/http-peer.ts';
import { langsmithAside, langsmithProject, langsmithWorkspace } from '../../../support/langsmith-server.ts';
import { json } from '../../../support/replies.ts';
import { openWorld, ref } from '../../../support/world.ts';

const never = new AbortController().signal;
const fromUs = Date.UTC(2026, 10, 23, 7) * 1000;
const window = { fromUs, toUs: fromUs + 3_600_000_000 };

const open = (parts: Record<string, unknown>) => {
  const world = openWorld({ KEY: 'lsv2-0123456789' });
  onTestFinished(() => world.http.close());
  return langsmith.open(langsmith.config.parse({ kind: 'langsmith', api_key: ref('${KEY}'), project: 'agents', ...parts }), world);
};
const drain = async (pages: AsyncIterable<Page>): Promise<Page[]> => {
  const read: Page[] = [];
  for await (const page of pages) read.push(page);
  return read;
};
const isRuns = (path: string) => path === '/api/v2/runs/query';

describe('langsmith', () => {
  it('reads feedback after the runs, page by page, and goes on from the middle of it', async () => {
    const grades = Array.from({ length: 230 }, (_, at) => ({
      id: `f${at}`,
      run_id: 'r1',
      trace_id: 'r1',
      key: 'good',
      score: at,
      created_at: '2026-11-23T07:00:02Z',
    }));
    const reply: Reply = (request, response) => {
      if (isRuns(request.path)) return json({ items: [], has_more: false })(request, response);
      if (request.path !== '/api/v1/feedback') return langsmithAside(request, response);
      const offset = Number(request.query.get('offset'));
      json(grades.slice(offset, offset + 100))(request, response);
    };
    const peer = await openPeer(reply);
    const pages = await drain(open({ url: ref(peer.url) }).pages(window, null, never));
    expect(pages.map(({ scores }) => scores.length)).toEqual([0, 100, 100, 30]);
    const rest = await drain(open({ url: ref(peer.url) }).pages(window, pages[1]?.cursor ?? '', never));
    expect(rest.flatMap(({ scores }) => scores.map(({ value }) => value))).toEqual(grades.slice(100).map(({ score }) => score));
    expect(await drain(open({ url: ref(peer.url) }).pages(window, pages.at(-1)?.cursor ?? '', never))).toEqual([]);
  });

  it('finds the project once, and names its workspace to v2', async () => {
    const peer = await openPeer((request, response) =>
      (isRuns(request.path) ? json({ items: [], has_more: false }) : langsmithAside)(request, response),
    );
    const backend = open({ url: ref(`${peer.url}/api/v1/`) });
    expect(backend.link?.('t1')).toBeNull();
    for (let times = 0; times < 2; times++) await drain(backend.pages(window, null, never));
    expect(peer.received.filter(({ path }) => path === '/api/v1/sessions')).toHaveLength(1);
    const [asked] = peer.received.filter(({ path }) => isRuns(path));
    expect(asked?.headers).toMatchObject({ 'x-api-key': 'lsv2-0123456789', 'x-tenant-id': langsmithWorkspace });
    expect(asked?.json).toMatchObject({ project_ids: [langsmithProject], sort_order: 'ASC', page_size: 200 });
    expect(backend.link?.('t1')).toBe(`${peer.url}/o/${langsmithWorkspace}/projects/p/${langsmithProject}/r/t1`);
  });

  it('links to the site of the region', () => {
    const ids = { workspace: langsmithWorkspace, project: langsmithProject };
    const tail = `/o/${langsmithWorkspace}/projects/p/${langsmithProject}/r/t1`;
    expect(open(ids).link?.('t1')).toBe(`https://smith.langchain.com${tail}`);
    expect(open({ ...ids, url: ref('https://eu.api.smith.langchain.com') }).link?.('t1')).toBe(`https://eu.smith.langchain.com${tail}`);
  });

  it('says that there is no such project', async () => {
    const peer = await openPeer(json([]));
    const backend = open({ url: ref(peer.url) });
    await expect(drain(backend.pages(window, null, never))).rejects.toMatchObject({
      code: 'backend_failed',
      message: expect.stringContaining('agents'),
    });
    expect(await backend.ping(never)).toMatchObject({ state: 'failed', detail: expect.stringContaining('no project agents') });
  });

  it('does not take a page for the last that has more, but not where', async () => {
    const peer = await openPeer((request, response) =>
      (isRuns(request.path) ? json({ items: [], has_more: true }) : langsmithAside)(request, response),
    );
    await expect(drain(open({ url: ref(peer.url) }).pages(window, null, never))).rejects.toMatchObject({ code: 'backend_malformed' });
  });

  it('is asked for smaller pages where one is too large', async () => {
    const asked: (readonly unknown[])[] = [];
    const peer = await openPeer((request, response) => {
      if (!isRuns(request.path)) return langsmithAside(request, response);
      asked.push([dig(request.json, 'page_size'), dig(request.json, 'cursor')]);
      const isFirst = dig(request.json, 'cursor') === undefined;
      const isLarge = Number(dig(request.json, 'page_size')) > (isFirst ? 200 : 50);
      (isLarge ? json({ detail: 'too large' }, 413) : json({ items: [], has_more: isFirst, next_cursor: 'more' }))(request, response);
    });
    await drain(open({ url: ref(peer.url) }).pages(window, null, never));
    expect(asked).toEqual([
      [200, undefined],
      [200, 'more'],
      [50, undefined],
      [50, 'more'],
    ]);
  });

  it('asks for texts, to be hashed, unless they are not wanted', async () => {
    const peer = await openPeer((request, response) =>
      (isRuns(request.path) ? json({ items: [], has_more: false }) : langsmithAside)(request, response),
    );
    const selected = async (parts: object) => {
      await drain(open({ url: ref(peer.url), ...parts }).pages(window, null, never));
      return JSON.stringify(peer.received.findLast(({ path }) => isRuns(path))?.json);
    };
    expect(await selected({ include: [] })).not.toMatch(/PUTS/);
    expect(await selected({})).toMatch(/"INPUTS","OUTPUTS"/);
  });
});
