import { randomUUID } from 'node:crypto';
import type { World } from '../fleet/slots.ts';
import { dig, digString, isObject, type Json, type JsonObject, parseJson } from '../ground/json.ts';
import type { RedisLink } from './redis.ts';

/** One command for workers: `active_queues`, `cancel_consumer` … */
export interface CeleryCommand {
  readonly method: string;
  readonly arguments: JsonObject;
}

/** What came of a command that was told to workers. */
export interface CeleryReplies {
  /** Worker → its answer. One that is not in it may have heard and done it all the same. */
  readonly answers: ReadonlyMap<string, Json>;
  /** How many workers were there to hear it. */
  readonly heard: number;
}

export interface CeleryMailbox {
  /**
   * Tells workers several commands at once and gathers their answers, until all that heard have answered or the wait is over.
   * @param destination names of workers; null: all of them
   */
  tell(commands: readonly CeleryCommand[], destination: readonly string[] | null): Promise<readonly CeleryReplies[]>;
}

export interface CeleryMailboxParts {
  /** The number of the broker's database, which is part of its channels. */
  readonly database: number;
  /** `control_exchange` of the app; `celery` by default. */
  readonly exchange: string;
  /** How long answers are waited for, in ms. */
  readonly waitMs: number;
}

/** Between the parts of a binding. */
const separator = '\u0006\u0016';

/**
 * The mailbox of Celery workers over a Redis broker: commands are published to a channel that every worker hears, answers come on a list that is
 * bound to the reply exchange for as long as they are waited for. Source: kombu 5 (pidbox, Redis transport) as recorded from Celery 5.2.6.
 */
export const openCeleryMailbox = (
  link: RedisLink,
  { database, exchange, waitMs }: CeleryMailboxParts,
  { clock }: Pick<World, 'clock'>,
): CeleryMailbox => ({
  async tell(commands, destination) {
    const [box, replyBox] = [`${exchange}.pidbox`, `reply.${exchange}.pidbox`];
    const key = randomUUID();
    const list = `${key}.${replyBox}`;
    const [bindings, binding] = [`_kombu.binding.${replyBox}`, [key, '', list].join(separator)];
    const told = commands.map(() => ({ ticket: randomUUID(), heard: 0, answers: new Map<string, Json>() }));
    const isComplete = () => told.every(({ heard, answers }) => answers.size >= Math.min(heard, destination?.length ?? heard));
    const end = clock.monotonic() + waitMs;
    await link.sadd(bindings, binding);
    try {
      for (const [at, command] of commands.entries()) {
        const { ticket } = told[at] as (typeof told)[number];
        const sent = message(command, { ticket, key, box, replyBox, destination, expires: (clock.now() + waitMs) / 1000 });
        (told[at] as (typeof told)[number]).heard = await link.publish(`/${database}.${box}`, sent);
      }
      for (let left = waitMs; left > 0 && !isComplete(); left = end - clock.monotonic()) {
        const popped = await link.brpop(list, Math.ceil(left / 1000));
        if (popped === null) continue;
        const reply = replyOf(popped[1]);
        const answered = told.find(({ ticket }) => ticket === reply?.ticket)?.answers;
        for (const [worker, answer] of Object.entries(reply?.body ?? {})) answered?.set(worker, answer);
      }
    } finally {
      // Where the connection is what broke, the list expires by nobody's hand but holds nothing that anybody reads.
      if (link.status === 'ready') await link.multi().srem(bindings, binding).del(list).exec();
    }
    return told;
  },
});

interface Envelope {
  readonly ticket: string;
  readonly key: string;
  readonly box: string;
  readonly replyBox: string;
  readonly destination: readonly string[] | null;
  /** Epoch seconds. */
  readonly expires: number;
}

const message = (command: CeleryCommand, { ticket, key, box, replyBox, destination, expires }: Envelope): string => {
  const body = { ...command, destination, pattern: null, matcher: null, ticket, reply_to: { exchange: replyBox, routing_key: key } };
  return JSON.stringify({
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: { clock: 1, expires },
    properties: {
      delivery_mode: 2,
      delivery_info: { exchange: box, routing_key: '' },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: randomUUID(),
    },
  });
};

/** Null: not what a worker sends. */
const replyOf = (text: string): { readonly ticket: string; readonly body: JsonObject } | null => {
  const message = parseJson(text);
  const ticket = digString(message, 'headers', 'ticket');
  const raw = digString(message, 'body') ?? '';
  const isEncoded = dig(message, 'properties', 'body_encoding') === 'base64';
  const body = parseJson(isEncoded ? Buffer.from(raw, 'base64').toString('utf8') : raw);
  return ticket === null || !isObject(body) ? null : { ticket, body };
};
