import type { CeleryTask, CeleryWorker } from '../../../clients/celery.ts';
import { plural } from '../../../ground/output/phrases.ts';
import type { CeleryAspect } from './port.ts';

/** Which tasks are meant. */
export interface TaskScope {
  readonly queue: string;
  /** Null: every task of the queue. */
  readonly task: string | null;
}

/** Tasks that workers are at, or have taken from the queue: they are revoked, and the processes of those that run are ended. */
export const taskEnding = (scope: TaskScope, signal: string): CeleryAspect => ({
  name: scope.task === null ? `tasks of queue ${scope.queue}` : `task ${scope.task}`,
  stopsInFlight: true,
  healthy: () => ({ running: true }),
  touched: (workers) => (workers.length === 0 ? null : { running: tasksIn(scope, workers).length > 0 }),
  wish: () => ({ from: { running: true }, to: { running: false }, lasting: 'a task that was ended does not go on from where it was' }),
  tell(_from, _to, workers) {
    const ids = tasksIn(scope, workers).map(({ id }) => id);
    return [{ command: { method: 'revoke', arguments: { task_id: ids, terminate: true, signal } }, destination: null }];
  },
});

/** Active and taken tasks within a scope. A task says by which routing key it came: by default the name of its queue. */
export const tasksIn = ({ queue, task }: TaskScope, workers: readonly CeleryWorker[]): readonly CeleryTask[] =>
  workers
    .flatMap(({ active, reserved }) => [...active, ...reserved])
    .filter(({ name, routingKey }) => (task === null ? routingKey === queue : name === task));

/** What goes on though no more is taken; null: nothing. */
export const tasksGoingOn = (scope: TaskScope, workers: readonly CeleryWorker[]): string | null => {
  const within = (tasks: (worker: CeleryWorker) => readonly CeleryTask[]) =>
    tasksIn(
      scope,
      workers.map((worker) => ({ ...worker, active: tasks(worker), reserved: [] })),
    ).length;
  const [active, taken] = [within((worker) => worker.active), within((worker) => worker.reserved)];
  return active + taken === 0 ? null : `${plural(active, 'task')} in flight, ${taken} more taken from the queue already`;
};
