import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import http from '../../../../src/agents/protocols/kinds/http.ts';
import type { Json } from '../../../../src/ground/json.ts';
import { openPeer, type Reply } from '../../../support/http-peer.ts';
import { body, json, redirect, sse, stream } from '../../../support/replies.ts';
import { openEndpoint, spokenWith } from '../../../support/spoken.ts';
import { ask, ref } from '../../../support/world.ts';

const turnOf = async (reply: Reply, endpoint: Record<string, unknown> = {}) =>
  (await spokenWith(http, (url) => ({ url: ref(`${url}/ask`), ...endpoint }), reply)).turn;

describe('the request', () => {
  it('carries the question wherever {{input}} stands in a text of the body, and nowhere else', async () => {
    const sent = { q: 'Say: {{input}}', deep: [{ again: '{{input}}{{input}}' }, 7, null, true], '{{input}}': 1 };
    const { peer } = await spokenWith(http, (url) => ({ url: ref(url), body: sent, method: 'PUT' }), body('ok', 'text/plain'), {
      input: 'a"b\\ $& {{input}}',
    });
    expect(peer.received).toMatchObject([{ method: 'PUT', headers: { 'content-type': 'application/json' } }]);
    expect(peer.received[0]?.json).toEqual({
      q: 'Say: a"b\\ $& {{input}}',
      deep: [{ again: 'a"b\\ $& {{input}}a"b\\ $& {{input}}' }, 7, null, true],
      '{{input}}': 1,
    });
  });

  it('may go without a body', async () => {
    const { peer } = await spokenWith(http, (url) => ({ url: ref(url), method: 'GET' }), body('ok', 'text/plain'));
    expect(peer.received).toMatchObject([{ method: 'GET', body: '' }]);
    expect(peer.received[0]?.headers['content-type']).toBeUndefined();
  });
});

describe('the config', () => {
  const base = { protocol: 'http', url: ref('http://127.0.0.1:9') };
  it.each([
    { parts: { response: { text: '$.a[' } }, says: 'is not a JSONPath' },
    { parts: { response: { usage: { input: 'tokens' } } }, says: 'it starts with $' },
    { parts: { method: 'GET', body: {} }, says: 'cannot be sent with GET' },
    { parts: { url: ref('ftp://example.com') }, says: 'http:// or https://' },
    { parts: { stream: 'websocket' }, says: 'stream' },
  ])('is refused with a reason: $says', ({ parts, says }) => {
    const parsed = http.config.safeParse({ ...base, ...parts });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(says);
  });

  it('stays JSON', () => {
    const config = http.config.parse({ ...base, response: { text: '$.a', usage: { input: '$.t' } } });
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });
});

describe('a whole answer', () => {
  const paths = {
    text: '$.answer.parts[*].text',
    output: '$.data',
    tool_calls: '$.calls',
    usage: '$.usage',
    cost: '$.cost',
    stop_reason: '$.stop',
    error: '$.error',
    trace_id: '$.trace',
  };

  it('is read by its paths', async () => {
    const turn = await turnOf(
      json({
        answer: { parts: [{ text: 'one ' }, { text: 'two' }] },
        data: { n: 1 },
        calls: ['ping', { name: 'find', args: { q: 1 } }, { function: { name: 'look', arguments: '{"z":2}' }, id: 'c' }, { odd: true }],
        usage: { prompt_tokens: 7, completion_tokens: 3 },
        cost: '0.0042',
        stop: 'stop',
        error: null,
        trace: 't-1',
      }),
      { response: paths },
    );
    expect(turn).toMatchObject({
      outcome: 'ok',
      text: 'one two',
      structured: { n: 1 },
      toolCalls: [
        { id: null, name: 'ping', args: null },
        { id: null, name: 'find', args: { q: 1 } },
        { id: 'c', name: 'look', args: { z: 2 } },
      ],
      usage: { input: 7, output: 3, cachedRead: null, cachedWrite: null, reasoning: null },
      costNanos: 4_200_000,
      stopReason: 'stop',
      traceId: 't-1',
    });
  });

  it('may name each count of its usage', async () => {
    const usage = { input: '$.a', output: '$.b', cached: '$.c', reasoning: '$.d' };
    const turn = await turnOf(json({ a: 1, b: 0, c: 'many' }), { response: { usage } });
    expect(turn.usage).toEqual({ input: 1, output: 0, cachedRead: null, cachedWrite: null, reasoning: null });
  });

  it('tells no usage and no cost where it has none', async () => {
    expect(await turnOf(json({ answer: { parts: [{ text: 'x' }] }, cost: 'free' }), { response: paths })).toMatchObject({
      usage: null,
      costNanos: null,
    });
  });

  it.each<{ name: string; value: Json; want: object }>([
    { name: 'an error text', value: { error: 'boom' }, want: { outcome: 'agent_error', detail: expect.stringContaining('boom') } },
    { name: 'an error object', value: { error: { type: 'overloaded_error', message: 'busy' } }, want: { outcome: 'rate_limited' } },
    { name: 'an error flag', value: { error: true }, want: { outcome: 'agent_error' } },
    { name: 'no error', value: { error: false, answer: { parts: [{ text: 'fine' }] } }, want: { outcome: 'ok', text: 'fine' } },
    { name: 'a cut answer', value: { stop: 'length', answer: { parts: [{ text: 'ha' }] } }, want: { outcome: 'truncated', text: 'ha' } },
    {
      name: 'nothing at the path',
      value: { answer: {} },
      want: { outcome: 'malformed', cause: 'no text', detail: expect.stringContaining('$.answer') },
    },
  ])('is judged by $name', async ({ value, want }) => {
    expect(await turnOf(json(value), { response: paths })).toMatchObject(want);
  });

  it('is the whole body where no path is given', async () => {
    expect(await turnOf(body('plain words\n', 'text/plain'))).toMatchObject({ outcome: 'ok', text: 'plain words' });
    expect(await turnOf(json('quoted'))).toMatchObject({ outcome: 'ok', text: 'quoted' });
    expect(await turnOf(json({ a: 1 }))).toMatchObject({ outcome: 'ok', text: '{"a":1}' });
    expect(await turnOf(body('<b>bold</b> words', 'text/html'))).toMatchObject({ outcome: 'ok', text: '<b>bold</b> words' });
    expect(await turnOf(json(null))).toMatchObject({ outcome: 'ok', text: '' });
    expect(await turnOf(body(' \n', 'text/plain'))).toMatchObject({ outcome: 'malformed', cause: 'empty body' });
  });

  it.each(['<!DOCTYPE html><title>Sign in', '\n<html lang="en"><h1>Welcome'])(
    'is not a page that something in between sent: %j',
    async (page) => {
      expect(await turnOf(body(page, 'text/html'))).toMatchObject({
        outcome: 'malformed',
        cause: 'html',
        detail: expect.stringContaining('where an answer was expected'),
      });
    },
  );

  it('has its error at $.error where no other place is named', async () => {
    expect(await turnOf(json({ error: { message: 'boom' } }))).toMatchObject({
      outcome: 'agent_error',
      detail: expect.stringContaining('boom'),
    });
    expect(await turnOf(json({ error: null, answer: 'fine' }))).toMatchObject({ outcome: 'ok' });
    expect(await turnOf(json({ error: 'boom' }), { response: { error: '$.failure' } })).toMatchObject({ outcome: 'ok' });
  });
});

describe('a stream', () => {
  it('of JSON lines ends with its body where nothing marks the last event', async () => {
    const turn = await turnOf(stream(['{"d":"po"}\n{"d"', ':"ng"}\n', '{"usage":{"input":2}}'], 'end', 'application/x-ndjson'), {
      stream: 'ndjson',
      response: { delta: '$.d', usage: '$.usage' },
    });
    expect(turn).toMatchObject({ outcome: 'ok', text: 'pong', usage: { input: 2, output: null } });
    expect(turn.timings.firstTokenMs).not.toBeNull();
  });

  it('is truncated without the event that marks its end', async () => {
    const response = { delta: '$.d', done: '$.done' };
    expect(await turnOf(stream(sse([{ d: 'po' }])), { stream: 'sse', response })).toMatchObject({ outcome: 'truncated', text: 'po' });
    expect(await turnOf(stream(sse([{ d: 'po' }, { done: true }])), { stream: 'sse', response })).toMatchObject({
      outcome: 'ok',
      text: 'po',
    });
  });

  it('of plain text is its events, joined', async () => {
    expect(await turnOf(stream(['data: po\n\n', 'data: ng\n\n', 'data: [DONE]\n\n']), { stream: 'sse' })).toMatchObject({
      outcome: 'ok',
      text: 'pong',
    });
  });

  it('that was empty is no answer', async () => {
    expect(await turnOf(stream([]), { stream: 'sse' })).toMatchObject({ outcome: 'malformed', cause: 'empty stream' });
  });

  it('ends with an error in it', async () => {
    const turn = await turnOf(stream(sse([{ d: 'po' }, { error: { message: 'boom' } }])), {
      stream: 'sse',
      response: { delta: '$.d', error: '$.error' },
    });
    expect(turn).toMatchObject({ outcome: 'agent_error', text: 'po', detail: expect.stringContaining('boom') });
  });

  it('gives way to the whole text where one event has it', async () => {
    const turn = await turnOf(stream(sse([{ d: 'po' }, { full: 'pong!' }])), { stream: 'sse', response: { delta: '$.d', text: '$.full' } });
    expect(turn).toMatchObject({ outcome: 'ok', text: 'pong!' });
  });
});

describe('the probe', () => {
  const probed = async (reply: Reply) => {
    const peer = await openPeer(reply);
    const turn = await openEndpoint(http, { url: ref(peer.url), body: { q: '{{input}}' } }).probe(ask(), new AbortController().signal);
    return { turn, methods: peer.received.map(({ method }) => method) };
  };

  it.each([
    [200, 'ok'],
    [204, 'ok'],
    [404, 'ok'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [500, 'agent_error'],
    [503, 'agent_error'],
  ])('takes status %i for %s', async (status, outcome) => {
    expect(await probed((_request, response) => response.writeHead(status).end())).toMatchObject({ turn: { outcome }, methods: ['HEAD'] });
  });

  it.each([405, 501])('asks again with GET where HEAD is answered %i', async (status) => {
    const reply: Reply = (request, response) => response.writeHead(request.method === 'HEAD' ? status : 200).end('hi');
    expect(await probed(reply)).toMatchObject({ turn: { outcome: 'ok' }, methods: ['HEAD', 'GET'] });
  });

  it('does not follow to another host', async () => {
    expect(await probed(redirect('http://example.invalid/'))).toMatchObject({ turn: { outcome: 'malformed', cause: 'redirected' } });
  });
});

it('never lets a question change the shape of the body', async () => {
  const peer = await openPeer(body('ok', 'text/plain'));
  const protocol = openEndpoint(http, { url: ref(peer.url), body: { a: ['x{{input}}y'], b: 1 } });
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (input) => {
      await protocol.turn(ask({ input }), new AbortController().signal);
      expect(peer.received.at(-1)?.json).toEqual({ a: [`x${input}y`], b: 1 });
    }),
    { numRuns: 50 },
  );
});
