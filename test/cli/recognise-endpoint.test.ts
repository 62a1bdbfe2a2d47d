import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { recogniseEndpoint } from '../../src/cli/recognise-endpoint.ts';
import type { Context } from '../../src/ground/runtime/context.ts';
import { fakeContext } from '../support/fake-context.ts';
import { closedPort, openPeer, type Received, type Reply } from '../support/http-peer.ts';
import { openWorld } from '../support/world.ts';

const contextWith = (env: Record<string, string> = {}): Context => {
  const world = openWorld(env);
  onTestFinished(() => world.http.close());
  return fakeContext({ http: world.http, secrets: world.secrets, clock: world.clock });
};

const json = (response: ServerResponse, body: unknown, status = 200) => {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
};

/** Answers some paths; everything else is not found. */
const only =
  (paths: Readonly<Record<string, (request: Received) => unknown>>): Reply =>
  (request, response) => {
    const answer = paths[request.path]?.(request);
    if (answer === undefined) json(response, { detail: 'Not Found' }, 404);
    else json(response, answer);
  };

const openaiModels = () => ({
  object: 'list',
  data: [
    { id: 'm-1', object: 'model' },
    { id: 'm-2', object: 'model' },
  ],
});
const anthropicModels = () => ({ data: [{ type: 'model', id: 'c-1', display_name: 'C 1' }], has_more: false });
const card = () => ({ name: 'a', url: 'http://127.0.0.1/', protocolVersion: '0.3.0', skills: [] });
const rpc = ({ json: call }: Received) => {
  const { id, method } = call as { id: number; method: string };
  if (method === 'initialize')
    return {
      jsonrpc: '2.0',
      id,
      result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } },
    };
  if (method === 'tools/list') return { jsonrpc: '2.0', id, result: { tools: [{ name: 'search', inputSchema: {} }] } };
  return id === undefined ? {} : { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } };
};

describe('an endpoint', () => {
  test.each([
    ['openai-chat', '/v1/chat/completions', '/v1', false, { '/v1/models': openaiModels }],
    ['openai-responses', '/v1/responses', '/v1', false, { '/v1/models': openaiModels }],
    ['anthropic', '/gate/v1/messages', '/gate', false, { '/gate/v1/models': openaiModels }],
    ['openai-chat', '/v1/chat/completions', '/v1', true, {}],
    ['anthropic', '/v1/messages', '', true, {}],
    ['openai-chat', '/team/v1', '/team/v1', true, {}],
  ])('is taken for %s by the path %j, asked or not listed', async (protocol, path, inManifest, isGuess, paths) => {
    const peer = await openPeer(only(paths));
    const seen = await recogniseEndpoint(contextWith(), `${peer.url}${path}`, null);
    expect(seen).toMatchObject({ protocol, url: `${peer.url}${inManifest}`, isGuess });
  });

  test.each([
    ['openai-chat', '/v1', '/v1', only({ '/v1/models': openaiModels }), ['m-1', 'm-2']],
    ['openai-chat', '', '/v1', only({ '/v1/models': openaiModels }), ['m-1', 'm-2']],
    ['openai-chat', '/team/v1/', '/team/v1', only({ '/team/v1/models': openaiModels }), ['m-1', 'm-2']],
    ['anthropic', '', '', only({ '/v1/models': anthropicModels }), ['c-1']],
    ['anthropic', '/v1', '', only({ '/v1/models': anthropicModels }), ['c-1']],
    ['a2a', '', '', only({ '/.well-known/agent-card.json': card }), []],
    ['a2a', '/agents/x', '/agents/x', only({ '/.well-known/agent-card.json': card }), []],
    ['langgraph', '', '', only({ '/ok': () => ({ ok: true }), '/assistants/search': () => [{ graph_id: 'agent' }] }), ['agent']],
    ['mcp', '/mcp', '/mcp', only({ '/mcp': rpc }), ['search']],
    ['http', '/chat', '/chat', only({}), []],
  ])('that speaks %s at %j is told by what it shows', async (protocol, path, inManifest, reply, offers) => {
    const peer = await openPeer(reply);
    const seen = await recogniseEndpoint(contextWith(), `${peer.url}${path}`, null);
    expect(seen).toEqual({ protocol, url: `${peer.url}${inManifest}`, offers, isLocked: false, isGuess: protocol === 'http' });
    expect(peer.received.length).toBeLessThanOrEqual(9);
    for (const { json: body } of peer.received) expect(JSON.stringify(body)).not.toMatch(/messages|"prompt"|message\/send|tools\/call/);
  });

  test.each([
    ['openai-chat', '/v1', { error: { message: 'no key', type: 'invalid_request_error' } }],
    ['anthropic', '/v1', { type: 'error', error: { type: 'authentication_error', message: 'x-api-key header is required' } }],
    ['mcp', '/mcp', { error: 'unauthorized' }],
  ])('that speaks %s and wants a credential is told by how it refuses', async (protocol, path, body) => {
    const peer = await openPeer((_request, response) => json(response, body, 401));
    expect(await recogniseEndpoint(contextWith(), `${peer.url}${path}`, null)).toMatchObject({ protocol, isLocked: true, isGuess: false });
  });

  test('that says nothing but 401 is a locked guess', async () => {
    const peer = await openPeer((_request, response) => json(response, {}, 401));
    expect(await recogniseEndpoint(contextWith(), peer.url, null)).toMatchObject({ protocol: 'http', isLocked: true, isGuess: true });
  });

  test('is shown the credential of a variable, in both places', async () => {
    const peer = await openPeer((request, response) =>
      request.headers['authorization'] === 'Bearer tok-12345' && request.headers['x-api-key'] === 'tok-12345'
        ? json(response, openaiModels())
        : json(response, {}, 401),
    );
    expect(await recogniseEndpoint(contextWith({ TOKEN: 'tok-12345' }), `${peer.url}/v1`, '${TOKEN}')).toMatchObject({
      protocol: 'openai-chat',
      isLocked: false,
    });
  });

  test('where nobody listens is silent, after one question', async () => {
    const port = await closedPort();
    const { http, ...rest } = contextWith();
    const asked: string[] = [];
    const counting: Context['http'] = {
      send: (request, ...more) => {
        asked.push(request.url);
        return http.send(request, ...more);
      },
    };
    const seen = await recogniseEndpoint({ ...rest, http: counting }, `http://127.0.0.1:${port}`, null);
    expect(seen).toEqual({ silent: `127.0.0.1:${port} refused the connection` });
    expect(asked).toHaveLength(1);
  });
});
