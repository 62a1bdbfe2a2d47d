import type { Cache } from '../../ground/store/port.ts';
import { type Range, widthUs } from '../../ground/units/window.ts';
import { dictionaryOf } from '../traces/dictionary.cache.ts';
import { type CostDay, readCostDays, readRequestsBeyond, readTaskCounts } from './spent-requests.cache.ts';
import { type Beyond, type RequestEvidence, requestLimit } from './strategies/budgets.ts';

/** The requests of an agent, the limit that they suggest, and those beyond it. Null: too few requests for one. */
export interface LimitedRequests {
  readonly evidence: RequestEvidence;
  readonly limitNanos: number | null;
  readonly beyond: readonly Beyond[];
}

/** What requests of some agents cost in a window of whole days, held against the limit that it suggests for each. Run `rebuildRollups` first. */
export const readRequests = (cache: Cache, names: readonly string[], window: Range): readonly LimitedRequests[] => {
  const words = dictionaryOf(cache);
  const numbers = new Map(
    names.flatMap((name) => {
      const number = words.find('agent', name);
      return number === null ? [] : [[number, name] as const];
    }),
  );
  if (numbers.size === 0) return [];
  const agents = [...numbers.keys()];
  const found = new Map<number, CostDay[]>();
  for (const day of readCostDays(cache, window, agents)) if (day.requests > 0) found.set(day.agent, [...(found.get(day.agent) ?? []), day]);
  const counts = readTaskCounts(cache, window, agents);
  const limited = [...found].map(([number, days]) => {
    const firstDay = days[0]?.day ?? 0;
    const evidence: RequestEvidence = {
      agent: numbers.get(number) ?? '',
      days: fullDays(days, firstDay, Math.ceil(window.toUs / widthUs.day)),
      span: (window.toUs - Math.max(window.fromUs, firstDay * widthUs.day)) / widthUs.day,
      tasks: counts.filter(({ agent }) => agent === number).map(({ task, requests }) => ({ task: words.word(task), requests })),
    };
    return { number, evidence, limitNanos: requestLimit(evidence) };
  });
  const limits = new Map(limited.flatMap(({ number, limitNanos }) => (limitNanos === null ? [] : [[number, limitNanos] as const])));
  const dear = readRequestsBeyond(cache, window, limits);
  return limited.map(({ number, evidence, limitNanos }) => ({
    evidence,
    limitNanos,
    beyond: dear.filter(({ agent }) => agent === number).map(({ task, ...rest }) => ({ ...rest, task: words.word(task) })),
  }));
};

/** Every day from the first on, also those without a request. */
const fullDays = (days: readonly CostDay[], first: number, end: number): RequestEvidence['days'] => {
  const known = new Map(days.map((each) => [each.day, each]));
  return Array.from({ length: Math.max(1, end - first) }, (_, at) => {
    const found = known.get(first + at);
    return {
      startUs: (first + at) * widthUs.day,
      requests: found?.requests ?? 0,
      costNanos: found?.costNanos ?? 0,
      costs: found?.costs ?? new Map<number, number>(),
    };
  });
};
