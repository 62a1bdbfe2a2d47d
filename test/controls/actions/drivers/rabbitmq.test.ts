import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ControlDriver, Desired } from '../../../../src/controls/actions/port.ts';
import { dig, digArray, type Json } from '../../../../src/ground/json.ts';
import { systemClock } from '../../../../src/ground/runtime/clock.ts';
import { connection } from '../../../contract/control-suite.ts';
import { rabbitPrograms, startRabbitMq } from '../../../peers/start-rabbitmq.ts';
import { fakeClock } from '../../../support/fake-context.ts';
import { openPeer } from '../../../support/http-peer.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { rabbitStub } from '../../../support/rabbitmq-stub.ts';
import { openReal } from '../../../support/real-control.ts';
import { sharedPeer } from '../../../support/shared-peer.ts';
import { until } from '../../../support/until.ts';

const never = new AbortController().signal;
const env = { CONTROL_READ: 'guest:guest', CONTROL_WRITE: 'guest:guest' };
const planned = async (looking: ControlDriver, want: Desired) => {
  const change = looking.plan(want, await looking.read(want.action, never));
  if (change === null) throw new Error('nothing to change');
  return change;
};
const pause = { action: 'queue', params: { mode: 'pause' } } as const;

describeWithPeer('the intake of a queue of a real RabbitMQ', { programs: rabbitPrograms }, () => {
  const rabbit = sharedPeer(startRabbitMq);
  beforeAll(rabbit);

  const ask = async (method: string, path: string, sent?: Json): Promise<{ status: number; json: Json }> => {
    const { url } = await rabbit();
    const answer = await fetch(`${url}/api/${path}`, {
      method,
      headers: { authorization: `Basic ${btoa('guest:guest')}`, 'content-type': 'application/json' },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    });
    const text = await answer.text();
    return { status: answer.status, json: text === '' ? null : JSON.parse(text) };
  };
  /** A queue with a name that would match others if it were taken for a pattern. */
  const declare = async (parts: Json = {}) => {
    const [queue, other] = [`agent.tasks+${randomUUID()}`, `agentXtasks+${randomUUID()}`];
    for (const each of [queue, other]) await ask('PUT', `queues/%2F/${encodeURIComponent(each)}`, { durable: true, arguments: parts });
    const publish = async (to: string, payload: string) => {
      const message = { properties: {}, routing_key: to, payload, payload_encoding: 'string' };
      return (await ask('POST', 'exchanges/%2F/amq.default/publish', message)).status;
    };
    const take = async () => {
      const got = await ask('POST', `queues/%2F/${encodeURIComponent(queue)}/get`, {
        count: 10,
        ackmode: 'ack_requeue_false',
        encoding: 'auto',
      });
      return digArray({ got: got.json }, 'got').map((message) => dig(message, 'payload'));
    };
    const { url } = await rabbit();
    const control = { connection: 'broker', queue };
    const drivers = await openReal('rabbitmq', control, { connections: connection('broker', url), env, world: { clock: systemClock } });
    const inForce = async () => dig((await ask('GET', `queues/%2F/${encodeURIComponent(queue)}`)).json, 'effective_policy_definition');
    return { ...drivers, queue, other, publish, take, inForce };
  };

  it('is closed, and only its own; what waits is handed out, what their policy says stays in force, and it is opened again', async () => {
    const { looking, acting, queue, other, publish, take, inForce } = await declare();
    const name = `theirs ${queue}`;
    const theirs = {
      pattern: '^agent.tasks',
      definition: { 'max-length': 1000, 'message-ttl': 600_000 },
      'apply-to': 'queues',
      priority: 107,
    };
    await ask('PUT', `policies/%2F/${encodeURIComponent(name)}`, theirs);
    await until('their policy shows on the queue', async () => dig(await inForce(), 'message-ttl') === 600_000);
    expect(await publish(queue, 'first')).toBe(200);

    const change = await planned(looking, pause);
    expect(await acting.apply(change, 'k', never)).toMatchObject({ result: 'applied' });
    expect(await publish(queue, 'refused')).toBe(400);
    expect(await publish(other, 'of another queue')).toBe(200);
    await until('it shows', async () => (await looking.confirm(change, never)) === 'seen');
    expect(await inForce()).toEqual({ 'max-length': 0, 'message-ttl': 600_000, overflow: 'reject-publish' });
    expect(await take()).toEqual(['first']);

    expect(await acting.undo(change, 'k', never)).toMatchObject({ result: 'applied' });
    expect(await publish(queue, 'second')).toBe(200);
    // Statistics still name our policy: what is planned now must not take it for theirs.
    const again = await planned(looking, { action: 'disable', params: {} });
    expect(await acting.apply(again, 'k', never)).toMatchObject({ result: 'applied' });
    await until('it shows', async () => (await looking.confirm(again, never)) === 'seen');
    expect(await inForce()).toEqual({ 'max-length': 0, 'message-ttl': 600_000, overflow: 'reject-publish' });
    expect(await acting.undo(again, 'k', never)).toMatchObject({ result: 'applied' });
    expect(await take()).toEqual(['second']);
    expect(dig((await ask('GET', `policies/%2F/${encodeURIComponent(name)}`)).json, 'definition')).toEqual(theirs.definition);
    await ask('DELETE', `policies/%2F/${encodeURIComponent(name)}`);
  });

  it('takes in so much and no more, a quorum queue as well', async () => {
    const { looking, acting, queue, publish, take } = await declare({ 'x-queue-type': 'quorum' });
    const change = await planned(looking, { action: 'throttle', params: { max_waiting: 2 } });
    await acting.apply(change, 'k', never);
    let taken = 0;
    await until('the queue refuses', async () => {
      const status = await publish(queue, `task ${taken}`);
      if (status === 200) taken += 1;
      return status === 400;
    });
    // A quorum queue counts a little late: it takes in one beyond the bound.
    expect(taken).toBeLessThanOrEqual(3);
    expect(await acting.undo(change, 'k', never)).toMatchObject({ result: 'applied' });
    await until('it takes in again', async () => (await publish(queue, 'more')) === 200);
    expect((await take()).length).toBe(taken + 1);
  });

  it('is left alone where messages would be dropped rather than refused', async () => {
    const { looking, queue } = await declare({ 'x-overflow': 'drop-head' });
    await expect(planned(looking, pause)).rejects.toThrow(`queue ${queue} in / at `);
    await expect(planned(looking, pause)).rejects.toThrow('drop messages in place of refusing them');
  });
});

describe('the intake of a RabbitMQ queue', () => {
  const open = async (theirs: Json, statistics = true) => {
    const clock = fakeClock();
    const stub = rabbitStub({ clock, queue: 'tasks', policies: { theirs }, credentials: ['guest:guest'], statistics });
    const { url } = await openPeer(stub.reply);
    const control = { connection: 'broker', queue: 'tasks' };
    const connections = connection('broker', url);
    return { stub, ...(await openReal('rabbitmq', control, { connections, env, world: { clock } })) };
  };

  it('is not loosened by a throttle', async () => {
    const { looking } = await open({ definition: { 'max-length': 10 } });
    expect((await planned(looking, { action: 'throttle', params: { max_waiting: 100 } })).to).toMatchObject({ max_length: 10 });
  });

  it('is bound above every other policy, whatever its priority', async () => {
    const { looking, acting, stub } = await open({ definition: {}, priority: 5000 });
    await acting.apply(await planned(looking, pause), 'k', never);
    expect(stub.policies.get('agentops/support/tasks')).toMatchObject({ priority: 5001, pattern: '^tasks\\z' });
  });

  it('tells who goes on', async () => {
    const { looking } = await open({ definition: {} });
    expect((await looking.read('disable', never)).keepsRunning).toBe('2 consumers go on with what waits: 12 ready, 3 worked on');
  });

  it('is not touched while nobody can tell what else is in force', async () => {
    const { acting, looking, stub } = await open({ definition: {} }, false);
    await expect(looking.read('disable', never)).rejects.toMatchObject({ kind: 'unable', code: 'statistics_missing' });
    const change = { action: 'disable', target: 't', version: null, reversible: true, lasting: null } as const;
    const [from, to] = [
      { max_length: null, overflow: null },
      { max_length: 0, overflow: 'reject-publish' },
    ];
    expect(await acting.apply({ ...change, from, to }, 'k', never)).toMatchObject({ result: 'rejected', retry: true });
    expect(stub.done).toEqual([]);
  });

  it('that was made ready and not bound is taken for open, bound by the next attempt, and cleared away by an undo', async () => {
    const { looking, acting, stub } = await open({ definition: { 'message-ttl': 5 } });
    const change = await planned(looking, pause);
    const own = 'agentops/support/tasks';
    stub.policies.set(own, { definition: { 'message-ttl': 5, overflow: 'reject-publish' }, priority: 100 });
    expect((await looking.read('queue', never)).touched).toMatchObject(change.from);
    expect(await acting.undo(change, 'k', never)).toMatchObject({ result: 'applied' });
    expect([...stub.policies.keys()]).toEqual(['theirs']);
    stub.policies.set(own, { definition: { 'message-ttl': 5, overflow: 'reject-publish' }, priority: 100 });
    expect(await acting.apply(change, 'k', never)).toMatchObject({ result: 'applied' });
    expect(stub.policies.get(own)).toMatchObject({ definition: { 'message-ttl': 5, 'max-length': 0, overflow: 'reject-publish' } });
  });
});
