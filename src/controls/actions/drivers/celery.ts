import { commandWorkers, lookAtWorkers } from '../../../clients/celery.ts';
import { type CeleryMailbox, openCeleryMailbox } from '../../../clients/celery-mailbox.ts';
import { matchesGlob } from '../../../fleet/glob.ts';
import { opener } from '../../../fleet/slots.ts';
import { unableError, usageError } from '../../../ground/errors.ts';
import type { CeleryAspect, Telling } from '../celery/port.ts';
import { queueConsumption } from '../celery/queue-consumption.ts';
import { taskEnding, tasksGoingOn } from '../celery/task-ending.ts';
import { taskRate } from '../celery/task-rate.ts';
import { toldEffect } from '../celery/told.ts';
import { hindrance, reversed, standsAs } from '../compare.ts';
import type { Config } from '../configs/celery.ts';
import { already, conflict, rejected } from '../effect.ts';
import { openControlRedis } from '../open-control-redis.ts';
import type { Action, Change, ControlDriver, ControlWorld, Effect } from '../port.ts';
import { effectOfRedis } from '../redis-effect.ts';

/**
 * Celery workers by their own remote control, spoken over a Redis broker. Every word is a broadcast: a worker that does not answer may have
 * heard it all the same, so that what is in force is asked of the workers and never taken from an answer.
 */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'celery',
  open(control, world) {
    const server = openControlRedis(world, control.connection);
    const aspectOf = (action: Action) => aspectFor(control, action);
    const scope = { queue: control.queue, task: control.task ?? null };

    const withMailbox = async <T>(signal: AbortSignal, work: (mailbox: CeleryMailbox) => Promise<T>): Promise<T> => {
      requireRedis(world, control.connection);
      const parts = { database: server.database(), exchange: control.control_exchange, waitMs: control.wait };
      return server.during(signal, (link) => work(openCeleryMailbox(link, parts, world)));
    };
    const look = async (mailbox: CeleryMailbox) => {
      const { workers, heard } = await lookAtWorkers(mailbox);
      if (heard > 0 && workers.length === 0) throw silent(heard, control.wait);
      const meant = workers.filter(({ name }) => control.workers === undefined || matchesGlob(control.workers, name));
      return { workers: meant, isComplete: workers.length >= heard };
    };
    const tell = async (mailbox: CeleryMailbox, change: Change, aspect: CeleryAspect): Promise<Effect> => {
      const { workers } = await look(mailbox);
      const now = aspect.touched(workers);
      if (now === null) return conflict(`${change.target}: no worker is left that has to do with it`);
      const hindered = hindrance(change, now);
      if (hindered?.result === 'conflict' && aspect.isPutBack?.(change.to, workers)) return already(`${change.target} is put back already`);
      if (hindered !== null) return hindered;
      const meant = control.workers === undefined ? null : workers.map(({ name }) => name);
      const tellings: readonly Telling[] = aspect.tell(change.from, change.to, workers);
      const told = [];
      for (const { command, destination } of tellings) told.push(await commandWorkers(mailbox, command, destination ?? meant));
      return toldEffect(change.target, told);
    };
    const apply = async (change: Change, signal: AbortSignal): Promise<Effect> => {
      try {
        return await withMailbox(signal, (mailbox) => tell(mailbox, change, aspectOf(change.action)));
      } catch (thrown) {
        return effectOfRedis(thrown);
      }
    };

    return {
      traits: {
        actions: [...(control.task === undefined ? [] : (['throttle'] as const)), 'disable', 'enable', 'kill', 'queue'],
        readable: true,
        idempotent: true,
        stopsInFlight: control.action === 'revoke',
        effectMs: control.wait,
        expiresNatively: false,
      },
      healthy: (action) => aspectOf(action).healthy(action !== 'enable'),
      read: (action, signal) =>
        withMailbox(signal, async (mailbox) => {
          const { workers } = await look(mailbox);
          const aspect = aspectOf(action);
          const touched = aspect.touched(workers);
          return {
            exists: touched !== null,
            target: `${aspect.name} of Celery workers at ${server.place()}`,
            touched: touched ?? aspect.healthy(true),
            version: null,
            sharedWith: [],
            keepsRunning: action === 'enable' || aspect.stopsInFlight ? null : tasksGoingOn(scope, workers),
          };
        }),
      plan(want, { exists, target, touched }) {
        if (!exists) throw missing(target);
        const { from, to, lasting } = aspectOf(want.action).wish(want, touched);
        if (standsAs(to, touched)) return null;
        return { action: want.action, target, from, to, version: null, reversible: lasting === null, lasting };
      },
      apply: (change, _key, signal) => apply(change, signal),
      confirm: (change, signal) =>
        withMailbox(signal, async (mailbox) => {
          const { workers, isComplete } = await look(mailbox);
          const now = aspectOf(change.action).touched(workers);
          return isComplete && now !== null && standsAs(change.to, now) ? 'seen' : 'not-yet';
        }),
      async undo(change, _key, signal) {
        return change.lasting === null ? apply(reversed(change), signal) : rejected(change.lasting);
      },
    };
  },
});

const aspectFor = ({ queue, task, action: how, signal }: Config, action: Action): CeleryAspect => {
  if (action === 'kill' && how === 'revoke') return taskEnding({ queue, task: task ?? null }, signal);
  if (action !== 'throttle') return queueConsumption(queue);
  if (task !== undefined) return taskRate(task);
  throw usageError({ code: 'action_unbound', message: 'this celery control names no task to throttle', hint: 'add task: to it' });
};

/** Workers on RabbitMQ have the same mailbox behind AMQP, which is not spoken here. */
const requireRedis = (world: ControlWorld, name: string): void => {
  if (/^rediss?:/.test(world.secrets.reveal(world.connection(name).url))) return;
  throw usageError({
    code: 'broker_unsupported',
    message: `connection ${name} is no Redis, and workers are spoken to over a Redis broker alone`,
    hint: 'on RabbitMQ bind the intake of the queue by via: rabbitmq, or run celery control by via: exec',
  });
};

const silent = (heard: number, waitMs: number) =>
  unableError({
    code: 'workers_silent',
    message: `${heard} workers heard the question and none answered within ${waitMs} ms, which says nothing of what they do`,
    hint: 'give them longer by wait:; a worker of the solo pool answers only between two tasks',
  });

const missing = (target: string) =>
  usageError({
    code: 'target_missing',
    message: `there is no ${target}`,
    hint: 'check queue, task and workers in controls:, and the database in the url',
  });
