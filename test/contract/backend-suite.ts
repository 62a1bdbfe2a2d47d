import { describe, expect, it, onTestFinished } from 'vitest';
import type { AnyAdapter } from '../../src/fleet/slots.ts';
import { OpsError } from '../../src/ground/errors.ts';
import type { Json, JsonObject } from '../../src/ground/json.ts';
import type { Page, TimeWindow, TraceBackend } from '../../src/telemetry/traces/port.ts';
import type { Span } from '../../src/telemetry/traces/span.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { closedPort, openPeer, type Peer, type Received, type Reply } from '../support/http-peer.ts';
import { body, endless, hangUp, json, raw, redirect, silence } from '../support/replies.ts';
import { openScriptedPeer } from '../support/scripted-peer.ts';
import { openWorld, ref } from '../support/world.ts';

/** One span as the suite plants it into a backend. */
export interface Planted {
  /** 32 and 16 hex digits. */
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  /** UTC epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly updatedMs: number;
}

/** How one backend is spoken: all that the contract needs to know of it. The default export of a file in `backends/`. */
export interface BackendDialect {
  readonly kind: string;
  /** What stands in the manifest, references as `ref()`. `keyRef` and `secretRef` are set; those that are used must reach the backend. */
  config(url: string): Record<string, unknown>;
  /** A planted span as a row of this backend. */
  row(planted: Planted): JsonObject;
  /** One page of rows; `next` is the cursor of the page after it, null on the last one. */
  page(rows: readonly Json[], next: string | null, request: Received): Reply;
  /** Further forms in which the last page may come, by name. */
  readonly lastPages: Readonly<Record<string, (rows: readonly Json[], request: Received) => Reply>>;
  /** The cursor a request for rows carries; null for the first page. Where pages are numbered: `c1` for the second page, and so on. */
  cursorOf(request: Received): string | null;
  /** The requests that read spans: faults are put in the place of their answers. */
  isRows(request: Received): boolean;
  /** Answers everything else that is asked on the way. */
  readonly aside: Reply;
  /** The time bounds that a request for rows names, UTC epoch ms. */
  boundsOf(request: Received): { readonly fromMs: number; readonly toMs: number };
  /** The reader counts pages by itself: there is no cursor that could repeat. */
  readonly numbered?: true;
  /** Tests of this suite that have no meaning for this backend, by name. */
  readonly without?: readonly string[];
}

const env = { BACKEND_KEY: 'pk-lf-0123456789abcdef', BACKEND_SECRET: 'sk-lf-fedcba9876543210' };
export const keyRef = ref('${BACKEND_KEY}');
export const secretRef = ref('${BACKEND_SECRET}');

const fromMs = Date.UTC(2026, 10, 23, 7);
const window: TimeWindow = { fromUs: fromMs * 1000, toUs: (fromMs + 3_600_000) * 1000 };
/** Three minutes after the window. */
const nowMs = fromMs + 3_780_000;
const never = new AbortController().signal;

const planted = (at: number): Planted => ({
  traceId: (at + 1).toString(16).padStart(32, 'a'),
  spanId: (at + 1).toString(16).padStart(16, 'b'),
  name: `step ${at}`,
  startMs: fromMs + at * 1000,
  endMs: fromMs + at * 1000 + 500,
  updatedMs: fromMs + at * 1000 + 900,
});
const three = [0, 1, 2].map(planted);
const idOf = ({ traceId, spanId }: Pick<Span, 'traceId' | 'spanId'>): string => `${traceId}/${spanId}`;

/** A fault that lasts, the code it ends with, and the requests for rows that may be spent on it. */
interface Fault {
  readonly name: string;
  readonly reply: Reply;
  readonly code: string;
  readonly most: number;
  readonly timeout?: string;
}

const faults: readonly Fault[] = [
  { name: '401', reply: json({ message: 'no' }, 401), code: 'backend_unauthorized', most: 1 },
  { name: '403', reply: json({ message: 'no' }, 403), code: 'backend_unauthorized', most: 1 },
  { name: '401 as HTML', reply: body('<html>Sign in', 'text/html', 401), code: 'backend_unauthorized', most: 1 },
  { name: '400', reply: json({ message: 'bad' }, 400), code: 'backend_failed', most: 4 },
  { name: '500', reply: json({ message: 'oops' }, 500), code: 'backend_failed', most: 8 },
  { name: '502', reply: body('<html>Bad gateway', 'text/html', 502), code: 'backend_failed', most: 8 },
  { name: '503', reply: body('gone', 'text/plain', 503), code: 'backend_failed', most: 8 },
  { name: '524', reply: body('<html>A timeout occurred', 'text/html', 524), code: 'backend_failed', most: 40 },
  { name: '429 without end', reply: json({}, 429), code: 'backend_limited', most: 20 },
  { name: '429 until tomorrow', reply: json({}, 429, { 'retry-after': '86400' }), code: 'backend_limited', most: 1 },
  { name: 'HTML with 200', reply: body('<!doctype html><title>Sign in', 'text/html'), code: 'backend_malformed', most: 2 },
  { name: 'HTML with 404', reply: body('<!doctype html><title>Not found', 'text/html', 404), code: 'backend_malformed', most: 4 },
  { name: 'half a JSON', reply: body('{"data":[{"id":"x","tr', 'application/json'), code: 'backend_malformed', most: 4 },
  { name: 'an empty body', reply: body('', 'application/json'), code: 'backend_malformed', most: 4 },
  { name: 'JSON of another kind', reply: json({ hello: 'world' }), code: 'backend_malformed', most: 2 },
  { name: 'JSON null', reply: json(null), code: 'backend_malformed', most: 2 },
  {
    name: 'fewer bytes than promised',
    reply: raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"da'),
    code: 'backend_failed',
    most: 8,
  },
  { name: 'a connection closed without a word', reply: hangUp, code: 'backend_failed', most: 8 },
  { name: 'something that is not HTTP', reply: raw('220 mail.example.com ESMTP\r\n'), code: 'backend_malformed', most: 2 },
  { name: 'silence', reply: silence, code: 'backend_failed', most: 40, timeout: '40ms' },
  { name: 'an answer without end', reply: endless('x', 'application/json'), code: 'backend_failed', most: 12 },
];

/** What every backend that is read page by page promises, whatever the wire does. */
export const backendContract = (
  title: string,
  load: () => Promise<{ default: AnyAdapter<TraceBackend> }>,
  dialect: BackendDialect,
): void => {
  const test = (name: string, run: () => Promise<void>) => {
    if (!dialect.without?.includes(name)) it(name, run);
  };

  /** Serves pages of rows under the cursors `c1`, `c2`, …; a cursor nobody gave out is refused. */
  const book =
    (pages: readonly (readonly Json[])[], last?: (rows: readonly Json[], request: Received) => Reply): Reply =>
    (request, response) => {
      if (!dialect.isRows(request)) return dialect.aside(request, response);
      const cursor = dialect.cursorOf(request);
      const at = cursor === null ? 0 : Number(/^c(\d+)$/.exec(cursor)?.[1] ?? Number.NaN);
      const rows = pages[at];
      if (rows === undefined) return json({ message: `no page at ${cursor}` }, 400)(request, response);
      const isLast = at === pages.length - 1;
      const page = isLast && last !== undefined ? last(rows, request) : dialect.page(rows, isLast ? null : `c${at + 1}`, request);
      page(request, response);
    };
  const rowPerPage = three.map((each) => [dialect.row(each)]);

  const open = async (url: string, parts: Record<string, unknown> = {}): Promise<{ backend: TraceBackend; clock: FakeClock }> => {
    const clock = fakeClock(nowMs);
    const world = { ...openWorld(env), clock };
    onTestFinished(() => world.http.close());
    const { default: adapter } = await load();
    return { backend: adapter.open(adapter.config.parse({ kind: dialect.kind, ...dialect.config(url), ...parts }), world), clock };
  };
  const drain = async (pages: AsyncIterable<Page>): Promise<Page[]> => {
    const read: Page[] = [];
    for await (const page of pages) read.push(page);
    return read;
  };
  const idsOf = (pages: readonly Page[]) => pages.flatMap(({ spans }) => spans.map(idOf));
  const readAll = async (reply: Reply, parts: Record<string, unknown> = {}) => {
    const peer = await openPeer(reply);
    const { backend, clock } = await open(peer.url, parts);
    return { pages: await drain(backend.pages(window, null, never)), peer, clock };
  };
  const failureOf = async (peer: Peer, parts: Record<string, unknown> = {}): Promise<OpsError> => {
    const { backend } = await open(peer.url, parts);
    const thrown: unknown = await drain(backend.pages(window, null, never)).then(
      () => null,
      (error: unknown) => error,
    );
    expect(thrown).toBeInstanceOf(OpsError);
    return thrown as OpsError;
  };
  const rowRequests = (peer: Peer): readonly Received[] => peer.received.filter(dialect.isRows);
  const secrets = Object.values(env);
  const spelled = [...secrets, ...secrets.map((secret) => Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(2, -2))];
  const expectNoSecret = (text: string) => {
    for (const spelling of spelled) expect(text).not.toContain(spelling);
  };

  describe(`backend ${title}`, () => {
    test('reads every page to the end', async () => {
      const { pages, peer } = await readAll(book(rowPerPage));
      expect(idsOf(pages).toSorted()).toEqual(three.map(idOf).toSorted());
      for (const span of pages.flatMap((page) => page.spans)) {
        const told = three.find((each) => idOf(each) === idOf(span));
        expect(span).toMatchObject({
          name: told?.name,
          startUs: (told?.startMs ?? 0) * 1000,
          durationUs: 500_000,
          status: expect.any(String),
        });
      }
      expect(rowRequests(peer)).toHaveLength(3);
    });

    test('asks for the window it was given', async () => {
      const { peer } = await readAll(book(rowPerPage));
      for (const request of rowRequests(peer)) {
        const bounds = dialect.boundsOf(request);
        expect(bounds.fromMs * 1000).toBe(window.fromUs);
        expect(bounds.toMs * 1000).toBe(window.toUs);
      }
    });

    test('reads nothing where there is nothing', async () => {
      const { pages } = await readAll(book([[]]));
      expect(idsOf(pages)).toEqual([]);
    });

    test('goes on past an empty page that names a next one', async () => {
      const { pages } = await readAll(book([[dialect.row(planted(0))], [], [dialect.row(planted(1))]]));
      expect(idsOf(pages)).toHaveLength(2);
    });

    for (const [form, last] of Object.entries(dialect.lastPages)) {
      test(`ends at a last page with ${form}`, async () => {
        const { pages } = await readAll(book(rowPerPage, last));
        expect(idsOf(pages).toSorted()).toEqual(three.map(idOf).toSorted());
      });
    }

    if (!dialect.numbered) {
      test('stops where the same cursor comes again', async () => {
        const peer = await openPeer((request, response) =>
          (dialect.isRows(request) ? dialect.page([dialect.row(planted(0))], 'c1', request) : dialect.aside)(request, response),
        );
        expect(await failureOf(peer)).toMatchObject({ kind: 'unable', code: 'backend_malformed' });
        expect(rowRequests(peer).length).toBeLessThanOrEqual(4);
      });

      test('stops where cursors go in a circle', async () => {
        const peer = await openPeer((request, response) => {
          if (!dialect.isRows(request)) return dialect.aside(request, response);
          const next = { c1: 'c2', c2: 'c3', c3: 'c1' }[dialect.cursorOf(request) ?? ''] ?? 'c1';
          dialect.page([dialect.row(planted(0))], next, request)(request, response);
        });
        expect(await failureOf(peer)).toMatchObject({ kind: 'unable', code: 'backend_malformed' });
        expect(rowRequests(peer).length).toBeLessThanOrEqual(16);
      });
    }

    test('goes on from the cursor of any page, in another process', async () => {
      const { pages } = await readAll(book(rowPerPage));
      for (const [at, { cursor }] of pages.entries()) {
        const peer = await openPeer(book(rowPerPage));
        const { backend } = await open(peer.url);
        const rest = await drain(backend.pages(window, cursor, never));
        const all = new Set([...idsOf(pages.slice(0, at + 1)), ...idsOf(rest)]);
        expect([...all].toSorted()).toEqual(three.map(idOf).toSorted());
        const again = idsOf(rest).filter((id) => idsOf(pages.slice(0, at + 1)).includes(id));
        expect(again).toEqual([]);
      }
    });

    test('reads everything where the cursor is not one of its own', async () => {
      for (const cursor of ['', 'zzz', '{}', '{"v":99}', '[1,null]']) {
        const peer = await openPeer(book(rowPerPage));
        const { backend } = await open(peer.url);
        expect(new Set(idsOf(await drain(backend.pages(window, cursor, never)))).size).toBe(3);
      }
    });

    test('fetches a page only when it is wanted', async () => {
      const peer = await openPeer(book(Array.from({ length: 50 }, (_, at) => [dialect.row(planted(at))])));
      const { backend } = await open(peer.url);
      let read = 0;
      for await (const page of backend.pages(window, null, never)) {
        read += page.spans.length;
        expect(rowRequests(peer).length).toBeLessThanOrEqual(read + 1);
        if (read === 5) break;
      }
      expect(rowRequests(peer).length).toBeLessThanOrEqual(6);
    });

    test('waits as many seconds as Retry-After says', async () => {
      const peer = await openScriptedPeer([json({}, 429, { 'retry-after': '17' })], book(rowPerPage), dialect.isRows);
      const { backend, clock } = await open(peer.url);
      expect(idsOf(await drain(backend.pages(window, null, never)))).toHaveLength(3);
      expect(clock.slept).toEqual([17_000]);
    });

    test('waits until the date of Retry-After', async () => {
      const until = new Date(nowMs + 42_000).toUTCString();
      const peer = await openScriptedPeer([json({}, 429, { 'retry-after': until })], book(rowPerPage), dialect.isRows);
      const { backend, clock } = await open(peer.url);
      expect(idsOf(await drain(backend.pages(window, null, never)))).toHaveLength(3);
      expect(clock.slept).toEqual([42_000]);
    });

    test('says when it may come again after a long limit', async () => {
      const peer = await openPeer((request, response) =>
        (dialect.isRows(request) ? json({}, 429, { 'retry-after': '7200' }) : dialect.aside)(request, response),
      );
      expect((await failureOf(peer)).message).toContain('2026-11-23T10:03:00.000Z');
    });

    for (const status of [500, 502, 503, 524]) {
      test(`gets over one HTTP ${status} on each page`, async () => {
        const seen = new Set<string | null>();
        const { pages, clock } = await readAll((request, response) => {
          if (!dialect.isRows(request) || seen.has(dialect.cursorOf(request))) return book(rowPerPage)(request, response);
          seen.add(dialect.cursorOf(request));
          json({ message: 'passing' }, status)(request, response);
        });
        expect(new Set(idsOf(pages)).size).toBe(3);
        expect(clock.slept).toHaveLength(3);
      });
    }

    for (const { name, reply, code, most, timeout } of faults) {
      test(`${name}: ${code}`, async () => {
        const peer = await openPeer((request, response) => (dialect.isRows(request) ? reply : dialect.aside)(request, response));
        const error = await failureOf(peer, timeout === undefined ? {} : { timeout });
        expect(error).toMatchObject({ kind: 'unable', code });
        expect(error.message).toContain(peer.host);
        expectNoSecret(`${error.message} ${error.hint} ${JSON.stringify(error.details)}`);
        expect(rowRequests(peer).length).toBeLessThanOrEqual(most);
        expect(rowRequests(peer).length).toBeGreaterThan(0);
      });
    }

    test('keeps the pages it has read when a later one fails', async () => {
      const peer = await openPeer((request, response) => {
        const isThird = dialect.isRows(request) && dialect.cursorOf(request) === 'c2';
        (isThird ? json({}, 401) : book(rowPerPage))(request, response);
      });
      const { backend } = await open(peer.url);
      const read: Page[] = [];
      const reading = async () => {
        for await (const page of backend.pages(window, null, never)) read.push(page);
      };
      await expect(reading()).rejects.toMatchObject({ code: 'backend_unauthorized' });
      expect(idsOf(read)).toHaveLength(2);
    });

    test('fails where nobody listens', async () => {
      const port = await closedPort();
      const { backend } = await open(`http://127.0.0.1:${port}`);
      await expect(drain(backend.pages(window, null, never))).rejects.toMatchObject({ kind: 'unable', code: 'backend_failed' });
      expect(await backend.ping(never)).toMatchObject({ state: 'failed', detail: expect.stringContaining(`127.0.0.1:${port}`) });
    });

    test('ignores what it does not know', async () => {
      const { pages: plain } = await readAll(book(rowPerPage));
      const strange = three.map((each) => [{ ...dialect.row(each), surprise: { deep: [1, { x: null }] }, another_one: 'x'.repeat(5000) }]);
      const { pages } = await readAll(book(strange));
      expect(pages.flatMap((page) => page.spans)).toEqual(plain.flatMap((page) => page.spans));
    });

    test('passes over rows that are none', async () => {
      const { pages } = await readAll(book([[null, 7, 'row', [], {}, { id: null }, dialect.row(planted(0))]]));
      expect(idsOf(pages)).toEqual([idOf(planted(0))]);
    });

    test('hands late and repeated rows on as they are', async () => {
      const newer = { ...planted(0), endMs: planted(0).endMs + 500, updatedMs: planted(0).updatedMs + 60_000 };
      const { pages } = await readAll(book([[dialect.row(newer)], [dialect.row(planted(0)), dialect.row(planted(1))]]));
      expect(idsOf(pages)).toEqual([newer, planted(0), planted(1)].map(idOf));
      expect(pages.flatMap(({ spans }) => spans.map(({ durationUs }) => durationUs))).toEqual([1_000_000, 500_000, 500_000]);
    });

    test('ends at once when it is told to', async () => {
      const reason = new Error('enough');
      const abort = new AbortController();
      const peer = await openPeer((request, response) => {
        if (dialect.isRows(request) && dialect.cursorOf(request) === 'c1') abort.abort(reason);
        else book(rowPerPage)(request, response);
      });
      const { backend } = await open(peer.url);
      await expect(drain(backend.pages(window, null, abort.signal))).rejects.toBe(reason);
      const sent = peer.received.length;
      await expect(drain(backend.pages(window, null, abort.signal))).rejects.toBe(reason);
      expect(peer.received).toHaveLength(sent);
    });

    test('sends nothing to another host', async () => {
      const other = await openPeer(book(rowPerPage));
      const peer = await openPeer((request, response) => redirect(`${other.url}${request.path}?${request.query}`)(request, response));
      const { code } = await failureOf(peer);
      expect(['backend_malformed', 'backend_failed']).toContain(code);
      expect(other.received).toEqual([]);
    });

    test('never repeats a credential, even where the backend does', async () => {
      for (const status of [400, 401, 404, 418, 429, 500]) {
        const peer = await openPeer((request, response) => {
          const said = `${JSON.stringify(request.headers)} ${secrets.join(' ')}`;
          (dialect.isRows(request) ? json({ message: said }, status) : dialect.aside)(request, response);
        });
        const error = await failureOf(peer);
        expectNoSecret(`${error.message} ${error.hint} ${JSON.stringify(error.details)}`);
      }
    });

    test('stays brief about a backend that is not', async () => {
      const page = body(`${'so sorry '.repeat(20_000)}`, 'text/plain', 500);
      const peer = await openPeer((request, response) => (dialect.isRows(request) ? page : dialect.aside)(request, response));
      expect((await failureOf(peer)).message.length).toBeLessThan(500);
    });

    test('sends its credentials in a header and nowhere else', async () => {
      const { peer } = await readAll(book(rowPerPage));
      for (const { headers, path, query, body: sent } of rowRequests(peer)) {
        const decoded = `${JSON.stringify(headers)} ${Buffer.from((headers.authorization ?? '').replace(/^\w+ /, ''), 'base64')}`;
        expect(secrets.some((secret) => decoded.includes(secret))).toBe(true);
        expectNoSecret(`${path}?${query} ${sent}`);
      }
    });

    test('answers a ping by whether its credentials are good', async () => {
      const states: [Reply, string][] = [
        [book(rowPerPage), 'ok'],
        [json({ message: 'no' }, 401), 'unauthorized'],
        [json({ message: 'no' }, 403), 'unauthorized'],
        [json({ message: 'oops' }, 500), 'failed'],
        [body('<html>Sign in', 'text/html'), 'failed'],
        [silence, 'failed'],
      ];
      for (const [reply, state] of states) {
        const peer = await openPeer(reply);
        const { backend } = await open(peer.url, reply === silence ? { timeout: '60ms' } : {});
        const ping = await backend.ping(never);
        expect(ping).toMatchObject({ state, detail: expect.stringContaining(peer.host) });
        expectNoSecret(ping.detail);
        expect(peer.received.length).toBeLessThanOrEqual(3);
      }
    });

    test('declares how it wants to be read', async () => {
      const { backend } = await open('http://127.0.0.1:9');
      expect(backend.traits).toMatchObject({ spans: true, aggregates: backend.aggregates !== undefined });
      expect(backend.traits.overlapMs).toBeGreaterThan(0);
      expect(backend.traits.sliceMs).toBeGreaterThanOrEqual(backend.traits.overlapMs);
      const { backend: told } = await open('http://127.0.0.1:9', { overlap: '25m' });
      expect(told.traits.overlapMs).toBe(25 * 60_000);
    });
  });
};
