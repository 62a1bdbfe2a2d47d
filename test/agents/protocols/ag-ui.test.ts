import { createRequire } from 'node:module';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import agUi from '../../../src/agents/protocols/kinds/ag-ui.ts';
import type { AgentProtocol, Turn } from '../../../src/agents/protocols/port.ts';
import { dig, digArray, digString, type Json, type JsonObject } from '../../../src/ground/json.ts';
import { type Peer, peersFolder, startPeer } from '../../peers/start-peer.ts';
import { cannedHttp, cutAt } from '../../support/canned-http.ts';
import { openPeer } from '../../support/http-peer.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { body, json, sse } from '../../support/replies.ts';
import { ask, openWorld, ref } from '../../support/world.ts';

const never = new AbortController().signal;

const open = (url: string): AgentProtocol => {
  const world = openWorld();
  onTestFinished(() => world.http.close());
  return agUi.open(agUi.config.parse({ protocol: 'ag-ui', url: ref(url) }), world);
};

const turnOver = (pieces: readonly Uint8Array[], thread: Json = null): Promise<Turn> => {
  const http = cannedHttp({ status: 200, headers: { 'content-type': 'text/event-stream' } }, pieces);
  return agUi
    .open(agUi.config.parse({ protocol: 'ag-ui', url: ref('http://agent.test/run') }), { ...openWorld(), http })
    .turn(ask({ thread }), never);
};
const turnOf = (events: readonly Json[], thread: Json = null): Promise<Turn> => turnOver(cutAt(sse(events).join(''), []), thread);

const started = { type: 'RUN_STARTED', threadId: 't', runId: 'r' };
const finished = { type: 'RUN_FINISHED', threadId: 't', runId: 'r' };
const says = (messageId: string, delta: string, parts: JsonObject = {}) => [
  { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant', ...parts },
  { type: 'TEXT_MESSAGE_CONTENT', messageId, delta, ...parts },
  { type: 'TEXT_MESSAGE_END', messageId, ...parts },
];
const calls = (toolCallId: string, toolCallName: string, delta: string, parts: JsonObject = {}) => [
  { type: 'TOOL_CALL_START', toolCallId, toolCallName, ...parts },
  { type: 'TOOL_CALL_ARGS', toolCallId, delta, ...parts },
  { type: 'TOOL_CALL_END', toolCallId, ...parts },
];

describe('the events of a run', () => {
  it('keeps interleaved messages apart', async () => {
    const content = (messageId: string, delta: string) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta });
    const begin = (messageId: string) => ({ type: 'TEXT_MESSAGE_START', messageId });
    const turn = await turnOf([started, begin('a'), begin('b'), content('a', 'one'), content('b', 'two'), content('a', '!'), finished]);
    expect(turn).toMatchObject({ outcome: 'ok', text: 'one!\ntwo' });
  });

  it('takes what others than the agent say for no answer, but their calls for its own', async () => {
    const sub = { subagentRunId: 's' };
    const user = says('u', 'an echo', { role: 'user' });
    const turn = await turnOf([
      started,
      ...user,
      ...says('m', 'mine'),
      ...says('n', 'its', sub),
      ...calls('c', 'search', '{}', sub),
      finished,
    ]);
    expect(turn).toMatchObject({ text: 'mine', toolCalls: [{ id: 'c', name: 'search', args: {} }] });
  });

  it('carries chunks on by subagent', async () => {
    const chunk = (parts: JsonObject) => ({ type: 'TEXT_MESSAGE_CHUNK', ...parts });
    const sub = { subagentRunId: 's' };
    const turn = await turnOf([
      started,
      chunk({ messageId: 'a', delta: 'po' }),
      chunk({ messageId: 'b', delta: 'its', ...sub }),
      chunk({ delta: 'ng' }),
      chunk({ delta: ' own', ...sub }),
      finished,
    ]);
    expect(turn.text).toBe('pong');
  });

  it('takes the answer from a snapshot that gives the question another id', async () => {
    const messages: Json = [
      { id: '1', role: 'user', content: 'earlier' },
      { id: '2', role: 'assistant', content: 'old' },
      { id: '3', role: 'user', content: 'ping' },
      {
        id: '4',
        role: 'assistant',
        content: 'pong',
        toolCalls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
    ];
    const turn = await turnOf([started, { type: 'MESSAGES_SNAPSHOT', messages }, finished]);
    expect(turn).toMatchObject({ text: 'pong', toolCalls: [{ id: 'c', name: 'f', args: { a: 1 } }] });
    expect(turn.timings.firstTokenMs).not.toBeNull();
    expect(dig(turn.thread, 'messages')).toEqual(messages);
  });

  it('hears an agent that numbers its messages and calls from one in every run', async () => {
    const events = [started, ...says('1', 'pong'), ...calls('c1', 'search', '{}'), finished];
    const first = await turnOf(events);
    const second = await turnOf(events, first.thread);
    expect(second).toMatchObject({ text: 'pong', toolCalls: [{ name: 'search' }] });
    expect(digArray(second.thread, 'messages').map((message) => digString(message, 'role'))).toEqual(
      Array.from({ length: 2 }, () => ['user', 'assistant', 'assistant']).flat(),
    );
  });

  it('sums the usage, and names the model only where there was one', async () => {
    const spent = (model: string) => ({ model, inputTokens: 3, outputTokens: 2 });
    const one = await turnOf([started, { ...finished, usage: [spent('a'), spent('a')] }]);
    expect(one).toMatchObject({ model: 'a', usage: { input: 6, output: 4, cachedRead: null } });
    expect(await turnOf([started, { ...finished, usage: [spent('a'), spent('b')] }])).toMatchObject({ model: null, usage: { input: 6 } });
    expect(await turnOf([started, finished])).toMatchObject({ model: null, usage: null, steps: null });
  });

  it.each<[string, readonly Json[], Partial<Turn>]>([
    [
      'an error',
      [started, ...says('m', 'half'), { type: 'RUN_ERROR', message: 'boom', code: 'E1' }],
      { outcome: 'agent_error', cause: 'run failed', text: 'half' },
    ],
    ['an error before the start', [{ type: 'RUN_ERROR', message: 'boom' }], { outcome: 'agent_error', cause: 'run failed' }],
    ['a cancelled run', [started, { ...finished, outcome: { type: 'cancelled' } }], { outcome: 'agent_error', cause: 'run cancelled' }],
    [
      'an outcome of the future',
      [started, { ...finished, outcome: { type: 'exploded' } }],
      { outcome: 'agent_error', cause: 'run exploded' },
    ],
    ['no end', [started, ...says('m', 'half')], { outcome: 'truncated', text: 'half' }],
    ['no start', [...says('m', 'x'), finished], { outcome: 'malformed', cause: 'broken stream' }],
    [
      'text of a message that was not started',
      [started, { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'x' }, finished],
      { outcome: 'malformed' },
    ],
    [
      'arguments of a call that was not started',
      [started, { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: '{' }, finished],
      { outcome: 'malformed' },
    ],
    ['a chunk that carries nothing on', [started, { type: 'TEXT_MESSAGE_CHUNK', delta: 'x' }, finished], { outcome: 'malformed' }],
    ['an event of the future', [started, { type: 'HOLOGRAM', where: 1 }, finished], { outcome: 'ok' }],
    ['an event named like a built-in', [started, { type: 'constructor' }, finished], { outcome: 'ok' }],
  ])('judges %s', async (_name, events, expected) => {
    expect(await turnOf(events)).toMatchObject(expected);
  });

  it('says the same however the stream is cut', async () => {
    const stream = sse([
      started,
      ...says('m', 'pöng 🏓'),
      ...calls('c', 'f', '{"ä":1}'),
      { ...finished, usage: [{ inputTokens: 3 }] },
    ]).join('');
    const { timings: _, ...whole } = await turnOver(cutAt(stream, []));
    expect(whole).toMatchObject({ outcome: 'ok', text: 'pöng 🏓', toolCalls: [{ args: { ä: 1 } }] });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), async (offsets) => {
        const { timings: _cut, ...turn } = await turnOver(cutAt(stream, offsets));
        expect(turn).toEqual(whole);
      }),
    );
  });

  it('never throws, whatever the bytes or the events', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.uint8Array()), async (pieces) => void (await turnOver(pieces))));
    const type = fc.constantFrom(
      ...['TEXT_MESSAGE_', 'TOOL_CALL_'].flatMap((kind) => ['START', 'CONTENT', 'ARGS', 'CHUNK', 'RESULT'].map((part) => kind + part)),
    );
    const anything = fc.oneof(fc.constantFrom('a', 'b'), fc.jsonValue());
    const keys = ['messageId', 'toolCallId', 'toolCallName', 'parentMessageId', 'subagentRunId', 'delta', 'content', 'role'];
    const part = fc.record(Object.fromEntries(keys.map((key) => [key, anything])), { requiredKeys: [] });
    const event = fc.oneof(
      fc.tuple(type, part).map(([name, parts]) => ({ type: name, ...parts })),
      fc.array(anything).map((messages) => ({ type: 'MESSAGES_SNAPSHOT', messages })),
      part.map((parts) => ({ ...parts, type: 'RUN_FINISHED', outcome: parts['content'], usage: parts['delta'] })),
    );
    await fc.assert(fc.asyncProperty(fc.array(event), async (events) => void (await turnOf([started, ...(events as unknown as Json[])]))));
  });
});

describe('a probe', () => {
  it.each([
    [405, 'ok'],
    [404, 'ok'],
    [204, 'ok'],
    [401, 'unauthorized'],
    [429, 'rate_limited'],
    [503, 'agent_error'],
  ])('takes %i for %s', async (status, outcome) => {
    const peer = await openPeer(body('', 'text/plain', status));
    const turn = await open(peer.url).probe(ask(), never);
    expect(turn.outcome).toBe(outcome);
    expect(turn.card !== null).toBe(outcome === 'ok');
  });

  it('asks again by GET where OPTIONS is more than the server can take', async () => {
    const peer = await openPeer((request, response) => json({}, request.method === 'OPTIONS' ? 501 : 405)(request, response));
    expect(await open(peer.url).probe(ask(), never)).toMatchObject({ outcome: 'ok' });
    expect(peer.received.map(({ method }) => method)).toEqual(['OPTIONS', 'GET']);
  });
});

/** What this test needs of the protocol's own client. */
interface OfficialClient {
  HttpAgent: new (settings: {
    url: string;
    threadId: string;
    initialMessages: readonly Json[];
  }) => {
    messages: readonly Json[];
    runAgent(run: { runId: string }): Promise<unknown>;
  };
}

describeWithPeer('an agent built on the official encoder', { packages: ['@ag-ui/encoder', '@ag-ui/core', '@ag-ui/client'] }, () => {
  let server: Peer;
  beforeAll(async () => {
    server = await startPeer({ argv: () => ['node', 'ag-ui-server.mjs'], ready: /up/ });
  });
  afterAll(() => server?.stop());

  const say = (input: string, thread: Json = null) => open(server.url).turn(ask({ input, thread }), never);

  it('is answered, with usage, structured output and a memory', async () => {
    const first = await say('hello');
    expect(first).toMatchObject({
      outcome: 'ok',
      text: '1: hello',
      structured: { answered: 'hello' },
      model: 'scripted-1',
      usage: { input: 7, output: 3, cachedRead: 1, cachedWrite: null, reasoning: 1 },
      stopReason: 'success',
    });
    expect(first.timings.firstTokenMs).not.toBeNull();
    expect(await say('and you?', first.thread)).toMatchObject({ outcome: 'ok', text: '3: and you?' });
  });

  it('tells tool calls and steps', async () => {
    const turn = await say('lookup');
    expect(turn).toMatchObject({ outcome: 'ok', text: 'let me see\nit is 42', steps: 2, toolCalls: [{ name: 'lookup', args: { a: 1 } }] });
  });

  it('is read in chunks', async () => {
    expect(await say('chunks')).toMatchObject({ outcome: 'ok', text: 'in chunks', toolCalls: [{ name: 'lookup', args: { a: 1 } }] });
  });

  it('tells failure and cancellation', async () => {
    expect(await say('fail')).toMatchObject({ outcome: 'agent_error', detail: expect.stringMatching(/failed \(E1\): boom$/) });
    expect(await say('cancel')).toMatchObject({ outcome: 'agent_error', cause: 'run cancelled' });
  });

  it('tells an interrupt, and goes on with the answer to it', async () => {
    const asked = await say('approve');
    expect(asked).toMatchObject({ outcome: 'interrupted', detail: expect.stringContaining('refund $40?') });
    expect(await say('yes', asked.thread)).toMatchObject({ outcome: 'ok', text: 'approved: yes' });
  });

  it('is probed without a run', async () => {
    expect(await open(server.url).probe(ask(), never)).toMatchObject({ outcome: 'ok', httpStatus: 405 });
  });

  it.each(['hello', 'lookup', 'chunks', 'snapshot'])('leaves the history that the official client keeps: %s', async (input) => {
    const { thread } = await say(input);
    const [question] = digArray(thread, 'messages');
    const threadId = digString(thread, 'threadId') ?? '';
    const { HttpAgent } = createRequire(peersFolder)('@ag-ui/client') as OfficialClient;
    const client = new HttpAgent({ url: server.url, threadId, initialMessages: question === undefined ? [] : [question] });
    await client.runAgent({ runId: `${threadId}-0` });
    expect(dig(thread, 'messages')).toEqual(client.messages);
  });
});
