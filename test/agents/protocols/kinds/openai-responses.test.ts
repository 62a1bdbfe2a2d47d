import { expect, it } from 'vitest';
import openaiResponses from '../../../../src/agents/protocols/kinds/openai-responses.ts';
import type { Json, JsonObject } from '../../../../src/ground/json.ts';
import { json, sse, stream } from '../../../support/replies.ts';
import { spokenWith } from '../../../support/spoken.ts';
import { ask, ref } from '../../../support/world.ts';

const endpoint =
  (parts: Record<string, unknown> = {}) =>
  (url: string) => ({ url: ref(`${url}/v1`), model: 'm', ...parts });
const whole = async (body: Json) => (await spokenWith(openaiResponses, endpoint(), json(body))).turn;
const streamed = async (events: readonly Json[]) =>
  (await spokenWith(openaiResponses, endpoint({ stream: true }), stream(sse(events, true)))).turn;
const said = (text: string): Json => ({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] });
const response = (parts: JsonObject): Json => ({ id: 'r', status: 'completed', model: 'm-1', output: [said('hi')], error: null, ...parts });

it('reads text over several items, tool calls of every kind, and usage', async () => {
  const turn = await whole(
    response({
      output: [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'thinking' }] },
        said('one '),
        { type: 'function_call', call_id: 'c1', id: 'fc', name: 'find', arguments: '{"q":1}' },
        { type: 'web_search_call', id: 'ws', action: { type: 'search', query: 'x' } },
        said('two'),
      ],
      usage: {
        input_tokens: 9,
        output_tokens: 4,
        input_tokens_details: { cached_tokens: 3 },
        output_tokens_details: { reasoning_tokens: 2 },
      },
    }),
  );
  expect(turn).toMatchObject({
    outcome: 'ok',
    text: 'one two',
    model: 'm-1',
    stopReason: 'completed',
    usage: { input: 9, output: 4, cachedRead: 3, cachedWrite: null, reasoning: 2 },
    toolCalls: [
      { id: 'c1', name: 'find', args: { q: 1 } },
      { id: 'ws', name: 'web_search', args: { type: 'search', query: 'x' } },
    ],
  });
});

it.each<{ name: string; body: JsonObject; want: object }>([
  {
    name: 'max_output_tokens',
    body: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    want: { outcome: 'truncated', stopReason: 'max_output_tokens' },
  },
  {
    name: 'content_filter',
    body: { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
    want: { outcome: 'refused' },
  },
  { name: 'incomplete without a reason', body: { status: 'incomplete' }, want: { outcome: 'truncated', cause: 'incomplete' } },
  {
    name: 'failed',
    body: { status: 'failed', error: { code: 'server_error', message: 'boom' } },
    want: { outcome: 'agent_error', cause: 'server_error' },
  },
  {
    name: 'failed by a rate limit',
    body: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow' } },
    want: { outcome: 'rate_limited' },
  },
  { name: 'cancelled', body: { status: 'cancelled' }, want: { outcome: 'agent_error', cause: 'cancelled' } },
  { name: 'queued', body: { status: 'queued', output: [] }, want: { outcome: 'agent_error', cause: 'queued' } },
  {
    name: 'a refusal',
    body: { output: [{ type: 'message', content: [{ type: 'refusal', refusal: 'no' }] }] },
    want: { outcome: 'refused', text: 'no' },
  },
  {
    name: 'an approval',
    body: { output: [{ type: 'mcp_approval_request', name: 'pay' }] },
    want: { outcome: 'interrupted', cause: 'approval' },
  },
])('judges $name by the body', async ({ body, want }) => {
  expect(await whole(response(body))).toMatchObject(want);
});

it('takes the terminal event of a stream for the whole truth', async () => {
  const turn = await streamed([
    { type: 'response.output_text.delta', delta: 'hal' },
    { type: 'response.incomplete', response: response({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }) },
  ]);
  expect(turn).toMatchObject({ outcome: 'truncated', cause: 'max_output_tokens', text: 'hi' });
});

it('keeps the pieces of a stream that failed', async () => {
  const turn = await streamed([
    { type: 'response.output_text.delta', delta: 'half' },
    { type: 'error', code: 'server_error', message: 'boom' },
  ]);
  expect(turn).toMatchObject({ outcome: 'agent_error', cause: 'server_error', text: 'half' });
});

it('takes the items of a stream whose terminal event repeats none', async () => {
  const turn = await streamed([
    { type: 'response.output_item.done', item: said('from the item') },
    { type: 'response.completed', response: response({ output: [] }) },
  ]);
  expect(turn).toMatchObject({ outcome: 'ok', text: 'from the item', model: 'm-1' });
});

it('stores nothing, and sends the conversation as input items', async () => {
  const thread = [{ role: 'user', content: 'one' }];
  const { peer } = await spokenWith(
    openaiResponses,
    endpoint({ params: { max_output_tokens: 9 } }),
    json(response({})),
    ask({ input: 'two', thread }),
  );
  expect(peer.received).toMatchObject([
    {
      path: '/v1/responses',
      json: { model: 'm', store: false, max_output_tokens: 9, input: [...thread, { role: 'user', content: 'two' }] },
    },
  ]);
});
