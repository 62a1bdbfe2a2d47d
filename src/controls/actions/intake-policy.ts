import type { RabbitPolicy, RabbitQueue } from '../../clients/rabbitmq.ts';
import { usageError } from '../../ground/errors.ts';
import { digNumber, digString, type Json, type JsonObject } from '../../ground/json.ts';
import type { Desired, Touched } from './port.ts';
import { isOpenWish } from './queue-wish.ts';

/** A queue that takes whatever comes. */
export const openIntake: Touched = { max_length: null, overflow: null };

/** What our own policy bounds; all null: nothing, or there is none. Source: RabbitMQ, queue length limit. */
export const intakeOf = (own: RabbitPolicy | undefined): Touched => {
  const most = digNumber(own?.definition, 'max-length');
  return most === null ? openIntake : { max_length: most, overflow: digString(own?.definition, 'overflow') };
};

/** New messages are refused as soon as so many wait; those that wait stay. */
export const boundedIntake = (most: number): Touched => ({ max_length: most, overflow: 'reject-publish' });

/**
 * How our policy is to be. A throttle bounds what waits, because RabbitMQ knows no rate.
 * @param underneath the length that applies without our policy; a throttle does not loosen it
 */
export const intakeWish = (want: Desired, underneath: number | null): Touched => {
  if (want.action !== 'throttle') return isOpenWish(want) ? openIntake : boundedIntake(0);
  const { max_waiting: most, ...others } = want.params;
  if (typeof most === 'number' && Object.keys(others).length === 0) return boundedIntake(Math.min(most, underneath ?? most));
  if (most === null && Object.keys(others).length === 0) return openIntake;
  throw usageError({
    code: 'wish_not_understood',
    message: 'RabbitMQ knows no rate: what can be bound is how many messages wait',
    hint: 'write throttle: {max_waiting: 100}',
  });
};

/**
 * Why a bound would lose messages rather than refuse them; null: it refuses.
 * An argument of the queue wins over a policy, and a stream has no such bound.
 */
export const lossOf = ({ type, arguments: declared }: RabbitQueue): string | null => {
  const overflow = declared['x-overflow'];
  if (type === 'stream') return 'a stream takes whatever comes, and forgets its oldest messages instead';
  if (overflow === undefined || isRefusal(overflow)) return null;
  return `it was declared with x-overflow ${String(overflow)}, so that a bound would drop messages in place of refusing them`;
};

/**
 * Whether a queue refuses already what is too much. A classic queue that does not, and is given a bound and told to refuse in one policy,
 * takes the bound first and drops what waits (seen with 3.10.8): it has to be told before.
 */
export const refuses = ({ arguments: declared, inForce }: RabbitQueue): boolean =>
  isRefusal(declared['x-overflow']) || isRefusal(inForce['overflow']);

const isRefusal = (overflow: Json | undefined): boolean => overflow === 'reject-publish' || overflow === 'reject-publish-dlx';

/** Tells a queue to refuse, and bounds nothing yet. */
export const readyIntake: Touched = { max_length: null, overflow: 'reject-publish' };

/** The lowest priority of ours, above the usual ones. */
const leastPriority = 100;

/**
 * Our policy for one queue. Only one policy applies to a queue, so that ours holds everything that applied before.
 * @param base the definition that applies without ours
 * @param priorities of all other policies: what is above them needs not know which of them match
 */
export const intakePolicy = (queue: string, base: JsonObject, wanted: Touched, priorities: readonly number[]): RabbitPolicy => ({
  pattern: `^${escaped(queue)}\\z`,
  definition: withoutNulls({ ...base, 'max-length': wanted['max_length'] ?? null, overflow: wanted['overflow'] ?? null }),
  'apply-to': 'queues',
  priority: priorities.reduce((most, priority) => Math.max(most, priority + 1), leastPriority),
});

const withoutNulls = (definition: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(definition).filter(([, value]) => value !== null));

/** Every sign that may mean something to a regular expression stands for itself. `\z` above: `$` would also match before a last newline. */
const escaped = (name: string): string => name.replace(/[^A-Za-z0-9_\u0080-\u{10ffff}]/gu, (sign) => `\\${sign}`);
