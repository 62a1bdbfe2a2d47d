import type { CeleryWorker } from '../../../clients/celery.ts';
import type { Json } from '../../../ground/json.ts';
import type { Touched } from '../port.ts';
import { isOpenWish } from '../queue-wish.ts';
import type { CeleryAspect, Wish } from './port.ts';

/** Whether workers take tasks from a queue, and which of them did: only they are told to take from it again. */
export const queueConsumption = (queue: string): CeleryAspect => ({
  name: `queue ${queue}`,
  stopsInFlight: false,
  healthy: (isOpen) => ({ paused: !isOpen, workers: isOpen ? ['celery@worker'] : [] }),
  touched: (workers) => (workers.length === 0 ? null : consumption(queue, workers)),
  wish(want, now) {
    // Opened, it is whoever is there that takes from the queue; closed, it is put back to those that did.
    const opened: Wish = { from: { paused: now['paused'] ?? null }, to: { paused: false }, lasting: null };
    return isOpenWish(want) ? opened : { from: now, to: { paused: true, workers: [] }, lasting: null };
  },
  tell(_from, to) {
    const names = namesIn(to['workers']);
    return [{ command: { method: to['paused'] === true ? 'cancel_consumer' : 'add_consumer', arguments: { queue } }, destination: names }];
  },
  isPutBack(to, workers) {
    const meant = namesIn(to['workers']);
    if (meant === null || to['paused'] !== false) return false;
    const isIdle = ({ name, queues }: CeleryWorker) => meant.includes(name) && !queues.includes(queue);
    return !workers.some(isIdle) && workers.some(({ queues }) => queues.includes(queue));
  },
});

const consumption = (queue: string, workers: readonly CeleryWorker[]): Touched => {
  const names = workers.filter(({ queues }) => queues.includes(queue)).map(({ name }) => name);
  return { paused: names.length === 0, workers: names };
};

const namesIn = (field: Json | undefined): readonly string[] | null =>
  Array.isArray(field) && field.length > 0 ? field.map(String) : null;
