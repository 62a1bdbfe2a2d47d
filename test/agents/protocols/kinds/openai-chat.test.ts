import { expect, it } from 'vitest';
import openaiChat from '../../../../src/agents/protocols/kinds/openai-chat.ts';
import type { Json } from '../../../../src/ground/json.ts';
import { json, sse, stream } from '../../../support/replies.ts';
import { spokenWith } from '../../../support/spoken.ts';
import { ask, ref } from '../../../support/world.ts';

const endpoint =
  (parts: Record<string, unknown> = {}) =>
  (url: string) => ({ url: ref(`${url}/v1/`), model: 'm', ...parts });
const whole = async (body: Json, parts: Record<string, unknown> = {}) => (await spokenWith(openaiChat, endpoint(parts), json(body))).turn;
const streamed = async (chunks: readonly string[]) => (await spokenWith(openaiChat, endpoint({ stream: true }), stream(chunks))).turn;
const done = 'data: [DONE]\n\n';
const message = (content: Json, more: Record<string, Json> = {}, finish: Json = 'stop'): Json => ({
  choices: [{ message: { role: 'assistant', content, ...more }, finish_reason: finish }],
});

it('reads text, tool calls, usage, model and stop reason', async () => {
  const turn = await whole({
    model: 'm-1',
    choices: [
      {
        finish_reason: 'tool_calls',
        message: { content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{"q":"x"}' } }] },
      },
    ],
    usage: {
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    },
  });
  expect(turn).toMatchObject({
    outcome: 'ok',
    text: '',
    toolCalls: [{ id: 'c1', name: 'find', args: { q: 'x' } }],
    usage: { input: 10, output: 5, cachedRead: 4, cachedWrite: null, reasoning: 2 },
    costNanos: null,
    model: 'm-1',
    stopReason: 'tool_calls',
  });
});

it('joins the texts of an answer that comes in parts, as reasoning models of other makers write it', async () => {
  const parts: Json = [
    { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
    { type: 'text', text: '30 ' },
    { type: 'text', text: 'days' },
  ];
  expect((await whole(message(parts))).text).toBe('30 days');
  const chunks: readonly Json[] = [
    { choices: [{ delta: { content: parts } }] },
    { choices: [{ delta: { content: ' left' }, finish_reason: 'stop' }] },
  ];
  expect((await streamed([...sse(chunks), done])).text).toBe('30 days left');
});

it('knows no usage where none was told', async () => {
  expect((await whole(message('hi'))).usage).toBeNull();
});

it('puts a streamed tool call together by its index', async () => {
  const call = (index: number, part: Record<string, Json>) => ({ choices: [{ delta: { tool_calls: [{ index, ...part }] } }] });
  const turn = await streamed([
    ...sse([
      call(0, { id: 'a', function: { name: 'one', arguments: '{"x"' } }),
      call(1, { id: 'b', function: { name: 'two', arguments: '' } }),
      call(0, { function: { arguments: ':1}' } }),
      { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
    ]),
    done,
  ]);
  expect(turn.toolCalls).toEqual([
    { id: 'a', name: 'one', args: { x: 1 } },
    { id: 'b', name: 'two', args: {} },
  ]);
  expect(turn.timings.firstTokenMs).not.toBeNull();
});

it.each<{ name: string; body: Json; want: object }>([
  { name: 'a refusal', body: message(null, { refusal: 'I cannot help' }), want: { outcome: 'refused', text: 'I cannot help' } },
  { name: 'a content filter', body: message('', {}, 'content_filter'), want: { outcome: 'refused', cause: 'content_filter' } },
  { name: 'the token limit', body: message('half', {}, 'length'), want: { outcome: 'truncated', cause: 'length', text: 'half' } },
  {
    name: 'an error inside 200',
    body: { error: { message: 'boom', type: 'server_error' } },
    want: { outcome: 'agent_error', cause: 'server_error' },
  },
  {
    name: 'a rate limit inside 200',
    body: { error: { message: 'slow down', code: 'rate_limit_exceeded' } },
    want: { outcome: 'rate_limited' },
  },
  {
    name: 'an error that is only text',
    body: { error: 'boom' },
    want: { outcome: 'agent_error', detail: expect.stringContaining('boom') },
  },
  { name: 'no choices', body: { choices: [] }, want: { outcome: 'malformed', cause: 'no choices' } },
])('judges $name by the body', async ({ body, want }) => {
  expect(await whole(body)).toMatchObject(want);
});

it('keeps what a stream had said before an error in its middle', async () => {
  const turn = await streamed(
    sse([{ choices: [{ delta: { content: 'half an ' } }] }, { error: { message: 'overloaded', type: 'overloaded_error' } }]),
  );
  expect(turn).toMatchObject({ outcome: 'rate_limited', text: 'half an ' });
});

it('takes a whole answer where a stream was asked for', async () => {
  const { turn } = await spokenWith(openaiChat, endpoint({ stream: true }), json(message('whole')));
  expect(turn).toMatchObject({ outcome: 'ok', text: 'whole', timings: { firstTokenMs: null } });
});

it('sends the conversation, further parameters, and asks a stream for its usage', async () => {
  const thread = [
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'two' },
  ];
  const parts = { params: { max_completion_tokens: 9 }, stream: true };
  const { peer, turn } = await spokenWith(
    openaiChat,
    endpoint(parts),
    stream([...sse([{ choices: [{ delta: { content: 'four' } }] }]), done]),
    ask({ input: 'three', thread }),
  );
  expect(peer.received).toMatchObject([
    {
      path: '/v1/chat/completions',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
      json: {
        model: 'm',
        max_completion_tokens: 9,
        stream: true,
        stream_options: { include_usage: true },
        messages: [...thread, { role: 'user', content: 'three' }],
      },
    },
  ]);
  expect(turn.thread).toEqual([...thread, { role: 'user', content: 'three' }, { role: 'assistant', content: 'four' }]);
});

it('keeps the query of its url', async () => {
  const { peer } = await spokenWith(openaiChat, (url) => ({ url: ref(`${url}/v1?api-version=2`), model: 'm' }), json(message('hi')));
  expect(peer.received).toMatchObject([{ path: '/v1/chat/completions' }]);
  expect(peer.received[0]?.query.get('api-version')).toBe('2');
});
