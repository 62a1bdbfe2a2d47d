import { type Call, callsOf, type Evidence, tasksOf } from '../call.ts';
import { type Advice, type Draft, mostExemplars } from '../draft.ts';
import { type DayDraws, dayOf, noSaving, savingOf } from '../estimate.ts';
import type { PriceOf } from '../pricing.ts';
import type { Assumption } from '../saving.ts';

/** What vendors' batch interfaces take of the list price, as `prices/service-tier` has it. */
const batchPrice: Assumption = { name: 'price of a batched call, of the usual one', value: 0.5, low: 0.5, high: 0.5 };
const canWait: Assumption = { name: 'share of these requests that can wait a day', value: 0.9, low: 0.75, high: 1 };
/** A call that cost less of its list price than this is batched already. */
const isDear = 0.6;

/** How tags and tasks begin, or a word of them, that say nobody waits for the answer. */
const asynchronous = /(^|[^a-z])(asyn|batch|offline|nightly|bulk|backfill)/i;

/** Requests of one model call for which nobody waits, sent as a batch at half the price. One finding a task. */
export const adviseBatching = (evidence: Evidence, price: PriceOf, draws: DayDraws): Advice => {
  const calls = callsOf(evidence);
  const isTagged = evidence.tags.some((tag) => asynchronous.test(tag));
  const tasks = tasksOf(calls).filter((task) => isTagged || asynchronous.test(evidence.word(task) ?? ''));
  if (tasks.length > 0) return { drafts: tasks.flatMap((task) => draftOf(evidence, calls, task, price, draws) ?? []), lacks: [] };
  const single = calls.filter(({ callsOfRequest }) => callsOfRequest === 1);
  const missing = `nothing says whether somebody waits for its answers: tag ${evidence.agent} "offline" in the manifest if nobody does`;
  return { drafts: [], lacks: single.length * 2 > calls.length ? [{ strategy: 'batching', missing }] : [] };
};

const draftOf = (evidence: Evidence, calls: readonly Call[], task: number, price: PriceOf, draws: DayDraws): Draft | null => {
  const { days, span } = evidence;
  const daily = noSaving(days);
  const traces: number[] = [];
  for (const call of calls) {
    const day = dayOf(days, call);
    daily.seen[day] = (daily.seen[day] ?? 0) + call.costNanos;
    if (call.task !== task || call.callsOfRequest !== 1 || call.isError || isBatched(evidence, call, price)) continue;
    const saved = call.costNanos * (1 - batchPrice.value);
    daily.low[day] = (daily.low[day] ?? 0) + saved * canWait.low;
    daily.mid[day] = (daily.mid[day] ?? 0) + saved * canWait.value;
    daily.high[day] = (daily.high[day] ?? 0) + saved * canWait.high;
    if (traces.length < mostExemplars && !traces.includes(call.trace)) traces.push(call.trace);
  }
  const saving = savingOf(daily, days, span, draws);
  if (saving === null || traces.length === 0) return null;
  return {
    agent: evidence.agent,
    task: evidence.word(task),
    saving,
    grade: 'modelled',
    coverage: evidence.priced,
    assumptions: [batchPrice, canWait],
    harm: ['Answers come within a day rather than within seconds; most come within an hour, and none is promised sooner.'],
    traces,
    step: { kind: 'batching' },
  };
};

const isBatched = (evidence: Evidence, call: Call, price: PriceOf): boolean => {
  const model = evidence.model(call.model);
  const listed = model === null ? null : price(model, call, call.startUs);
  return listed !== null && call.costNanos < isDear * listed;
};
