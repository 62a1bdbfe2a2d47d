import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  plain,
  type Server,
  type ServerLimits,
  type ServerRequest,
  type ServerSpec,
  startServer,
} from '../../../src/ground/runtime/server.ts';

const limits: ServerLimits = {
  headerBytes: 2048,
  connections: 20,
  headersMs: 5000,
  requestMs: 5000,
  idleMs: 5000,
  bodyBytes: 1000,
  unpackedBytes: 4000,
  heldBytes: 10_000,
};

/** Answers with what it received, unless told otherwise. */
const echo = async (request: ServerRequest) => {
  const body = await request.body();
  if (!body.ok) return plain(body.status, body.reason);
  return { status: 200, body: JSON.stringify({ path: request.path, q: request.query.get('q'), text: Buffer.from(body.bytes).toString() }) };
};

const open = async (spec: Partial<ServerSpec> = {}): Promise<Server & { readonly port: number }> => {
  const settings = { host: '127.0.0.1', port: 0, names: [], limits, answer: echo, onForeign: () => {}, onFault: () => {} };
  const server = await startServer({ ...settings, ...spec });
  onTestFinished(() => server.close(0));
  return { ...server, port: Number(new URL(server.url).port) };
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const begin = (port: number, headers: OutgoingHttpHeaders = {}): { readonly call: ClientRequest; readonly answer: Promise<Answer> } => {
  const call = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/a?q=1', headers, agent: false });
  const answer = new Promise<Answer>((done, failed) => {
    call.on('error', failed);
    call.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        body += piece;
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
  });
  return { call, answer };
};
const post = async (port: number, body: string | Uint8Array, headers: OutgoingHttpHeaders = {}): Promise<Answer> => {
  const { call, answer } = begin(port, headers);
  call.end(body);
  return answer;
};

/** Everything that the server says on a raw connection until it closes it. */
const raw = (port: number, text: string): Promise<string> =>
  new Promise((done) => {
    let said = '';
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
    });
    socket.on('error', () => {});
    socket.on('close', () => done(said));
  });

describe('a body', () => {
  test('arrives whole, with path and query, also in chunks and packed', async () => {
    const { port } = await open();
    const whole = { path: '/a', q: '1', text: 'hello' };
    expect(JSON.parse((await post(port, 'hello')).body)).toEqual(whole);
    expect(JSON.parse((await post(port, gzipSync('hello'), { 'content-encoding': 'gzip' })).body)).toEqual(whole);
    const { call, answer } = begin(port, { 'transfer-encoding': 'chunked' });
    call.write('hel');
    call.end('lo');
    expect(JSON.parse((await answer).body)).toEqual(whole);
  });

  test('that is too large is refused by what its head says, before it is sent', async () => {
    const { port } = await open();
    const { call, answer } = begin(port, { 'content-length': 1001 });
    call.flushHeaders();
    expect(await answer).toMatchObject({ status: 413, body: expect.stringContaining('1,000 bytes') });
    call.destroy();
  });

  test('that grows too large is refused, and its sender hears it', async () => {
    const { port } = await open();
    expect((await post(port, 'x'.repeat(1000))).status).toBe(200);
    expect((await post(port, 'x'.repeat(300_000), { 'transfer-encoding': 'chunked' })).status).toBe(413);
  });

  test('that unpacks to too much is refused: 1 MB in 1 kB', async () => {
    const { port } = await open();
    const bomb = gzipSync(Buffer.alloc(900_000));
    expect(bomb.length).toBeLessThan(1000);
    expect(await post(port, bomb, { 'content-encoding': 'gzip' })).toMatchObject({ status: 413, body: expect.stringContaining('unpacks') });
    expect((await post(port, gzipSync(Buffer.alloc(4000)), { 'content-encoding': 'gzip' })).status).toBe(200);
  });

  test('that is not what it says is refused', async () => {
    const { port } = await open();
    expect((await post(port, 'not packed', { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await post(port, gzipSync('hello').subarray(0, 12), { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await post(port, 'hello', { 'content-encoding': 'br' })).status).toBe(415);
  });

  test('takes of the memory that all bodies share, until it is answered', async () => {
    let go = () => {};
    const gate = new Promise<void>((open) => {
      go = open;
    });
    const answer = async (request: ServerRequest) => {
      const reply = await echo(request);
      if (request.headers['x-wait'] !== undefined) await gate;
      return reply;
    };
    const { port } = await open({ answer, limits: { ...limits, heldBytes: 1500 } });
    const waiting = post(port, 'x'.repeat(900), { 'x-wait': '1' });
    let second = await post(port, 'x'.repeat(900));
    // The first may not have arrived yet.
    while (second.status === 200) second = await post(port, 'x'.repeat(900));
    expect(second.status).toBe(429);
    go();
    expect((await waiting).status).toBe(200);
    expect((await post(port, 'x'.repeat(900))).status).toBe(200);
  });
});

describe('what is no proper request', () => {
  test.each([
    ['too many headers', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(3000)}\r\n\r\n`, '431'],
    ['no HTTP', 'hello\r\n\r\n', '400'],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', '400'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', '400'],
    ['a proxy’s request', 'GET http://localhost/ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n', '400'],
    ['two hosts', 'GET / HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\nconnection: close\r\n\r\n', '40'],
  ])('%s', async (_, text, status) => {
    const { port } = await open();
    expect(await raw(port, text)).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
  });

  test('headers that take too long', async () => {
    const { port } = await open({ limits: { ...limits, headersMs: 50 } });
    expect(await raw(port, 'GET / HTTP/1.1\r\nhost: loc')).toMatch(/^HTTP\/1.1 408/);
  });

  test('a body that takes too long', async () => {
    const { port } = await open({ limits: { ...limits, headersMs: 50, requestMs: 100 } });
    expect(await raw(port, 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nabc')).not.toContain('200');
  });
});

test('requests of web pages are refused and told', async () => {
  const told: string[] = [];
  const { port } = await open({ onForeign: (reason) => told.push(reason) });
  expect((await post(port, '', { host: 'evil.example' })).status).toBe(403);
  expect((await post(port, '', { origin: 'http://evil.example' })).status).toBe(403);
  expect(told).toHaveLength(2);
});

test('a fault is told here and says nothing there', async () => {
  const faults: unknown[] = [];
  const { port } = await open({ answer: () => Promise.reject(new Error('inner secrets')), onFault: (thrown) => faults.push(thrown) });
  const answer = await post(port, '');
  expect(answer.status).toBe(500);
  expect(answer.body).not.toContain('inner');
  expect(faults).toHaveLength(1);
});

test('when it closes, what has arrived is answered and nothing new is taken', async () => {
  let go = () => {};
  let arrived = () => {};
  const gate = new Promise<void>((open) => {
    go = open;
  });
  const isThere = new Promise<void>((there) => {
    arrived = there;
  });
  const { port, close } = await open({
    answer: async (request) => {
      const reply = await echo(request);
      arrived();
      await gate;
      return reply;
    },
  });
  const waiting = post(port, 'late', { connection: 'keep-alive' });
  await isThere;
  const closed = close(5000);
  await expect(post(port, 'new')).rejects.toThrow('ECONNREFUSED');
  go();
  expect(await waiting).toMatchObject({ status: 200, headers: { connection: 'close' } });
  await closed;
});

test('an address that is taken is a clear error', async () => {
  const { port } = await open();
  await expect(open({ port })).rejects.toMatchObject({
    kind: 'unable',
    message: `cannot listen on 127.0.0.1:${port}: another program listens there already`,
  });
});
