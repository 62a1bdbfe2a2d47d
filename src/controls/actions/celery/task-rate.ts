import type { CeleryWorker } from '../../../clients/celery.ts';
import { usageError } from '../../../ground/errors.ts';
import { isObject, type Json } from '../../../ground/json.ts';
import type { CeleryAspect, Telling } from './port.ts';

/**
 * How often a task is begun. A limit holds for each worker by itself, and is gone when the worker starts anew; tasks that a worker has taken
 * already are begun at the pace of before.
 */
export const taskRate = (task: string): CeleryAspect => ({
  name: `task ${task}`,
  stopsInFlight: false,
  healthy: () => ({ rate_limit: null, share_of: 1 }),
  touched(workers) {
    const knowing = workers.filter(({ limits }) => limits.has(task));
    return knowing.length === 0 ? null : { rate_limit: limitOf(task, knowing), share_of: knowing.length };
  },
  wish({ params }, now) {
    const { requests_per_minute: perMinute, ...others } = params;
    if (perMinute === undefined || perMinute === 0 || Object.keys(others).length > 0) throw senseless;
    const share = Number(perMinute) / Number(now['share_of'] ?? 1);
    const rateLimit = perMinute === null ? null : `${Number(share.toFixed(3))}/m`;
    return { from: { rate_limit: now['rate_limit'] ?? null }, to: { rate_limit: rateLimit }, lasting: null };
  },
  tell(_from, to, workers) {
    const limit = to['rate_limit'] ?? null;
    const telling = (value: Json, destination: readonly string[] | null): Telling => ({
      command: { method: 'rate_limit', arguments: { task_name: task, rate_limit: value } },
      destination,
    });
    const knowing = workers.filter(({ limits }) => limits.has(task)).map(({ name }) => name);
    if (!isObject(limit)) return [telling(limit, knowing)];
    return knowing.filter((name) => Object.hasOwn(limit, name)).map((name) => telling(limit[name] ?? null, [name]));
  },
});

/** The limit that all workers share, or the limit of each. */
const limitOf = (task: string, workers: readonly CeleryWorker[]): Json => {
  const limits = workers.map(({ name, limits: known }) => [name, known.get(task) ?? null] as const);
  const [first] = limits;
  return limits.every(([, limit]) => limit === first?.[1]) ? (first?.[1] ?? null) : Object.fromEntries(limits);
};

const senseless = usageError({
  code: 'wish_not_understood',
  message: 'Celery limits how many tasks begin in a minute, and takes a limit of 0 for none',
  hint: 'write throttle: {requests_per_minute: 10}; disable lets none begin',
});
