import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ApiRequest, type JsonApiParts, openJsonApi, retryWait } from '../../src/clients/json-api.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { closedPort, openPeer, type Reply } from '../support/http-peer.ts';
import { body, json, redirect, silence } from '../support/replies.ts';
import { openScriptedPeer } from '../support/scripted-peer.ts';
import { openWorld, ref } from '../support/world.ts';

const key = 'sk-test-0123456789abcdef';
const never = new AbortController().signal;

const open = (url: string, parts: Partial<JsonApiParts> = {}) => {
  const clock: FakeClock = fakeClock(Date.UTC(2026, 10, 23, 9));
  const world = { ...openWorld({ KEY: key }), clock };
  onTestFinished(() => world.http.close());
  const headers = () => ({ authorization: `Bearer ${world.secrets.reveal(ref('${KEY}'))}` });
  return { clock, api: openJsonApi({ product: 'Acme', url: () => url, headers, timeoutMs: 2000, ...parts }, world) };
};
const askWith = async (script: readonly Reply[], request: Partial<ApiRequest> = {}, parts: Partial<JsonApiParts> = {}) => {
  const peer = await openScriptedPeer(script, json({ fine: true }), () => true);
  const { api, clock } = open(peer.url, parts);
  return { reading: await api.ask({ path: '/rows', ...request }, never), peer, clock };
};
const times = (count: number, reply: Reply) => Array.from({ length: count }, () => reply);

describe('a question to a JSON API', () => {
  it('keeps the path of the address, repeats a name for a list and leaves out what is null', async () => {
    const peer = await openPeer(json([]));
    await open(`${peer.url}/base/?x=1`).api.read({ path: '/a%2Fb', query: { n: 3, env: ['prod', 'a b'], none: null, on: true } }, never);
    expect(peer.received[0]?.path).toBe('/base/a%2Fb');
    expect(peer.received[0]?.query.toString()).toBe('n=3&env=prod&env=a+b&on=true');
    expect(peer.received[0]?.headers.authorization).toBe(`Bearer ${key}`);
  });

  it('takes an empty answer only where it was said to be fine', async () => {
    const empty = body('', 'text/plain', 204);
    expect((await askWith([empty], { emptyOk: true })).reading.answer?.json).toBeNull();
    expect((await askWith([empty], { attempts: 1 })).reading.trouble).toMatchObject({ code: 'backend_malformed', sent: true });
  });

  it('knows that nothing was sent to a port at which nobody listens', async () => {
    const { api } = open(`http://127.0.0.1:${await closedPort()}`);
    expect((await api.ask({ path: '/rows', attempts: 1 }, never)).trouble).toMatchObject({ sent: false, status: null });
  });

  it('cannot be led to another host by its path', async () => {
    const peer = await openPeer(json([]));
    const { api } = open(peer.url);
    for (const path of ['//evil.example/x', '@evil.example/x', '/..//evil.example', '?http://evil.example'])
      await api.ask({ path: path.startsWith('/') ? path : `/${path}`, attempts: 1 }, never);
    expect(peer.received).toHaveLength(4);
  });

  it.each([
    [500, 4, 'backend_failed'],
    [502, 4, 'backend_failed'],
    [503, 4, 'backend_failed'],
    [524, 2, 'backend_failed'],
    [422, 1, 'backend_failed'],
    [404, 1, 'backend_failed'],
    [401, 1, 'backend_unauthorized'],
    [403, 1, 'backend_unauthorized'],
    [429, 10, 'backend_limited'],
  ])('HTTP %i is asked %i times, then %s', async (status, attempts, code) => {
    const { reading, peer } = await askWith(times(20, json({ message: 'no luck' }, status)));
    expect(reading.trouble).toMatchObject({ code, status, json: { message: 'no luck' } });
    expect(reading.trouble?.message).toContain(peer.host);
    expect(peer.received).toHaveLength(attempts);
  });

  it('backs off longer each time, spread by chance', async () => {
    const { clock } = await askWith(times(9, json({}, 500)));
    expect(clock.slept).toEqual([1000, 2000, 4000]);
  });

  it('does not send a second time what may have acted, except after a limit', async () => {
    const failed = await askWith(times(3, json({}, 503)), { method: 'POST', body: { a: 1 } });
    expect(failed.peer.received).toHaveLength(1);
    const limited = await askWith([json({}, 429, { 'retry-after': '3' })], { method: 'POST', body: { a: 1 } });
    expect(limited.reading.answer?.json).toEqual({ fine: true });
    expect(limited.peer.received.map(({ json: sent }) => sent)).toEqual([{ a: 1 }, { a: 1 }]);
  });

  it('waits as long as the server says, and no longer than five minutes', async () => {
    const brief = await askWith([json({}, 429, { 'retry-after': '7' })]);
    expect(brief.clock.slept).toEqual([7000]);
    const long = await askWith([json({}, 429, { 'retry-after': '7200' })]);
    expect(long.clock.slept).toEqual([]);
    expect(long.reading.trouble?.message).toMatch(/a pause of 2 h, until 2026-11-23T11:00:00\.000Z$/);
  });

  it.each([
    ['an HTML page with 200', body('<!doctype html><title>Sign in', 'text/html'), 'backend_malformed', 1],
    ['an HTML page with 404', body('<html>nothing here', 'text/html', 404), 'backend_malformed', 1],
    ['an HTML page with 502', body('<html>Bad gateway', 'text/html', 502), 'backend_failed', 4],
    ['half a JSON', body('{"data":[', 'application/json'), 'backend_malformed', 2],
    ['an empty body', body('', 'application/json'), 'backend_malformed', 1],
    ['bytes that are not UTF-8', body(Buffer.from([0x22, 0xff, 0x22]), 'application/json'), 'backend_malformed', 1],
    ['gzip nobody asked for', body('x', 'application/json', 200, { 'content-encoding': 'gzip' }), 'backend_malformed', 1],
  ])('%s', async (_name, reply, code, attempts) => {
    const { reading, peer } = await askWith(times(9, reply));
    expect(reading.trouble?.code).toBe(code);
    expect(peer.received).toHaveLength(attempts);
  });

  it('says what asking for less may cure', async () => {
    const slow = await askWith(times(9, silence), {}, { timeoutMs: 60 });
    expect(slow.reading.trouble).toMatchObject({ code: 'backend_failed', status: null, tooMuch: 'query' });
    const large = await askWith(times(9, json({ text: 'x'.repeat(5000) })), {}, { maxBytes: 1000 });
    expect(large.reading.trouble).toMatchObject({ code: 'backend_failed', tooMuch: 'answer' });
    expect(large.peer.received).toHaveLength(1);
    const plain500 = await askWith(times(9, json({ message: 'Timeout error' }, 500)));
    expect(plain500.reading.trouble).toMatchObject({ tooMuch: 'query' });
    const other500 = await askWith(times(9, json({ message: 'oops' }, 500)));
    expect(other500.reading.trouble).toMatchObject({ tooMuch: null });
  });

  it('hides the key where the server repeats it', async () => {
    const { reading } = await askWith([json({ message: `the key ${key} is not known` }, 400)]);
    expect(reading.trouble?.message).toContain('the key *** is not known');
  });

  it('follows no redirect to another host', async () => {
    const other = await openPeer(json({ data: [] }));
    const { reading } = await askWith([redirect(`${other.url}/rows`)]);
    expect(reading.trouble?.code).toBe('backend_malformed');
    expect(other.received).toEqual([]);
  });

  it('fails where nobody listens', async () => {
    const { api, clock } = open(`http://127.0.0.1:${await closedPort()}`);
    await expect(api.read({ path: '/rows' }, never)).rejects.toMatchObject({
      kind: 'unable',
      code: 'backend_failed',
      message: expect.stringMatching(/refused the connection \(GET \/rows\) \(after 4 attempts\)$/),
    });
    expect(clock.slept).toHaveLength(3);
  });

  it('throws the reason of an abort, before, during and between attempts', async () => {
    const reason = new Error('enough');
    const abort = new AbortController();
    const peer = await openPeer((request, response) => {
      if (request.query.has('now')) abort.abort(reason);
      else json({}, 500)(request, response);
    });
    const { api } = open(peer.url);
    await expect(api.ask({ path: '/rows', query: { now: 1 } }, abort.signal)).rejects.toBe(reason);
    await expect(api.ask({ path: '/rows' }, abort.signal)).rejects.toBe(reason);
    expect(peer.received).toHaveLength(1);
    const later = new AbortController();
    const world = { ...openWorld(), clock: { ...fakeClock(0), sleep: async () => later.abort(reason) } };
    onTestFinished(() => world.http.close());
    const api2 = openJsonApi({ product: 'Acme', url: () => peer.url, headers: () => ({}), timeoutMs: 2000 }, world);
    await expect(api2.ask({ path: '/rows' }, later.signal)).rejects.toBe(reason);
    expect(peer.received).toHaveLength(2);
  });
});

describe('the pause before the next attempt', () => {
  const again = fc.constantFrom('no' as const, 'once' as const, 'yes' as const, 'later' as const);
  it('ends for every kind of trouble, and never exceeds five minutes', () => {
    fc.assert(
      fc.property(again, fc.option(fc.nat(10 ** 9)), fc.double({ min: 0, max: 0.999, noNaN: true }), (kind, retryAfterMs, random) => {
        let attempt = 1;
        for (; ; attempt++) {
          const wait = retryWait({ again: kind, retryAfterMs }, {}, attempt, random);
          if (wait === null) break;
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(300_000);
        }
        expect(attempt).toBeLessThanOrEqual(10);
      }),
    );
  });
});
