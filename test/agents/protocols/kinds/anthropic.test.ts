import { expect, it } from 'vitest';
import anthropic from '../../../../src/agents/protocols/kinds/anthropic.ts';
import type { Json, JsonObject } from '../../../../src/ground/json.ts';
import { json, sse, stream } from '../../../support/replies.ts';
import { spokenWith } from '../../../support/spoken.ts';
import { ref } from '../../../support/world.ts';

const endpoint =
  (parts: Record<string, unknown> = {}) =>
  (url: string) => ({ url: ref(url), model: 'm', ...parts });
const whole = async (body: Json) => (await spokenWith(anthropic, endpoint(), json(body))).turn;
const streamed = async (events: readonly Json[]) =>
  (await spokenWith(anthropic, endpoint({ stream: true }), stream(sse(events, true)))).turn;
const message = (parts: JsonObject): Json => ({
  type: 'message',
  model: 'm-1',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  ...parts,
});

it('reads text without thinking, tool uses, and usage with cached tokens as a part of the input', async () => {
  const turn = await whole(
    message({
      content: [
        { type: 'thinking', thinking: 'let me see' },
        { type: 'text', text: 'one ' },
        { type: 'tool_use', id: 't1', name: 'find', input: { q: 1 } },
        { type: 'text', text: 'two' },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 7, output_tokens: 5 },
    }),
  );
  expect(turn).toMatchObject({
    outcome: 'ok',
    text: 'one two',
    stopReason: 'tool_use',
    model: 'm-1',
    toolCalls: [{ id: 't1', name: 'find', args: { q: 1 } }],
    usage: { input: 117, output: 5, cachedRead: 100, cachedWrite: 7, reasoning: null },
  });
});

it.each([
  ['max_tokens', 'truncated'],
  ['model_context_window_exceeded', 'truncated'],
  ['refusal', 'refused'],
  ['pause_turn', 'interrupted'],
  ['stop_sequence', 'ok'],
])('judges the stop reason %s as %s', async (stop_reason, outcome) => {
  expect(await whole(message({ stop_reason }))).toMatchObject({ outcome, stopReason: stop_reason });
});

it('folds a stream: tool input from its pieces, cumulative usage, thinking left out', async () => {
  const turn = await streamed([
    {
      type: 'message_start',
      message: message({ content: [], stop_reason: null, usage: { input_tokens: 3, cache_read_input_tokens: 2, output_tokens: 1 } }),
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'so' } },
    { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 't', name: 'find', input: {} } },
    { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"q"' } },
    { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: ':1}' } },
    { type: 'a_type_of_the_future', index: 9 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 8, input_tokens: null } },
    { type: 'message_delta', delta: {}, usage: { output_tokens: 9 } },
    { type: 'message_stop' },
  ]);
  expect(turn).toMatchObject({
    outcome: 'ok',
    text: 'so',
    toolCalls: [{ id: 't', name: 'find', args: { q: 1 } }],
    usage: { input: 5, output: 9, cachedRead: 2, cachedWrite: null, reasoning: null },
    stopReason: 'tool_use',
    model: 'm-1',
  });
});

it.each([
  ['overloaded_error', 'rate_limited'],
  ['rate_limit_error', 'rate_limited'],
  ['authentication_error', 'unauthorized'],
  ['permission_error', 'unauthorized'],
  ['api_error', 'agent_error'],
])('judges %s in the middle of a stream as %s', async (type, outcome) => {
  const turn = await streamed([
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'half' } },
    { type: 'error', error: { type, message: 'Overloaded' } },
  ]);
  expect(turn).toMatchObject({ outcome, cause: type, text: 'half' });
});

it('has a token limit by default, and a version and a key in its headers', async () => {
  const { peer } = await spokenWith(anthropic, endpoint({ api_key: ref('${AGENT_KEY}') }), json(message({})));
  expect(peer.received).toMatchObject([
    {
      path: '/v1/messages',
      headers: { 'anthropic-version': '2023-06-01', 'x-api-key': 'sk-test-0123456789abcdef' },
      json: { max_tokens: 1024 },
    },
  ]);
  const own = await spokenWith(anthropic, endpoint({ params: { max_tokens: 16 } }), json(message({})));
  expect(own.peer.received).toMatchObject([{ json: { max_tokens: 16 } }]);
});
