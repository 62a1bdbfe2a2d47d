import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Json } from '../../../../src/ground/json.ts';
import { celeryPrograms, startCeleryWorker } from '../../../peers/start-celery.ts';
import { rabbitPrograms, startRabbitMq } from '../../../peers/start-rabbitmq.ts';
import { startRedis } from '../../../peers/start-redis.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { openQueue } from '../../../support/real-queue.ts';
import { sharedPeer } from '../../../support/shared-peer.ts';
import { until } from '../../../support/until.ts';

const env = { BROKER: 'guest:guest' };

describeWithPeer('a queue of a real RabbitMQ', { programs: [...rabbitPrograms, ...celeryPrograms] }, () => {
  const rabbit = sharedPeer(startRabbitMq);
  beforeAll(rabbit);

  const stage = async () => {
    const { url, amqpUrl } = await rabbit();
    const queue = `agent.tasks+${randomUUID()}`;
    const ask = async (method: string, path: string, sent: Json) => {
      const headers = { authorization: `Basic ${btoa('guest:guest')}`, 'content-type': 'application/json' };
      const answer = await fetch(`${url}/api/${path}`, { method, headers, body: JSON.stringify(sent) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    };
    const declare = () => ask('PUT', `queues/%2F/${encodeURIComponent(queue)}`, { durable: true });
    const publish = (properties: Json = {}, payload = 'x') =>
      ask('POST', 'exchanges/%2F/amq.default/publish', { properties, routing_key: queue, payload, payload_encoding: 'string' });
    return { amqpUrl, queue, declare, publish, read: await openQueue('rabbitmq', { url, queue, credential: '${BROKER}' }, env) };
  };

  it('counts what is ready, who takes it, and what was ever put in', async () => {
    const { read, declare, publish } = await stage();
    expect(await read()).toMatchObject({ depth: null, unknown: { ready: expect.stringContaining('there is no queue') } });
    await declare();
    await until('there are statistics', async () => (await read()).depth === 0);
    expect(await read()).toMatchObject({
      workers: 0,
      oldestMs: null,
      added: null,
      unknown: { added: expect.stringContaining('nothing was put in') },
    });
    for (let message = 0; message < 3; message += 1) await publish();
    await until('they are counted', async () => (await read()).depth === 3);
    await until('so is what was put in', async () => (await read()).added === 3);
    expect(await read()).toMatchObject({ ready: 3, inFlight: 0, oldestMs: null, unknown: { oldestMs: 'its messages carry no timestamp' } });
  });

  it('tells how old the message at its head is, where messages say when they were made', async () => {
    const { read, declare, publish } = await stage();
    await declare();
    await publish({ timestamp: Math.floor(Date.now() / 1000) - 90 });
    await until('it is told', async () => (await read()).oldestMs !== null);
    const { oldestMs } = await read();
    expect(oldestMs).toBeGreaterThanOrEqual(89_000);
    expect(oldestMs).toBeLessThan(120_000);
  });

  it('says whom it does not let in, without what the credential is', async () => {
    const { url } = await rabbit();
    const read = await openQueue('rabbitmq', { url, queue: 'jobs', credential: '${BROKER}' }, { BROKER: 'guest:wrong-1234' });
    await expect(read()).rejects.toMatchObject({ code: 'backend_unauthorized', message: expect.not.stringContaining('wrong-1234') });
  });

  it('holds the tasks of Celery workers, but for those that are begun, which they acknowledge at once', async () => {
    const { amqpUrl, queue, publish, read } = await stage();
    const { url } = await rabbit();
    const notes = await startRedis();
    onTestFinished(() => notes.stop());
    const worker = await startCeleryWorker(amqpUrl, 'agents', queue, notes.url);
    onTestFinished(() => worker.stop());
    const readCelery = await openQueue('celery', { url, queue, credential: '${BROKER}' }, env);
    for (const id of Array.from({ length: 7 }, () => randomUUID())) {
      const headers = { lang: 'py', task: 'tasks.answer', id, root_id: id };
      await publish({ headers, content_type: 'application/json', content_encoding: 'utf-8' }, JSON.stringify([[id, true], {}, {}]));
    }
    await until('two begin', async () => (await notes.admin.llen('begun')) === 2);
    await until('they are taken off the queue', async () => (await readCelery()).depth === 5);
    expect(await readCelery()).toMatchObject({ ready: 3, inFlight: 2, workers: 1, added: 7 });
    expect(await readCelery()).toEqual(await read());
  });
});
