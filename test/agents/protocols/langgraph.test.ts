import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import langgraph from '../../../src/agents/protocols/kinds/langgraph.ts';
import { runReader, runSaid } from '../../../src/agents/protocols/langgraph-run.ts';
import type { AgentProtocol, Ask, Turn } from '../../../src/agents/protocols/port.ts';
import { digString, type Json } from '../../../src/ground/json.ts';
import { langgraphPackages, startLangGraph } from '../../peers/start-langgraph.ts';
import type { Peer } from '../../peers/start-peer.ts';
import { cannedHttp, cutAt } from '../../support/canned-http.ts';
import { openPeer, type Reply } from '../../support/http-peer.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { recorded } from '../../support/recorded.ts';
import { json } from '../../support/replies.ts';
import { ask, openWorld, ref } from '../../support/world.ts';

const never = new AbortController().signal;

const open = (url: string, parts: Record<string, unknown> = {}): AgentProtocol => {
  const world = openWorld();
  onTestFinished(() => world.http.close());
  return langgraph.open(langgraph.config.parse({ protocol: 'langgraph', url: ref(url), assistant_id: 'agent', ...parts }), world);
};

describe('recorded answers of a LangGraph server', () => {
  const turnFrom = async (name: string, stream: boolean): Promise<Turn> => {
    const peer = await openPeer(recorded(`langgraph/${name}`));
    return open(peer.url, { stream }).turn(ask(), never);
  };

  it('reads a final state', async () => {
    const turn = await turnFrom('langgraph-wait-ok.json', false);
    expect(turn).toMatchObject({ outcome: 'ok', text: 'echo: hi', steps: 1, usage: null, toolCalls: [], structured: null });
  });

  it('reads an error inside a 200 that is sent as text/plain, unwrapped', async () => {
    const turn = await turnFrom('langgraph-wait-error.http.txt', false);
    expect(turn).toMatchObject({ outcome: 'agent_error', cause: 'run failed', httpStatus: 200 });
    expect(turn.detail).toMatch(/failed: boom$/);
  });

  it('reads a stream whose JSON is spread over many data lines', async () => {
    const turn = await turnFrom('langgraph-stream-ok.http.txt', true);
    expect(turn).toMatchObject({ outcome: 'ok', text: 'echo: hi', steps: 1 });
    expect(turn.timings.firstTokenMs).not.toBeNull();
  });

  it('reads an error event', async () => {
    const turn = await turnFrom('langgraph-stream-error.http.txt', true);
    expect(turn).toMatchObject({ outcome: 'agent_error', cause: 'run failed' });
    expect(turn.detail).toMatch(/failed: boom$/);
  });

  it('repeats what the server says of an unknown assistant', async () => {
    const turn = await turnFrom('langgraph-unknown-assistant.http.txt', false);
    expect(turn).toMatchObject({ outcome: 'agent_error', cause: 'http 404', structured: null });
    expect(turn.detail).toContain('No assistant found for "nope"');
  });
});

describe('the final state of a run', () => {
  const said = (state: Json) => runSaid(state, 'ours', 'graph.test');
  const ours = { type: 'human', content: 'and now?', id: 'ours' };
  const ai = (content: Json, parts: Record<string, Json> = {}) => ({ type: 'ai', content, ...parts });
  const spent = (input: number, output: number) => ({ usage_metadata: { input_tokens: input, output_tokens: output } });

  it('counts only what came after our question', () => {
    const earlier = [
      { type: 'human', content: 'hi' },
      ai('hello', { ...spent(100, 50), tool_calls: [{ id: 'old', name: 'old', args: {} }] }),
    ];
    const messages = [...earlier, ours, ai('a', spent(3, 2)), ai('b', spent(4, 1))];
    expect(said({ messages })).toMatchObject({ outcome: 'ok', text: 'b', steps: 2, usage: { input: 7, output: 3 }, toolCalls: [] });
  });

  it('is not misled by human messages that the graph itself adds', () => {
    const messages = [ours, ai('draft', spent(3, 2)), { type: 'human', content: 'criticise the draft' }, ai('better', spent(4, 1))];
    expect(said({ messages })).toMatchObject({ text: 'better', steps: 2, usage: { input: 7, output: 3 } });
  });

  it('falls back to the last human message where the graph dropped our id', () => {
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'old' },
      { role: 'user', content: 'and now?' },
      { role: 'assistant', content: 'new' },
    ];
    expect(said({ messages })).toMatchObject({ text: 'new', steps: 1 });
  });

  it('hands out the rest of the state as structured output', () => {
    expect(said({ messages: [ours, ai('x')], structured_response: { days: 30 } })).toMatchObject({
      structured: { structured_response: { days: 30 } },
    });
  });

  it.each([
    ['length', 'truncated'],
    ['max_tokens', 'truncated'],
    ['content_filter', 'refused'],
    ['stop', 'ok'],
  ])('judges finish reason %s as %s', (finish_reason, outcome) => {
    expect(said({ messages: [ours, ai('x', { response_metadata: { finish_reason } })] })).toMatchObject({
      outcome,
      stopReason: finish_reason,
    });
  });

  it('sends graphs without messages to the http protocol', () => {
    expect(said({ answer: 42 })).toMatchObject({
      outcome: 'malformed',
      cause: 'no messages',
      detail: expect.stringContaining('protocol http'),
    });
  });

  it('never throws, whatever the state', () => {
    fc.assert(fc.property(fc.jsonValue(), (state) => void said(state as Json)));
    const message = fc.record({
      type: fc.constantFrom('ai', 'human', 'tool'),
      content: fc.jsonValue(),
      tool_calls: fc.jsonValue(),
      usage_metadata: fc.jsonValue(),
    });
    fc.assert(fc.property(fc.array(message), (messages) => void said({ messages } as unknown as Json)));
  });
});

describe('a stream of a run', () => {
  const settings = { protocol: 'langgraph', url: ref('http://graph.test'), assistant_id: 'agent', stream: true };
  const turnOver = (pieces: readonly Uint8Array[]): Promise<Turn> => {
    const head = { status: 200, headers: { 'content-type': 'text/event-stream' } };
    return langgraph.open(langgraph.config.parse(settings), { ...openWorld(), http: cannedHttp(head, pieces) }).turn(ask(), never);
  };
  const event = (name: string, data: Json) =>
    `event: ${name}\r\ndata: ${JSON.stringify(data, null, 1).replaceAll('\n', '\r\ndata: ')}\r\n\r\n`;
  const asked = { type: 'human', content: 'ping', id: 'q' };
  const answered = { type: 'ai', content: 'pöng 🏓', id: 'a', usage_metadata: { input_tokens: 3, output_tokens: 2 } };
  const good = [
    event('metadata', { run_id: 'r' }),
    ': heartbeat\n\n',
    event('values', { messages: [asked] }),
    event('messages', [{ type: 'AIMessageChunk', content: 'pöng', id: 'a' }, {}]),
    event('messages', [{ type: 'AIMessageChunk', content: ' 🏓', id: 'a' }, {}]),
    event('values', { messages: [asked, answered] }),
  ];

  it('says the same however it is cut', async () => {
    const { timings: _, ...whole } = await turnOver(cutAt(good.join(''), []));
    expect(whole).toMatchObject({ outcome: 'ok', text: 'pöng 🏓', usage: { input: 3, output: 2 } });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), async (offsets) => {
        const { timings: _cut, ...turn } = await turnOver(cutAt(good.join(''), offsets));
        expect(turn).toEqual(whole);
      }),
    );
  });

  it('never throws, whatever the bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.uint8Array()), async (pieces) => void (await turnOver(pieces))));
    const noise = fc.array(fc.tuple(fc.constantFrom('values', 'messages', 'error', 'metadata', 'end'), fc.jsonValue()));
    await fc.assert(
      fc.asyncProperty(
        noise,
        async (events) => void (await turnOver(cutAt(events.map(([name, data]) => event(name, data as Json)).join(''), []))),
      ),
    );
  });

  it('is complete only where the last state came after the last words', async () => {
    expect(await turnOver(cutAt(good.slice(0, -1).join(''), []))).toMatchObject({ outcome: 'truncated', text: 'pöng 🏓' });
    expect(await turnOver(cutAt(good.slice(0, 2).join(''), []))).toMatchObject({ outcome: 'truncated', text: '' });
  });

  it('ends at an end event', () => {
    const reader = runReader();
    reader.event({ event: 'values', data: '{"messages":[]}' });
    expect(reader.ended).toBe(false);
    reader.event({ event: 'end', data: '' });
    expect(reader.ended).toBe(true);
  });

  it('begins with the first words of the agent, not with the echo of the question', () => {
    const reader = runReader();
    reader.event({ event: 'messages', data: JSON.stringify([asked, {}]) });
    expect(reader.begun).toBe(false);
    reader.event({
      event: 'messages',
      data: JSON.stringify([{ type: 'AIMessageChunk', content: '', tool_call_chunks: [{ name: 'f' }] }, {}]),
    });
    expect(reader.begun).toBe(true);
  });
});

describe('a probe', () => {
  const server =
    (assistants: Json): Reply =>
    (request, response) =>
      json(request.path === '/assistants/search' ? assistants : { version: '1' })(request, response);

  it('finds that the assistant is gone although the server is up', async () => {
    const peer = await openPeer(server([{ assistant_id: 'x', graph_id: 'other' }]));
    const turn = await open(peer.url).probe(ask(), never);
    expect(turn).toMatchObject({ outcome: 'agent_error', cause: 'no such assistant', card: null });
    expect(turn.detail).toMatch(/no assistant agent; its graphs: other$/);
  });

  it('shows a changed configuration in its facets, and a new time stamp not', async () => {
    const facets = async (parts: Record<string, Json>) => {
      const peer = await openPeer(server([{ assistant_id: 'x', graph_id: 'agent', version: 1, config: {}, updated_at: 'then', ...parts }]));
      return (await open(peer.url).probe(ask(), never)).card?.facets;
    };
    const before = await facets({});
    expect(await facets({ updated_at: 'now' })).toEqual(before);
    expect(await facets({ config: { model: 'other' } })).not.toEqual(before);
  });
});

describeWithPeer('a real LangGraph server', { packages: langgraphPackages }, () => {
  let server: Peer;
  beforeAll(async () => {
    server = await startLangGraph();
  });
  afterAll(() => server?.stop());

  /** Each test asks as somebody else, so that each has a thread of its own. */
  const askAs = (who: string, parts: Partial<Ask> = {}): Ask =>
    ask({ spanId: Buffer.from(who.padEnd(8)).subarray(0, 8).toString('hex'), ...parts });
  const threadStatus = async (thread: Json) => (await fetch(`${server.url}/threads/${digString(thread, 'thread_id')}`)).status;

  describe.each([{ stream: false }, { stream: true }])('stream: $stream', ({ stream }) => {
    const who = (name: string) => `${stream ? 's' : 'w'}${name}`;
    const agent = () => open(server.url, { stream });

    it('answers on a thread that remembers, until it is released', async () => {
      const protocol = agent();
      const first = await protocol.turn(askAs(who('talk')), never);
      expect(first).toMatchObject({
        outcome: 'ok',
        text: '1: ping',
        steps: 1,
        usage: { input: 3, output: 2, cachedRead: 1, cachedWrite: null, reasoning: 1 },
        stopReason: 'stop',
        model: 'scripted-1',
        structured: null,
      });
      const second = await protocol.turn(askAs(who('talk'), { input: 'again', thread: first.thread }), never);
      expect(second).toMatchObject({ outcome: 'ok', text: '3: again', steps: 1, usage: { input: 3, output: 2 } });
      expect(await threadStatus(second.thread)).toBe(200);
      await protocol.release?.(second.thread, ask(), never);
      expect(await threadStatus(second.thread)).toBe(404);
    });

    it('tells the tool calls and counts the steps', async () => {
      const turn = await agent().turn(askAs(who('tool'), { input: 'lookup' }), never);
      expect(turn).toMatchObject({
        outcome: 'ok',
        text: '3: lookup',
        toolCalls: [{ id: 'call-1', name: 'lookup', args: { a: 1 } }],
        steps: 2,
        usage: { input: 6, output: 4 },
      });
    });

    it('tells that the graph failed', async () => {
      const turn = await agent().turn(askAs(who('fail'), { input: 'fail' }), never);
      expect(turn).toMatchObject({
        outcome: 'agent_error',
        cause: 'run failed',
        httpStatus: 200,
        detail: expect.stringMatching(/failed: boom$/),
      });
    });

    it('tells an interrupt, and goes on with the answer to it', async () => {
      const protocol = agent();
      const asked = await protocol.turn(askAs(who('appr'), { input: 'approve' }), never);
      expect(asked).toMatchObject({ outcome: 'interrupted', detail: expect.stringContaining('refund $40?') });
      const done = await protocol.turn(askAs(who('appr'), { input: 'yes', thread: asked.thread }), never);
      expect(done).toMatchObject({ outcome: 'ok', text: 'approved: yes' });
    });

    it('tells an unknown assistant', async () => {
      const turn = await open(server.url, { stream, assistant_id: 'nope' }).turn(askAs(who('nope')), never);
      expect(turn).toMatchObject({ outcome: 'agent_error', cause: 'http 404', detail: expect.stringContaining('nope') });
    });

    it('stops what a turn left running', async () => {
      const protocol = agent();
      const stopped = () => server.log().split('the run was stopped').length;
      const before = stopped();
      const limits = { connectMs: 2000, firstByteMs: 2500, stallMs: 2500, totalMs: 2500 };
      const turn = await protocol.turn(askAs(who('hang'), { input: 'hang', limits }), never);
      expect(turn).toMatchObject({ outcome: 'timeout' });
      await protocol.release?.(turn.thread, ask(), AbortSignal.abort());
      await expect.poll(stopped, { timeout: 5000 }).toBe(before + 1);
      expect(await threadStatus(turn.thread)).toBe(404);
    });
  });

  it('shows its card', async () => {
    const turn = await open(server.url).probe(ask(), never);
    expect(turn).toMatchObject({ outcome: 'ok', card: { name: 'agent', version: '2.0.0', models: [], tools: [], skills: ['agent'] } });
    expect(turn.card?.facets['server']).toContain('1.7.3');
  });
});
