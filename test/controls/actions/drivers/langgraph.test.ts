import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digString, type Json } from '../../../../src/ground/json.ts';
import { connection } from '../../../contract/control-suite.ts';
import { langgraphPackages, startLangGraph } from '../../../peers/start-langgraph.ts';
import type { Peer } from '../../../peers/start-peer.ts';
import { openPeer, type Reply } from '../../../support/http-peer.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { openReal } from '../../../support/real-control.ts';
import { body, json } from '../../../support/replies.ts';

const never = new AbortController().signal;
const kill = { action: 'kill', params: {} } as const;

describeWithPeer('a real LangGraph server', { packages: langgraphPackages }, () => {
  let server: Peer;
  beforeAll(async () => {
    server = await startLangGraph();
  });
  afterAll(() => server?.stop());

  const post = async (path: string, sent: Json): Promise<Json> => {
    const answer = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sent),
    });
    return (await answer.json()) as Json;
  };
  const hanging = { assistant_id: 'agent', input: { messages: [{ role: 'user', content: 'hang' }] } };

  it('cancels what runs, what waits behind it and what has no thread, and keeps the checkpoints', async () => {
    const thread = digString(await post('/threads', {}), 'thread_id');
    const running = digString(await post(`/threads/${thread}/runs`, hanging), 'run_id');
    await post(`/threads/${thread}/runs`, { ...hanging, multitask_strategy: 'enqueue' });
    await post('/runs', hanging);

    const { looking, acting } = await openReal(
      'langgraph',
      { connection: 'graph', assistant: 'agent' },
      { connections: connection('graph', server.url) },
    );
    const change = looking.plan(kill, await looking.read('kill', never));
    if (change === null) throw new Error('nothing is in flight');
    expect(change).toMatchObject({ from: { in_flight: true }, to: { in_flight: false }, reversible: false });
    expect(await looking.confirm(change, never)).toBe('not-yet');

    expect(await acting.apply(change, 'key', never)).toMatchObject({
      result: 'applied',
      evidence: expect.stringContaining('3 runs cancelled'),
    });
    expect(await looking.confirm(change, never)).toBe('seen');
    expect(looking.plan(kill, await looking.read('kill', never))).toBeNull();
    expect(await acting.apply(change, 'key', never)).toMatchObject({ result: 'already' });
    const kept = await fetch(`${server.url}/threads/${thread}/runs/${running}`);
    expect(kept.status).toBe(200);
    // Which of the two the server writes depends on whether the run had begun to work when it was cancelled.
    expect(['error', 'interrupted']).toContain(digString((await kept.json()) as Json, 'status'));
    expect((await fetch(`${server.url}/threads/${thread}/history`)).status).toBe(200);
  });

  it('leaves the runs of other assistants alone', async () => {
    await post('/runs', hanging);
    const connections = connection('graph', server.url);
    const { looking } = await openReal('langgraph', { connection: 'graph', assistant: 'nobody' }, { connections });
    expect(await looking.read('kill', never)).toMatchObject({ exists: false, touched: { in_flight: false } });
    const everyRun = await openReal('langgraph', { connection: 'graph' }, { connections });
    const change = everyRun.looking.plan(kill, await everyRun.looking.read('kill', never));
    if (change === null) throw new Error('nothing is in flight');
    expect(await everyRun.acting.apply(change, 'key', never)).toMatchObject({ result: 'applied' });
    expect(await looking.confirm(change, never)).toBe('seen');
  });
});

describe('a server that does not stop its runs', () => {
  /** One run that never ends; how a cancel is answered is up to the test. */
  const stubborn =
    (cancel: Reply): Reply =>
    (request, response) => {
      const { path, query } = request;
      if (path.endsWith('/cancel')) return cancel(request, response);
      const rows: Record<string, Json> = {
        '/assistants/search': [{ assistant_id: 'a1', graph_id: 'agent' }],
        '/threads/search': [{ thread_id: 't1' }],
        '/threads/t1/runs': query.get('status') === 'running' ? [{ run_id: 'r1', assistant_id: 'a1', status: 'running' }] : [],
      };
      json(rows[path] ?? { detail: 'not found' }, path in rows ? 200 : 404)(request, response);
    };
  const attempt = async (cancel: Reply) => {
    const peer = await openPeer(stubborn(cancel));
    const { acting } = await openReal('langgraph', { connection: 'graph' }, { connections: connection('graph', peer.url) });
    const change = acting.plan(kill, await acting.read('kill', never));
    if (change === null) throw new Error('nothing is in flight');
    return {
      effect: await acting.apply(change, 'key', never),
      cancels: peer.received.filter(({ path }) => path.endsWith('/cancel')).length,
    };
  };

  it('is not believed when it says that they are cancelled', async () => {
    const { effect, cancels } = await attempt(body('', 'text/plain', 204));
    expect(effect).toMatchObject({ result: 'unsure', retry: true, evidence: expect.stringContaining('5 times over') });
    expect(cancels).toBe(5);
  });

  it.each([404, 409, 400])('is not believed when it says that they have ended: %i', async (status) => {
    expect((await attempt(json({ detail: 'no such run' }, status))).effect.result).toBe('unsure');
  });

  it('was not acted on where it refuses the first cancel', async () => {
    expect((await attempt(json({ detail: 'no' }, 403))).effect).toMatchObject({ result: 'rejected', retry: false });
  });
});
