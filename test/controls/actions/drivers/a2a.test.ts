import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digString, type Json } from '../../../../src/ground/json.ts';
import { connection } from '../../../contract/control-suite.ts';
import { type Peer, startPeer } from '../../../peers/start-peer.ts';
import { openPeer } from '../../../support/http-peer.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { openReal } from '../../../support/real-control.ts';
import { json } from '../../../support/replies.ts';

const never = new AbortController().signal;
const kill = (params: Record<string, Json> = {}) => ({ action: 'kill', params }) as const;

describeWithPeer('a real A2A server', { packages: ['@a2a-js/sdk', 'express'] }, () => {
  let server: Peer;
  beforeAll(async () => {
    server = await startPeer({ argv: () => ['node', 'a2a-server.mjs'], ready: /ready/ });
  });
  afterAll(() => server?.stop());

  let sent = 0;
  /** Gives the agent something to do and does not wait for it; answers the id of the task. */
  const begin = async (text: string): Promise<string> => {
    const message = { messageId: `m${sent++}`, role: 'ROLE_USER', parts: [{ text }] };
    const answer = await fetch(`${server.url}/rpc`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'SendMessage',
        params: { message, configuration: { returnImmediately: true } },
      }),
    });
    const id = digString((await answer.json()) as Json, 'result', 'task', 'id');
    if (id === null) throw new Error('the agent took no task');
    return id;
  };
  const open = (parts: Record<string, unknown>) =>
    openReal('a2a', { connection: 'agent', ...parts }, { connections: connection('agent', server.url) });
  const untilQuiet = async (look: () => Promise<string>) => {
    for (let tries = 0; tries < 100 && (await look()) !== 'seen'; tries++);
    return look();
  };

  it.each(['jsonrpc', 'rest'])('cancels what 1.0 lists as in flight, over %s, and leaves what waits for words', async (binding) => {
    const hanging = [await begin('hang'), await begin('hang')];
    await begin('ask');
    const { looking, acting } = await open({ binding, version: '1.0' });
    const change = looking.plan(kill(), await looking.read('kill', never));
    if (change === null) throw new Error('nothing is in flight');
    expect(await looking.confirm(change, never)).toBe('not-yet');
    expect(await acting.apply(change, 'key', never)).toMatchObject({
      result: 'applied',
      evidence: expect.stringContaining('2 tasks asked to end'),
    });
    expect(await untilQuiet(() => looking.confirm(change, never))).toBe('seen');
    for (const id of hanging) expect(server.log()).toContain(`cancelled ${id}`);
    expect(looking.plan(kill(), await looking.read('kill', never))).toBeNull();
    expect(await acting.apply(change, 'key', never)).toMatchObject({ result: 'already' });
  });

  it.each(['jsonrpc', 'rest'])('cancels the tasks that are named where 0.3 has no list, over %s', async (binding) => {
    const [hanging, other, over] = [await begin('hang'), await begin('hang'), await begin('hello')];
    const { looking, acting } = await open({ binding, version: '0.3' });
    const now = await looking.read('kill', never);
    expect(now).toMatchObject({ exists: true, touched: { in_flight: null } });
    expect(() => looking.plan(kill(), now)).toThrow(/cannot be listed/);
    const change = looking.plan(kill({ tasks: [hanging, over, 'never-was'] }), now);
    if (change === null) throw new Error('nothing is in flight');
    expect(await acting.apply(change, 'key', never)).toMatchObject({
      result: 'applied',
      evidence: expect.stringContaining('1 task asked to end'),
    });
    expect(await untilQuiet(() => looking.confirm(change, never))).toBe('seen');
    expect(server.log()).toContain(`cancelled ${hanging}`);
    expect(server.log()).not.toContain(`cancelled ${other}`);
    const rest = acting.plan(kill({ tasks: other }), now);
    expect(rest !== null && (await acting.apply(rest, 'key', never)).result).toBe('applied');
  });
});

describe('an agent that answers errors of JSON-RPC with HTTP 200', () => {
  const attempt = async (code: number) => {
    const card = { name: 'fake', supportedInterfaces: [{ protocolBinding: 'JSONRPC', protocolVersion: '1.0', url: '/rpc' }] };
    const task = { id: 't1', status: { state: 'TASK_STATE_WORKING' } };
    const peer = await openPeer((request, response) => {
      const method = digString(request.json, 'method');
      const error = { jsonrpc: '2.0', id: 1, error: { code, message: 'not now' } };
      const listed = { jsonrpc: '2.0', id: 1, result: { tasks: [task] } };
      json(method === null ? card : method === 'CancelTask' ? error : listed)(request, response);
    });
    const { acting } = await openReal('a2a', { connection: 'agent' }, { connections: connection('agent', peer.url) });
    const change = acting.plan(kill(), await acting.read('kill', never));
    if (change === null) throw new Error('nothing is in flight');
    return acting.apply(change, 'key', never);
  };

  it.each([
    ['an internal error may have begun', -32603, 'unsure', true],
    ['an unsupported operation is a no', -32004, 'rejected', false],
    ['bad parameters are a no', -32602, 'rejected', false],
    ['a task that cannot be cancelled any more is looked at again', -32002, 'applied', false],
  ])('%s', async (_, code, result, retry) => {
    expect(await attempt(code)).toMatchObject({ result, retry });
  });
});
