import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readReply } from '../../../src/agents/protocols/a2a-reply.ts';
import a2a from '../../../src/agents/protocols/kinds/a2a.ts';
import type { AgentProtocol, Turn } from '../../../src/agents/protocols/port.ts';
import { digString, type Json } from '../../../src/ground/json.ts';
import type { Http } from '../../../src/ground/runtime/context.ts';
import { type Peer as RealPeer, startPeer } from '../../peers/start-peer.ts';
import { cannedHttp, cutAt } from '../../support/canned-http.ts';
import { openPeer, type Peer, type Reply } from '../../support/http-peer.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { captureOf, recorded } from '../../support/recorded.ts';
import { json, stream } from '../../support/replies.ts';
import { ask, openWorld, ref } from '../../support/world.ts';

const never = new AbortController().signal;

const open = (url: string, parts: Record<string, unknown> = {}): AgentProtocol => {
  const world = openWorld({ KEY: 'very-secret' });
  onTestFinished(() => world.http.close());
  return a2a.open(a2a.config.parse({ protocol: 'a2a', url: ref(url), ...parts }), world);
};

const cardPath = '/.well-known/agent-card.json';

/** A card that offers interfaces, written as `JSONRPC 1.0 /rpc`. */
const card = (offers: readonly string[], parts: Record<string, Json> = {}): Json => ({
  name: 'fake',
  version: '7',
  capabilities: { streaming: true },
  supportedInterfaces: offers.map((offer) => {
    const [protocolBinding = '', protocolVersion = '', url = '', tenant = ''] = offer.split(' ');
    return { protocolBinding, protocolVersion, url, tenant };
  }),
  ...parts,
});

/** An agent with a card at the usual place; everything else is answered by `reply`. */
const agentWith = (offers: readonly string[], reply: Reply): Promise<Peer> =>
  openPeer((request, response) => (request.path === cardPath ? json(card(offers)) : reply)(request, response));

const task = (state: string, parts: Record<string, Json> = {}): Json => ({ id: 't1', contextId: 'c1', status: { state }, ...parts });
const result = (value: Json): Reply => json({ jsonrpc: '2.0', id: 1, result: value });

describe('recorded answers of the official SDK', () => {
  const turnFrom = async (name: string, offer: string, parts: Record<string, unknown> = {}): Promise<Turn> => {
    const peer = await agentWith([offer], recorded(`a2a/${name}`));
    return open(peer.url, parts).turn(ask(), never);
  };
  const both = [
    { version: '1.0', offer: 'JSONRPC 1.0 /rpc' },
    { version: '0.3', offer: 'JSONRPC 0.3.0 /rpc' },
  ];

  it.each(both)('reads a completed task, $version', async ({ version, offer }) => {
    const turn = await turnFrom(`a2a-${version}-send-ok.json`, offer);
    expect(turn).toMatchObject({ outcome: 'ok', text: 'echo: hi', stopReason: 'completed', structured: null, usage: null });
    expect(turn.thread).toEqual({ contextId: expect.stringMatching(/^[0-9a-f-]{36}$/), taskId: null });
  });

  it.each(both)('does not take the artifact of a failed task for success, $version', async ({ version, offer }) => {
    const turn = await turnFrom(`a2a-${version}-send-error.json`, offer);
    expect(turn).toMatchObject({ outcome: 'agent_error', cause: 'task failed', httpStatus: 200, text: 'echo: fail' });
  });

  it.each(both)('reads a stream, $version', async ({ version, offer }) => {
    const turn = await turnFrom(`a2a-${version}-stream.http.txt`, offer, { stream: true });
    expect(turn).toMatchObject({ outcome: 'ok', text: 'echo: hi' });
    expect(turn.timings.firstTokenMs).not.toBeNull();
  });

  it.each([
    ['a2a-bad-version.http.txt', 'malformed', 'version not supported', /Supported versions: 1.0, 0.3/],
    ['a2a-unknown-method.http.txt', 'malformed', 'version not supported', /Invalid method/],
    ['a2a-task-not-found.http.txt', 'agent_error', 'json-rpc -32001', /Task not found: nope/],
  ])('judges %s', async (name, outcome, cause, detail) => {
    const turn = await turnFrom(name, 'JSONRPC 1.0 /rpc');
    expect(turn).toMatchObject({ outcome, cause, detail: expect.stringMatching(detail) });
  });

  it('reads a card of both versions', async () => {
    const peer = await openPeer((request, response) => {
      const text = captureOf('a2a/a2a-agent-card.dual-1.0-0.3.json').replaceAll('127.0.0.1:14100', request.headers.host ?? '');
      response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    });
    const turn = await open(peer.url).probe(ask(), never);
    expect(turn).toMatchObject({ outcome: 'ok', card: { name: 'echo', version: '1.0.0', skills: ['echo'], tools: [], models: [] } });
  });
});

describe('the way to an agent', () => {
  const completed = result({ task: task('TASK_STATE_COMPLETED') });
  const found = async (url: string, peer: Peer, parts: Record<string, unknown> = {}) => {
    const turn = await open(url, parts).turn(ask(), never);
    return { turn, asked: peer.received.map(({ method, path }) => `${method} ${path}`) };
  };

  it.each([
    ['/agents/echo/', '/agents/echo/.well-known/agent-card.json'],
    ['/agents/echo', '/.well-known/agent-card.json'],
    ['/agents/echo', '/agents/echo/.well-known/agent.json'],
    ['', '/.well-known/agent.json'],
    ['/cards/echo.json', '/cards/echo.json'],
  ])('from %s finds the card at %s', async (path, place) => {
    const peer = await openPeer((request, response) =>
      (request.method === 'POST' ? completed : request.path === place ? json(card(['JSONRPC 1.0 /rpc'])) : json({}, 404))(
        request,
        response,
      ),
    );
    const { turn, asked } = await found(peer.url + path, peer);
    expect(turn.outcome).toBe('ok');
    expect(asked.slice(-2)).toEqual([`GET ${place}`, 'POST /rpc']);
  });

  it('looks for the card once, and again after a turn that went wrong', async () => {
    let broken = true;
    const peer = await agentWith(['JSONRPC 1.0 /rpc'], (request, response) => (broken ? json({}, 500) : completed)(request, response));
    const protocol = open(peer.url);
    await protocol.turn(ask(), never);
    broken = false;
    await protocol.turn(ask(), never);
    await protocol.turn(ask(), never);
    const cards = peer.received.filter(({ path }) => path === cardPath);
    expect([cards.length, peer.received.length]).toEqual([2, 5]);
  });

  it('says where it looked when there is no card', async () => {
    const peer = await openPeer(json({ hello: 'world' }));
    const turn = await open(peer.url).probe(ask(), never);
    expect(turn).toMatchObject({ outcome: 'malformed', cause: 'no agent card', card: null, detail: expect.stringContaining(peer.host) });
  });

  it('takes a refusal or an outage of the card for what it is', async () => {
    const locked = await openPeer(json({}, 401));
    expect(await open(locked.url).turn(ask(), never)).toMatchObject({ outcome: 'unauthorized', cause: 'http 401' });
    const down = await openPeer(json({}, 503));
    expect(await open(down.url).turn(ask(), never)).toMatchObject({ outcome: 'agent_error', cause: 'http 503' });
    expect([locked.received.length, down.received.length]).toEqual([1, 1]);
  });

  it.each([
    ['host', 'localhost'],
    ['port', '127.0.0.1'],
  ])('never follows a card to another %s', async (_what, host) => {
    const other = await openPeer(completed);
    const elsewhere = other.url.replace('127.0.0.1', host);
    const peer = await agentWith([`JSONRPC 1.0 ${elsewhere}/rpc`], completed);
    const turn = await open(peer.url, { headers: { authorization: ref('${KEY}') } }).turn(ask(), never);
    expect(turn).toMatchObject({
      outcome: 'malformed',
      cause: 'no usable interface',
      detail: expect.stringContaining(`another host (${new URL(elsewhere).host})`),
    });
    expect(other.received).toEqual([]);
  });

  it('passes over an interface on another host for one on ours', async () => {
    const peer = await agentWith(['JSONRPC 1.0 http://elsewhere.test/rpc', 'JSONRPC 0.3 /old'], completed);
    const { asked } = await found(peer.url, peer);
    expect(asked.at(-1)).toBe('POST /old');
  });

  const offers = [
    'GRPC 1.0 /grpc',
    'HTTP+JSON 0.3 /rest3',
    'JSONRPC 0.3 /rpc3',
    'JSONRPC 1.0 /rpc1',
    'HTTP+JSON 1.0 /rest1',
    'JSONRPC 2.0 /rpc2',
  ];
  it.each([
    [{}, '/rpc1'],
    [{ binding: 'rest' }, '/rest1/message:send'],
    [{ version: '0.3' }, '/rest3/v1/message:send'],
    [{ version: '0.3', binding: 'jsonrpc' }, '/rpc3'],
    [{ stream: true, binding: 'rest' }, '/rest1/message:stream'],
  ])('picks by %j', async (wish, path) => {
    const peer = await agentWith(offers, completed);
    const { asked } = await found(peer.url, peer, wish);
    expect(asked.at(-1)).toBe(`POST ${path}`);
  });

  it('reads a card of the 0.3 era', async () => {
    const old = { name: 'old', url: '/rpc', protocolVersion: '0.3.0', additionalInterfaces: [{ url: '/rest', transport: 'HTTP+JSON' }] };
    const peer = await openPeer((request, response) => (request.method === 'GET' ? json(old) : completed)(request, response));
    expect((await found(peer.url, peer)).asked.at(-1)).toBe('POST /rpc');
    expect(peer.received.at(-1)?.json).toMatchObject({ method: 'message/send', params: { configuration: { blocking: true } } });
    expect(peer.received.at(-1)?.headers).not.toHaveProperty('a2a-version');
    expect((await found(peer.url, peer, { binding: 'rest' })).asked.at(-1)).toBe('POST /rest/v1/message:send');
  });

  it('says what is on offer when nothing fits', async () => {
    const peer = await agentWith(['GRPC 1.0 /grpc', 'JSONRPC 0.3 /rpc'], completed);
    const { turn } = await found(peer.url, peer, { version: '1.0' });
    expect(turn).toMatchObject({ outcome: 'malformed', detail: expect.stringContaining('only GRPC 1.0, JSONRPC 0.3') });
  });

  it('names the tenant and the version', async () => {
    const rpc = await agentWith(['JSONRPC 1.1 /rpc acme'], completed);
    await found(rpc.url, rpc);
    expect(rpc.received.at(-1)).toMatchObject({
      headers: { 'a2a-version': '1.1' },
      json: { method: 'SendMessage', params: { tenant: 'acme' } },
    });
    const rest = await agentWith(['HTTP+JSON 1.0 /rest acme'], json({ task: task('TASK_STATE_COMPLETED') }));
    await found(rest.url, rest);
    expect(rest.received.at(-1)).toMatchObject({ path: '/rest/acme/message:send', headers: { 'content-type': 'application/a2a+json' } });
  });

  it('does not ask for a stream from an agent that has none', async () => {
    const quiet = card(['JSONRPC 1.0 /rpc'], { capabilities: {} });
    const peer = await openPeer((request, response) => (request.method === 'GET' ? json(quiet) : completed)(request, response));
    await found(peer.url, peer, { stream: true });
    expect(peer.received.at(-1)?.json).toMatchObject({ method: 'SendMessage' });
  });
});

describe('a task that takes its time', () => {
  const methodOf = (request: { json: Json }) => digString(request.json, 'method');
  const methods = (peer: Peer) => peer.received.slice(1).map(methodOf);

  it('is looked at until it ends', async () => {
    let looks = 0;
    const peer = await agentWith(['JSONRPC 1.0 /rpc'], (request, response) => {
      if (methodOf(request) === 'SendMessage') return result({ task: task('TASK_STATE_SUBMITTED') })(request, response);
      looks += 1;
      const artifacts = [{ artifactId: 'a', parts: [{ text: 'done' }] }];
      return result(looks < 2 ? task('TASK_STATE_WORKING') : task('TASK_STATE_COMPLETED', { artifacts }))(request, response);
    });
    const turn = await open(peer.url).turn(ask(), never);
    expect(turn).toMatchObject({ outcome: 'ok', text: 'done' });
    expect(methods(peer)).toEqual(['SendMessage', 'GetTask', 'GetTask']);
    expect(turn.timings.totalMs).toBeGreaterThan(200);
    expect(turn.timings.firstByteMs).toBeLessThan(turn.timings.totalMs);
  });

  const working: Reply = (request, response) =>
    result(methodOf(request) === 'SendMessage' ? { task: task('TASK_STATE_WORKING') } : task('TASK_STATE_WORKING'))(request, response);
  const impatient = { connectMs: 1000, firstByteMs: 1000, stallMs: 1000, totalMs: 350 };

  it('is cancelled at the deadline', async () => {
    const peer = await agentWith(['JSONRPC 1.0 /rpc'], working);
    const turn = await open(peer.url).turn(ask({ limits: impatient }), never);
    expect(turn).toMatchObject({
      outcome: 'timeout',
      cause: 'total timeout',
      detail: `${peer.host} did not finish its answer within 350 ms`,
    });
    expect(methods(peer).at(-1)).toBe('CancelTask');
    expect(peer.received.at(-1)?.json).toMatchObject({ params: { id: 't1' } });
  });

  it('is cancelled when the turn is given up', async () => {
    const abort = new AbortController();
    const peer = await agentWith(['HTTP+JSON 0.3 /rest'], (request, response) => {
      if (request.method === 'GET') abort.abort();
      return json(request.method === 'GET' ? task('TASK_STATE_WORKING') : { task: task('TASK_STATE_WORKING') })(request, response);
    });
    const turn = await open(peer.url).turn(ask(), abort.signal);
    expect(turn).toMatchObject({ outcome: 'checker_error', cause: 'aborted' });
    expect(peer.received.at(-1)).toMatchObject({ method: 'POST', path: '/rest/v1/tasks/t1:cancel' });
  });

  it('is cancelled when its stream stalls', async () => {
    const event = { jsonrpc: '2.0', id: 1, result: { task: task('TASK_STATE_WORKING') } };
    const peer = await agentWith(['JSONRPC 1.0 /rpc'], (request, response) =>
      (methodOf(request) === 'CancelTask' ? json({}) : stream([`data: ${JSON.stringify(event)}\n\n`], 'hang'))(request, response),
    );
    const turn = await open(peer.url, { stream: true }).turn(ask({ limits: { ...impatient, stallMs: 80 } }), never);
    expect(turn).toMatchObject({ outcome: 'timeout', cause: 'stall timeout' });
    expect(methods(peer)).toEqual(['SendStreamingMessage', 'CancelTask']);
  });

  it('is cancelled when it waits for an answer that will not come', async () => {
    const peer = await agentWith(['JSONRPC 1.0 /rpc'], result({ task: task('TASK_STATE_AUTH_REQUIRED') }));
    const protocol = open(peer.url);
    const turn = await protocol.turn(ask(), never);
    expect(turn).toMatchObject({ outcome: 'interrupted', cause: 'task auth-required', thread: { contextId: 'c1', taskId: 't1' } });
    await protocol.release?.(turn.thread, ask(), never);
    expect(methods(peer)).toEqual(['SendMessage', 'CancelTask']);
  });
});

describe('what a reply holds', () => {
  const exchange = {
    host: 'agent.test',
    head: null,
    json: undefined,
    text: '',
    streamed: false,
    trouble: null,
    wire: {
      httpStatus: 200,
      timings: { connectMs: 0, firstByteMs: 0, firstTokenMs: null, longestGapMs: null, totalMs: 0 },
      retryAfterMs: null,
      certificateDays: null,
    },
  };
  const said = (...events: readonly Json[]) => {
    const reply = readReply(false);
    for (const event of events) reply.event({ event: null, data: JSON.stringify(event) });
    return reply.said(exchange);
  };
  const words = (text: string) => ({ role: 'ROLE_AGENT', parts: [{ text }] });
  const artifact = (artifactId: string, text: string, parts: Record<string, Json> = {}) => ({
    artifactUpdate: { artifact: { artifactId, parts: [{ text }] }, ...parts },
  });
  const done = { statusUpdate: { status: { state: 'TASK_STATE_COMPLETED' } } };

  it('replaces an artifact that is sent again, and appends where it is told to', () => {
    const text = said(
      { task: task('TASK_STATE_WORKING') },
      artifact('a', 'x'),
      artifact('a', 'y'),
      artifact('a', 'z', { append: true }),
      artifact('b', '2'),
      done,
    ).text;
    expect(text).toBe('yz\n2');
  });

  it.each([
    [
      'the artifacts',
      { artifacts: [{ artifactId: 'a', parts: [{ text: 'A' }] }], status: { state: 'completed', message: words('S') } },
      'A',
    ],
    ['the words of the status', { status: { state: 'completed', message: words('S') }, history: [words('H')] }, 'S'],
    ['the last words of the agent', { history: [words('first'), words('H'), { role: 'user', parts: [{ text: 'mine' }] }] }, 'H'],
    ['nothing', {}, ''],
  ])('takes its text from %s', (_where, parts, text) => {
    expect(said({ kind: 'task', ...(task('completed', parts as Record<string, Json>) as object) })).toMatchObject({ outcome: 'ok', text });
  });

  it('hands out data parts, one as it is and several as a list', () => {
    const data = (...values: readonly Json[]) => ({ message: { role: 'ROLE_AGENT', parts: values.map((value) => ({ data: value })) } });
    expect(said(data({ a: 1 })).structured).toEqual({ a: 1 });
    expect(said(data({ a: 1 }, [2])).structured).toEqual([{ a: 1 }, [2]]);
  });

  it.each([
    ['TASK_STATE_REJECTED', 'refused', 'task rejected'],
    ['canceled', 'agent_error', 'task canceled'],
    ['TASK_STATE_CANCELLED', 'agent_error', 'task cancelled'],
    ['input-required', 'interrupted', 'task input-required'],
    ['TASK_STATE_DANCING', 'malformed', 'not the protocol'],
  ])('judges the state %s as %s', (state, outcome, cause) => {
    const status = { state, message: words('because\nof the weather') };
    expect(said({ task: { id: 't', status } })).toMatchObject({ outcome, cause, detail: expect.stringContaining('agent.test') });
    if (outcome !== 'malformed') expect(said({ task: { id: 't', status } }).detail).toMatch(/: because of the weather$/);
  });

  it('never throws, whatever the events', () => {
    const kinds = fc.constantFrom('task', 'message', 'msg', 'statusUpdate', 'artifactUpdate');
    const shape = fc.record(
      {
        id: fc.jsonValue(),
        status: fc.jsonValue(),
        artifact: fc.jsonValue(),
        artifacts: fc.jsonValue(),
        history: fc.jsonValue(),
        parts: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const event = fc.oneof(
      fc.jsonValue(),
      fc.tuple(kinds, shape).map(([kind, value]) => ({ [kind]: value })),
      fc.record({ error: fc.jsonValue() }),
    );
    fc.assert(fc.property(fc.array(event), (events) => void said(...(events as Json[]))));
  });
});

describe('over a wire without delay', () => {
  const asJson = { status: 200, headers: { 'content-type': 'application/json' } };
  const asStream = { status: 200, headers: { 'content-type': 'text/event-stream' } };
  const events = captureOf('a2a/a2a-1.0-stream.http.txt')
    .split(/\r?\n\r?\n/)
    .slice(1)
    .join('\n\n')
    .replace('echo: hi', 'pöng 🏓');
  const turnOver = (pieces: readonly Uint8Array[], head = asStream): Promise<Turn> => {
    const cards = cannedHttp(asJson, cutAt(JSON.stringify(card(['JSONRPC 1.0 /rpc'])), []));
    const replies = cannedHttp(head, pieces);
    let sent = 0;
    const http: Http = {
      send(request, sink, signal) {
        if (++sent > 1000) throw new Error('it asks without end');
        return (request.method === 'GET' ? cards : replies).send(request, sink, signal);
      },
    };
    let now = 0;
    const clock = { now: () => now, monotonic: () => (now += 100), sleep: async () => {} };
    const config = a2a.config.parse({ protocol: 'a2a', url: ref('http://agent.test'), stream: true });
    return a2a.open(config, { ...openWorld(), http, clock }).turn(ask(), never);
  };
  const event = (value: Json) => `data: ${JSON.stringify({ jsonrpc: '2.0', id: 1, result: value })}\n\n`;

  it('a task that never ends is not looked at past the deadline', async () => {
    const reply = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { task: task('TASK_STATE_WORKING') } });
    expect(await turnOver(cutAt(reply, []), asJson)).toMatchObject({ outcome: 'timeout', cause: 'total timeout' });
  });

  it('a stream may end with the sight of a task that waits', async () => {
    const turn = await turnOver(cutAt(event({ task: task('TASK_STATE_INPUT_REQUIRED') }), []));
    expect(turn).toMatchObject({ outcome: 'interrupted', thread: { taskId: 't1' } });
  });

  it('a stream may not end with the sight of a task that works', async () => {
    expect(await turnOver(cutAt(event({ task: task('TASK_STATE_WORKING') }), []))).toMatchObject({ outcome: 'truncated' });
  });

  it('a stream says the same however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), async (offsets) => {
        expect(await turnOver(cutAt(events, offsets))).toMatchObject({ outcome: 'ok', text: 'pöng 🏓' });
      }),
    );
  });

  it('a turn never throws, whatever the bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.uint8Array()), async (pieces) => void (await turnOver(pieces))));
    const noise = fc.array(
      fc.oneof(fc.jsonValue(), fc.record({ result: fc.jsonValue() }), fc.constant({ result: { task: task('working') } })),
    );
    await fc.assert(
      fc.asyncProperty(noise, async (values) => {
        const turn = await turnOver(cutAt(values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join(''), []));
        expect(turn.outcome).not.toBe('ok');
      }),
    );
  });
});

describeWithPeer('a real A2A agent', { packages: ['@a2a-js/sdk', 'express'] }, () => {
  let server: RealPeer;
  beforeAll(async () => {
    server = await startPeer({ argv: () => ['node', 'a2a-server.mjs'], ready: /ready/ });
  });
  afterAll(() => server?.stop());

  const ways = ['1.0', '0.3'].flatMap((version) =>
    ['jsonrpc', 'rest'].flatMap((binding) => [false, true].map((streamed) => ({ version, binding, stream: streamed }))),
  );
  describe.each(ways)('$version over $binding, stream: $stream', (way) => {
    const turn = (input: string, thread: Json = null) => open(server.url, way).turn(ask({ input, thread }), never);

    it('answers with text and data', async () => {
      expect(await turn('data hi')).toMatchObject({
        outcome: 'ok',
        text: 'echo: data hi',
        structured: { city: 'Paris' },
        stopReason: 'completed',
      });
    });

    it('answers without a task', async () => {
      expect(await turn('direct')).toMatchObject({ outcome: 'ok', text: 'a direct reply', stopReason: null });
    });

    it('stops to ask, and goes on with the same task', async () => {
      const first = await turn('ask me');
      expect(first).toMatchObject({ outcome: 'interrupted', cause: 'task input-required', text: 'Which city?' });
      const taskId = digString(first.thread, 'taskId');
      const second = await turn('Paris', first.thread);
      expect(second, second.detail).toMatchObject({ outcome: 'ok', text: `continued ${taskId}: Paris` });
      expect(second.thread).toEqual({ contextId: digString(first.thread, 'contextId'), taskId: null });
    });

    it('fails, rejects and throws', async () => {
      expect(await turn('fail')).toMatchObject({
        outcome: 'agent_error',
        cause: 'task failed',
        detail: expect.stringContaining('the database is gone'),
      });
      expect(await turn('reject')).toMatchObject({ outcome: 'refused', text: 'not my kind of work' });
      expect(await turn('throw')).toMatchObject({ outcome: 'agent_error', detail: expect.stringContaining('the executor threw') });
    });

    it('runs into the deadline', async () => {
      const cancelled = () => server.log().split('cancelled ').length;
      const before = cancelled();
      const limits = { connectMs: 2000, firstByteMs: 400, stallMs: 400, totalMs: 400 };
      expect(await open(server.url, way).turn(ask({ input: 'hang', limits }), never)).toMatchObject({ outcome: 'timeout' });
      // A task that is never shown cannot be named: only a stream tells its id before it ends.
      if (way.stream) await expect.poll(cancelled).toBe(before + 1);
    });
  });

  it('shows its card', async () => {
    const turn = await open(server.url).probe(ask(), never);
    expect(turn).toMatchObject({ outcome: 'ok', card: { name: 'echo', version: '1.2.3', skills: ['echo'] } });
    expect(Object.keys(turn.card?.facets ?? {})).toEqual(['card', 'skills']);
  });
});
