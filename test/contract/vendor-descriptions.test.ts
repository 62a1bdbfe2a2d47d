import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { OpsError } from '../../src/ground/errors.ts';
import type { Page, TimeWindow } from '../../src/telemetry/traces/port.ts';
import { backends } from '../../src/telemetry/traces/registry.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { openPeer, type Reply } from '../support/http-peer.ts';
import { langsmithAside, langsmithProject, langsmithWorkspace } from '../support/langsmith-server.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { openPrism, type Prism } from '../support/prism.ts';
import { json } from '../support/replies.ts';
import { openWorld, ref } from '../support/world.ts';

const fromMs = Date.UTC(2026, 10, 23, 7);
const window: TimeWindow = { fromUs: fromMs * 1000, toUs: (fromMs + 3_600_000) * 1000 };
const never = new AbortController().signal;

const open = async (kind: 'langsmith' | 'braintrust', reply: Reply, parts: Record<string, unknown>) => {
  const peer = await openPeer(reply);
  const world = { ...openWorld({ KEY: 'key-0123456789' }), clock: fakeClock(fromMs + 7_200_000) };
  onTestFinished(() => world.http.close());
  const { default: adapter } = (await backends[kind]?.()) ?? { default: null };
  if (adapter === null) throw new Error(`no backend ${kind}`);
  return adapter.open(adapter.config.parse({ kind, url: ref(peer.url), api_key: ref('${KEY}'), ...parts }), world);
};

const drain = async (pages: AsyncIterable<Page>): Promise<Page[]> => {
  const read: Page[] = [];
  for await (const page of pages) read.push(page);
  return read;
};

/** A made-up answer names the same next page for ever, or no project at all: both are found out, and nothing else goes wrong. */
const expectEndless = async (pages: AsyncIterable<Page>) => {
  const thrown = await drain(pages).then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown !== null) expect(thrown).toSatisfy((error) => error instanceof OpsError && error.code.startsWith('backend_'));
};

/** The suite of one vendor: `judged` tells which operations were asked for since the last test. */
const described = (vendor: string, file: string, suite: (prism: () => Prism, judged: () => readonly string[]) => void): void =>
  describeWithPeer(`${vendor} described by its vendor`, { packages: ['@stoplight/prism-cli'], folder: 'prism' }, () => {
    let prism: Prism;
    let seen = 0;
    beforeAll(async () => {
      prism = await openPrism(file);
    });
    afterAll(() => prism.stop());
    afterEach(() => {
      seen = prism.judged.length;
      expect(prism.takeViolations()).toEqual([]);
    });
    suite(
      () => prism,
      () => [...new Set(prism.judged.slice(seen))],
    );
  });

described('LangSmith', 'langsmith.json', (prism, judged) => {
  const run = { id: 'r1', trace_id: 'r1', name: 'step', start_time: '2026-11-23T07:00:01Z' };

  /** Two pages of runs, and a full page of feedback before a short one. */
  const server = (hasV2: boolean): Reply => {
    return (request, response) => {
      const cursor = (request.json as { cursor?: string } | null)?.cursor;
      const next = cursor === undefined ? 'bmV4dA==' : null;
      if (request.path === '/api/v2/runs/query' && hasV2)
        return json({ items: [run], has_more: next !== null, next_cursor: next })(request, response);
      if (request.path === '/api/v1/runs/query') return json({ runs: [run], cursors: { next } })(request, response);
      if (request.path !== '/api/v1/feedback') return langsmithAside(request, response);
      const isFirst = request.query.get('offset') === '0';
      const row = { id: 'f1', run_id: 'r1', trace_id: 'r1', key: 'good', score: 1, created_at: '2026-11-23T07:00:02Z' };
      json(Array.from({ length: isFirst ? 100 : 1 }, () => row))(request, response);
    };
  };

  it('is asked for runs and feedback as v2 describes', async () => {
    const backend = await open('langsmith', prism().judging(server(true)), {
      project: 'agents',
      include: ['io'],
      workspace: langsmithWorkspace,
    });
    const pages = await drain(backend.pages(window, null, never));
    expect(pages.flatMap(({ spans }) => spans)).toHaveLength(2);
    expect(pages.flatMap(({ scores }) => scores)).toHaveLength(101);
    expect(judged()).toEqual(['GET /api/v1/sessions', 'POST /api/v2/runs/query', 'GET /api/v1/feedback']);
  });

  it('is asked for runs as v1 describes', async () => {
    const backend = await open('langsmith', prism().judging(server(false)), { project: langsmithProject, include: ['io'] });
    expect((await drain(backend.pages(window, null, never))).flatMap(({ spans }) => spans)).toHaveLength(2);
    expect(judged()).toEqual(['GET /api/v1/sessions', 'POST /api/v2/runs/query', 'POST /api/v1/runs/query', 'GET /api/v1/feedback']);
  });

  it('is pinged as described, by name and by id', async () => {
    for (const project of ['agents', langsmithProject]) {
      const backend = await open('langsmith', prism().judging(), { project });
      expect(await backend.ping(never)).toMatchObject({ state: 'ok' });
    }
  });

  it('may answer with anything its description allows', async () => {
    const backend = await open('langsmith', prism().judging(), { project: langsmithProject });
    await expectEndless(backend.pages(window, null, never));
  });
});

described('Braintrust', 'braintrust.json', (prism) => {
  it('is asked for its project as described, by name and by id', async () => {
    for (const project of ['agents', langsmithProject]) {
      const backend = await open('braintrust', prism().judging(), { project, org: 'acme' });
      expect(await backend.ping(never)).toMatchObject({ state: 'ok' });
    }
  });
});
