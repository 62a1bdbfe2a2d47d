import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/ground/runtime/clock.ts';
import type { Env, HttpLimits, HttpOutcome, HttpRequest, HttpSink } from '../../../src/ground/runtime/context.ts';
import { openHttp } from '../../../src/ground/runtime/http.ts';
import { guardedLookup, linkLocalCode } from '../../../src/ground/runtime/link-local.ts';
import { closedPort, openPeer, openTcpPeer } from '../../support/http-peer.ts';
import { openProxy } from '../../support/proxy.ts';
import { body, endless, json, redirect, silence, stream, trickle } from '../../support/replies.ts';
import { selfSigned } from '../../support/self-signed.ts';

const limits: HttpLimits = { connectMs: 5000, firstByteMs: 5000, stallMs: 5000, totalMs: 8000, maxBytes: 1_000_000 };

interface Got extends HttpOutcome {
  readonly text: string;
}

const send = async (
  url: string,
  parts: Partial<Omit<HttpRequest, 'limits'>> & {
    limits?: Partial<HttpLimits>;
    env?: Env;
    sink?: Partial<HttpSink>;
    signal?: AbortSignal;
  } = {},
): Promise<Got> => {
  const { limits: own, env = {}, sink, signal = new AbortController().signal, ...request } = parts;
  const http = openHttp(env, systemClock);
  onTestFinished(() => http.close());
  const pieces: Uint8Array[] = [];
  const collect: HttpSink = {
    data(chunk) {
      pieces.push(chunk);
      return 'more';
    },
  };
  const outcome = await http.send(
    { method: 'GET', url, headers: {}, ...request, limits: { ...limits, ...own } },
    { ...collect, ...sink },
    signal,
  );
  return { ...outcome, text: Buffer.concat(pieces).toString('utf8') };
};

describe('limits', () => {
  it('ends a TLS handshake that gets no answer', async () => {
    const peer = await openTcpPeer(() => {});
    const got = await send(`https://${peer.host}`, { limits: { connectMs: 60 } });
    expect(got.failure).toMatchObject({ kind: 'timeout', phase: 'connect', message: `no connection to ${peer.host} within 60 ms` });
    expect(got.timings).toMatchObject({ connectMs: null, firstByteMs: null, longestGapMs: null });
  });

  it.each([
    { phase: 'first byte', reply: silence, own: { firstByteMs: 50 } },
    { phase: 'stall', reply: stream(['a'], 'hang', 'text/plain'), own: { stallMs: 50 } },
    { phase: 'total', reply: trickle('a', 'text/plain'), own: { totalMs: 120 } },
  ])('ends an exchange by its $phase limit, and its connection with it', async ({ phase, reply, own }) => {
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const peer = await openPeer((request, response) => {
      response.on('close', closed);
      reply(request, response);
    });
    const got = await send(peer.url, { limits: own });
    expect(got.failure).toMatchObject({ kind: 'timeout', phase });
    expect(got.failure?.message).toContain(peer.host);
    expect(got.timings.totalMs).toBeGreaterThanOrEqual(Object.values(own)[0] - 2);
    await gone;
  });

  it.each([
    ['sent no answer within 60 ms', silence],
    ['did not finish its answer within 60 ms', trickle('a', 'text/plain')],
  ])('says what of the answer was missing at the total limit: %s', async (said, reply) => {
    const peer = await openPeer(reply);
    expect((await send(peer.url, { limits: { totalMs: 60 } })).failure).toMatchObject({ phase: 'total', message: `${peer.host} ${said}` });
  });

  it('lets a slow body go on so long as no silence in it is too long', async () => {
    const peer = await openPeer((_request, response) => {
      response.writeHead(200).write('0');
      let sent = 1;
      const timer = setInterval(() => {
        response.write(String(sent++));
        if (sent === 9) response.end();
      }, 50);
      response.on('close', () => clearInterval(timer));
    });
    expect(await send(peer.url, { limits: { stallMs: 250 } })).toMatchObject({ failure: null, text: '012345678' });
  });

  it('lets the total limit run across redirects', async () => {
    const peer = await openPeer((request, response) => {
      setTimeout(() => redirect(`/${Number(request.path.slice(1)) + 1}`)(request, response), 60);
    });
    const got = await send(`${peer.url}/0`, { limits: { totalMs: 150 } });
    expect(got.failure).toMatchObject({ kind: 'timeout', phase: 'total' });
    expect(got.timings.totalMs).toBeGreaterThanOrEqual(148);
  });

  it('counts every time from the moment of asking, and the longest gap inside the body', async () => {
    const peer = await openPeer((_request, response) => {
      response.writeHead(200).write('a');
      setTimeout(() => response.end('b'), 80);
    });
    const { timings, failure } = await send(peer.url);
    expect(failure).toBeNull();
    expect(timings.longestGapMs).toBeGreaterThan(60);
    expect(timings.connectMs).toBeLessThanOrEqual(timings.firstByteMs ?? 0);
    expect(timings.totalMs).toBeGreaterThanOrEqual((timings.firstByteMs ?? 0) + (timings.longestGapMs ?? 0) - 1);
  });

  it('closes the connection of an exchange that is given up', async () => {
    const abort = new AbortController();
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const peer = await openPeer((_request, response) => {
      response.on('close', closed);
      response.writeHead(200).write('a');
    });
    const got = await send(peer.url, {
      signal: abort.signal,
      sink: {
        data() {
          abort.abort();
          return 'more';
        },
      },
    });
    expect(got.failure).toMatchObject({ kind: 'aborted' });
    await gone;
  });

  it('reads a large body without holding it', async () => {
    const peer = await openPeer(endless('x', 'text/plain'));
    let bytes = 0;
    const maxBytes = 300_000_000;
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let peak = before;
    const got = await send(peer.url, {
      limits: { maxBytes, totalMs: 20_000 },
      sink: {
        data(chunk) {
          bytes += chunk.length;
          peak = Math.max(peak, process.memoryUsage.rss());
          return 'more';
        },
      },
    });
    expect(got.failure).toMatchObject({ kind: 'too_large', message: `${peer.host} sent more than 300,000,000 bytes` });
    expect(bytes).toBeGreaterThan(maxBytes - 100_000);
    expect(peak - before).toBeLessThan(120_000_000);
  });

  it('ends well when the sink has enough', async () => {
    const peer = await openPeer(endless('x', 'text/plain'));
    const got = await send(peer.url, { sink: { data: () => 'stop' } });
    expect(got).toMatchObject({ failure: null, head: { status: 200 } });
  });
});

describe('requests', () => {
  it('asks for an identity encoding and sends its body and headers', async () => {
    const peer = await openPeer(json({}));
    await send(`${peer.url}/a?b=c`, { method: 'POST', headers: { 'x-one': '1' }, body: '{"é":1}' });
    expect(peer.received).toMatchObject([
      { method: 'POST', path: '/a', body: '{"é":1}', headers: { 'accept-encoding': 'identity', 'x-one': '1' } },
    ]);
  });

  it('sends the credentials of a URL as basic authorization, and a header instead where there is one', async () => {
    const peer = await openPeer(json({}));
    const url = peer.url.replace('http://', 'http://ada:p%40ss@');
    await send(url);
    await send(url, { headers: { authorization: 'Bearer x' } });
    expect(peer.received.map(({ headers }) => headers.authorization)).toEqual([`Basic ${btoa('ada:p@ss')}`, 'Bearer x']);
  });

  it('takes a percent sign of a password that encodes nothing for itself', async () => {
    const peer = await openPeer(json({}));
    await send(peer.url.replace('http://', 'http://ada:100%-s%zzre@'));
    expect(peer.received.map(({ headers }) => headers.authorization)).toEqual([`Basic ${btoa('ada:100%-s%zzre')}`]);
  });

  it.each(['not a url', 'ftp://example.com/', ''])('throws for %j, which is nobody’s fault but ours', async (url) => {
    await expect(send(url)).rejects.toMatchObject({ kind: 'usage', code: 'url_invalid' });
  });

  it('throws for a header that cannot be sent, and does not show it', async () => {
    const peer = await openPeer(json({}));
    const failed = send(peer.url, { headers: { authorization: 'Bearer secret\nvalue' } });
    await expect(failed).rejects.toMatchObject({ kind: 'usage', code: 'request_invalid' });
    await expect(failed).rejects.not.toThrow(/secret/);
    expect(peer.received).toEqual([]);
  });

  it('lets an error of the sink out as it is', async () => {
    const peer = await openPeer(json({}));
    const broken = () => {
      throw new Error('a bug in a reader');
    };
    await expect(send(peer.url, { sink: { data: broken } })).rejects.toThrow('a bug in a reader');
    await expect(send(peer.url, { sink: { head: broken } })).rejects.toThrow('a bug in a reader');
  });

  it('serves many requests at once', async () => {
    const peer = await openPeer(json({ ok: true }));
    const http = openHttp({}, systemClock);
    onTestFinished(() => http.close());
    const sink: HttpSink = { data: () => 'more' };
    const one = () => http.send({ method: 'GET', url: peer.url, headers: {}, limits }, sink, new AbortController().signal);
    const outcomes = await Promise.all(Array.from({ length: 50 }, one));
    expect(outcomes.every(({ failure, head }) => failure === null && head?.status === 200)).toBe(true);
  });
});

describe('redirects', () => {
  it('hands only the last answer to the sink', async () => {
    const peer = await openPeer((request, response) =>
      (request.path === '/' ? redirect('/b', 302) : body('there', 'text/plain'))(request, response),
    );
    const heads: number[] = [];
    const got = await send(peer.url, { sink: { head: ({ status }) => heads.push(status) } });
    expect(got).toMatchObject({ failure: null, text: 'there', head: { status: 200 } });
    expect(heads).toEqual([200]);
  });

  it('gives up in a circle', async () => {
    const peer = await openPeer(redirect('/'));
    const got = await send(peer.url);
    expect(got.failure).toMatchObject({ kind: 'redirected', message: expect.stringContaining('more than 5 times') });
    expect(peer.received).toHaveLength(6);
  });

  it('does not turn a POST into a GET', async () => {
    const peer = await openPeer(redirect('/b', 302));
    const got = await send(peer.url, { method: 'POST', body: '{}' });
    expect(got.failure).toMatchObject({ kind: 'redirected', message: expect.stringContaining('would drop its body') });
    expect(peer.received).toHaveLength(1);
  });
});

describe('guarded requests', () => {
  it('reach a server as others do, and follow no redirect', async () => {
    const peer = await openPeer((request, response) =>
      (request.path === '/' ? redirect('/b', 307) : body('there', 'text/plain'))(request, response),
    );
    expect(await send(`${peer.url.replace('127.0.0.1', 'localhost')}/b`, { guarded: true })).toMatchObject({
      text: 'there',
      failure: null,
    });
    const got = await send(peer.url, { method: 'POST', body: '{}', guarded: true });
    expect(got.failure).toMatchObject({ kind: 'redirected' });
    expect(peer.received).toHaveLength(2);
  });

  it.each(['169.254.169.254', '0xA9FEA9FE', '2852039166', '[fe80::1]', '[::ffff:169.254.169.254]'])('do not reach %s', async (host) => {
    const got = await send(`http://${host}/latest/meta-data/`, { guarded: true });
    expect(got).toMatchObject({ head: null, failure: { kind: 'no_such_host', message: expect.stringContaining('link-local') } });
  });

  it('do not reach a name that leads there', async () => {
    // A resolver gives an address back as it is: the only name of such an address that every machine knows.
    const looked = await new Promise((done) => guardedLookup('169.254.169.254', { all: true }, (error) => done(error?.code)));
    expect(looked).toBe(linkLocalCode);
    expect(await new Promise((done) => guardedLookup('127.0.0.1', {}, (error, address) => done([error, address])))).toEqual([
      null,
      '127.0.0.1',
    ]);
  });
});

describe('TLS', () => {
  it('refuses a certificate that nobody vouches for', async () => {
    const peer = await openPeer(json({}), selfSigned(30));
    const got = await send(peer.url);
    expect(got).toMatchObject({ head: null, failure: { kind: 'tls' }, certificateDays: null });
    expect(got.failure?.message).toContain(peer.host);
    expect(peer.received).toEqual([]);
  });

  it('calls a TLS port that is asked in plain text by its name', async () => {
    const peer = await openPeer(json({}), selfSigned(30));
    const got = await send(peer.url.replace('https', 'http'));
    expect(['reset', 'protocol']).toContain(got.failure?.kind);
    expect(got.failure?.message).toContain(peer.host);
  });
});

describe('proxies', () => {
  it('asks a proxy for plain HTTP in absolute form', async () => {
    const [peer, proxy] = [await openPeer(body('hi', 'text/plain')), await openProxy()];
    const got = await send(`${peer.url}/x`, { env: { HTTP_PROXY: proxy.url } });
    expect(got).toMatchObject({ failure: null, text: 'hi' });
    expect(proxy.seen).toEqual([`GET ${peer.url}/x`]);
  });

  it('asks a proxy for a tunnel to TLS', async () => {
    const [peer, proxy] = [await openPeer(json({}), selfSigned(30)), await openProxy()];
    const got = await send(peer.url, { env: { https_proxy: proxy.url } });
    expect(proxy.seen).toEqual([`CONNECT ${peer.host}`]);
    expect(got.failure).toMatchObject({ kind: 'tls' });
  });

  it('does not send TLS through a proxy for plain HTTP', async () => {
    const [peer, proxy] = [await openPeer(json({}), selfSigned(30)), await openProxy()];
    await send(peer.url, { env: { HTTP_PROXY: proxy.url } });
    expect(proxy.seen).toEqual([]);
  });

  it('goes around the proxy for the hosts of NO_PROXY', async () => {
    const [peer, proxy] = [await openPeer(body('hi', 'text/plain')), await openProxy()];
    const got = await send(peer.url, { env: { HTTP_PROXY: proxy.url, NO_PROXY: 'example.com,127.0.0.1' } });
    expect(got.text).toBe('hi');
    expect(proxy.seen).toEqual([]);
  });

  it('takes a proxy without a scheme, and refuses one that is no URL', async () => {
    const [peer, proxy] = [await openPeer(body('hi', 'text/plain')), await openProxy()];
    expect(await send(peer.url, { env: { http_proxy: proxy.url.replace('http://', '') } })).toMatchObject({ text: 'hi' });
    await expect(send(peer.url, { env: { http_proxy: 'http://a b' } })).rejects.toMatchObject({
      code: 'proxy_invalid',
      message: 'http_proxy is not a URL',
    });
    await expect(send(peer.url, { env: { HTTPS_PROXY: 'socks5://127.0.0.1:9' } })).rejects.toMatchObject({
      code: 'proxy_invalid',
      message: 'HTTPS_PROXY is a socks5 address, and only http and https proxies can be used',
    });
  });

  it('blames this machine for a proxy that is not there or wants credentials', async () => {
    const gone = await send('https://agent.example.com', { env: { https_proxy: `http://127.0.0.1:${await closedPort()}` } });
    expect(gone.failure).toMatchObject({ kind: 'own_network', message: expect.stringContaining('agent.example.com') });
    const proxy = await openProxy(407);
    const unknown = await send('https://agent.example.com', { env: { https_proxy: proxy.url } });
    expect(unknown.failure).toMatchObject({ kind: 'own_network', message: expect.stringContaining('407') });
  });

  it('blames this machine for a proxy whose name nobody knows, and the address of the agent for its own', async () => {
    const proxied = await send('http://agent.example.com', { env: { http_proxy: 'http://proxy.invalid:3128' } });
    expect(proxied.failure).toMatchObject({ kind: 'own_network', message: expect.stringContaining('proxy') });
    const direct = await send('http://agent.invalid', {});
    expect(direct.failure).not.toMatchObject({ message: expect.stringContaining('proxy') });
  });

  it('takes the word of a proxy that could not reach the agent', async () => {
    const proxy = await openProxy(502);
    const got = await send('https://agent.example.com', { env: { https_proxy: proxy.url } });
    expect(got.failure).toMatchObject({ kind: 'refused', message: expect.stringContaining('agent.example.com') });
  });
});
