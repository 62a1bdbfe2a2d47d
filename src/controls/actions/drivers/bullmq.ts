import { type BullQueue, type BullState, withBullQueue } from '../../../clients/bullmq.ts';
import { opener } from '../../../fleet/slots.ts';
import { usageError } from '../../../ground/errors.ts';
import { plural } from '../../../ground/output/phrases.ts';
import { bullTouched, bullWish, rateOf } from '../bull-limits.ts';
import { hindrance, reversed, seenOf, standsAs } from '../compare.ts';
import type { Config } from '../configs/bullmq.ts';
import { afterPart, applied, conflict } from '../effect.ts';
import { openControlRedis } from '../open-control-redis.ts';
import type { Change, ControlDriver, ControlWorld, Effect } from '../port.ts';
import { effectOfRedis } from '../redis-effect.ts';

/**
 * A queue of BullMQ: paused, or limited in jobs per minute and at the same time, over all its workers at once. Jobs that are active go on, and
 * none is dropped.
 */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'bullmq',
  open({ connection, queue: name, prefix }, world) {
    const server = openControlRedis(world, connection);
    const onQueue = <T>(signal: AbortSignal, work: (queue: BullQueue) => Promise<T>): Promise<T> =>
      server.during(signal, (link) => withBullQueue(link, name, prefix, work));

    const apply = async (change: Change, signal: AbortSignal): Promise<Effect> => {
      const done: string[] = [];
      try {
        return await onQueue(signal, async (queue) => {
          const state = await queue.state();
          if (state === null) return conflict(`${change.target} is gone`);
          const hindered = hindrance(change, bullTouched(change.action, state));
          if (hindered !== null) return hindered;
          for (const field of Object.keys(change.to).filter((each) => !standsAs({ [each]: change.to[each] ?? null }, change.from))) {
            await setters[field]?.(queue, change);
            done.push(field);
          }
          return applied(`${change.target}: ${done.join(' and ')} set`);
        });
      } catch (thrown) {
        return afterPart(done.length === 0 ? null : `${done.join(' and ')} set`, effectOfRedis(thrown));
      }
    };

    return {
      traits: {
        actions: ['throttle', 'disable', 'enable', 'kill', 'queue'],
        readable: true,
        idempotent: true,
        stopsInFlight: false,
        effectMs: 0,
        expiresNatively: false,
      },
      healthy: (action) => bullTouched(action, { ...idle, isPaused: action === 'enable' }),
      read: (action, signal) =>
        onQueue(signal, async (queue) => {
          const state = await queue.state();
          const { active, waiting } = state ?? idle;
          return {
            exists: state !== null,
            target: `queue ${name} at ${server.place()}`,
            touched: bullTouched(action, state ?? idle),
            version: null,
            sharedWith: [],
            keepsRunning: active === 0 || action === 'enable' ? null : `${plural(active, 'job')} in flight; ${waiting} more wait`,
          };
        }),
      plan(want, { exists, target, touched }) {
        if (!exists) throw missing(target);
        const to = bullWish(want, touched);
        if (standsAs(to, touched)) return null;
        return { action: want.action, target, from: touched, to, version: null, reversible: true, lasting: null };
      },
      apply: (change, _key, signal) => apply(change, signal),
      confirm: (change, signal) =>
        onQueue(signal, async (queue) => {
          const state = await queue.state();
          return state === null ? 'contradicted' : seenOf(change, bullTouched(change.action, state));
        }),
      undo: (change, _key, signal) => apply(reversed(change), signal),
    };
  },
});

const idle: BullState = { isPaused: false, concurrency: null, rate: null, active: 0, waiting: 0 };

const setters: Readonly<Record<string, (queue: BullQueue, change: Change) => Promise<void>>> = {
  paused: (queue, { to }) => (to['paused'] === true ? queue.pause() : queue.resume()),
  concurrency: (queue, { to }) => queue.setConcurrency(typeof to['concurrency'] === 'number' ? to['concurrency'] : null),
  rate: (queue, { to }) => queue.setRate(rateOf(to['rate'])),
};

const missing = (target: string) =>
  usageError({
    code: 'target_missing',
    message: `there is no ${target}`,
    hint: 'check queue and prefix in controls:, and the database in the url of the connection',
  });
