import { fileURLToPath } from 'node:url';
import { type Peer, startPeer } from './start-peer.ts';

/** Debian's packages of Celery are those of its own Python. */
const python = '/usr/bin/python3';
export const celeryPrograms = ['celery', 'redis-server'];

/**
 * A real Celery worker with two processes and the task of `celery/tasks.py`.
 * @param broker its url, with the number of the database
 * @param notes the Redis on whose lists tasks say how they are; default: the broker
 */
export const startCeleryWorker = (broker: string, name: string, queue: string, notes: string = broker): Promise<Peer> =>
  startPeer({
    argv: () => [
      python,
      '-m',
      'celery',
      '-A',
      'tasks',
      'worker',
      '-n',
      `${name}@test`,
      '-Q',
      queue,
      '-c',
      '2',
      '--loglevel',
      'info',
      '--without-mingle',
      '--without-gossip',
    ],
    cwd: fileURLToPath(new URL('celery', import.meta.url)),
    env: { BROKER: broker, NOTES: notes, PYTHONDONTWRITEBYTECODE: '1' },
    ready: /@test ready\./,
    readyMs: 60_000,
  });

/** A task as a producer of Celery 5.2.6 puts it on its queue. */
export const celeryTask = (id: string, queue: string, args: readonly (string | boolean)[]): string => {
  const body = [args, {}, { callbacks: null, errbacks: null, chain: null, chord: null }];
  const nothing = { shadow: null, eta: null, expires: null, group: null, group_index: null, parent_id: null };
  return JSON.stringify({
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: {
      lang: 'py',
      task: 'tasks.answer',
      id,
      root_id: id,
      retries: 0,
      timelimit: [null, null],
      argsrepr: '',
      kwargsrepr: '',
      origin: 'test',
      ...nothing,
    },
    properties: {
      correlation_id: id,
      reply_to: id,
      delivery_mode: 2,
      delivery_info: { exchange: '', routing_key: queue },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: id,
    },
  });
};
