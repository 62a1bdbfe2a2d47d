import { formatMoney } from '../../../ground/units/amount.ts';
import { type Call, callsOf, type Evidence, tasksOf } from '../call.ts';
import { type Advice, type Draft, mostExemplars } from '../draft.ts';
import { type DayDraws, dayOf, noSaving, savingOf } from '../estimate.ts';
import type { Assumption } from '../saving.ts';

/** Fewer calls in 30 days do not pay for a model of one's own. */
const leastCalls = 1000;
/** Tokens of the mean answer; longer ones are harder to learn. */
const mostOutput = 300;
/** What is not answered well is not worth learning. */
const leastQuality = 0.8;
const monthDays = 30;

const ownPrice: Assumption = { name: 'price of the own model, of the present one', value: 0.15, low: 0.1, high: 0.2 };
const once: Assumption = { name: 'dollars to make and test it', value: 2000, low: 500, high: 5000 };
const months: Assumption = { name: 'months it is used', value: 6, low: 6, high: 6 };

/** A small model trained on the answers of a large one, for many short calls of one task. Always a guess: nobody has trained it. */
export const adviseDistillation = (evidence: Evidence, draws: DayDraws): Advice => {
  const calls = callsOf(evidence);
  const drafts = tasksOf(calls).flatMap((task) => {
    const ofTask = calls.filter((call) => call.task === task);
    return [...new Set(ofTask.map(({ model }) => model))].flatMap((model) => draftOf(evidence, calls, task, model, draws) ?? []);
  });
  return { drafts, lacks: [] };
};

const draftOf = (evidence: Evidence, calls: readonly Call[], task: number, model: number, draws: DayDraws): Draft | null => {
  const { days, span } = evidence;
  const ownCalls = calls.filter((call) => call.task === task && call.model === model && !call.isError);
  const cost = sumOf(ownCalls.map(({ costNanos }) => costNanos));
  const grades = ownCalls.flatMap(({ quality }) => quality ?? []);
  const seen = sumOf(calls.map(({ costNanos }) => costNanos));
  const spent = sumOf(days.map(({ costNanos }) => costNanos));
  const perMonth = seen === 0 ? 0 : (ownCalls.length * spent * monthDays) / seen / span;
  const isShort = sumOf(ownCalls.map(({ output }) => output)) <= mostOutput * ownCalls.length;
  const isGood = grades.length > 0 && sumOf(grades) >= leastQuality * grades.length;
  if (perMonth < leastCalls || !isShort || !isGood) return null;
  const daily = noSaving(days);
  for (const call of calls) daily.seen[dayOf(days, call)] = (daily.seen[dayOf(days, call)] ?? 0) + call.costNanos;
  for (const call of ownCalls) {
    const day = dayOf(days, call);
    daily.low[day] = (daily.low[day] ?? 0) + call.costNanos * (1 - ownPrice.high);
    daily.mid[day] = (daily.mid[day] ?? 0) + call.costNanos * (1 - ownPrice.value);
    daily.high[day] = (daily.high[day] ?? 0) + call.costNanos * (1 - ownPrice.low);
  }
  const gross = savingOf(daily, days, span, draws);
  if (gross === null || gross.mid <= once.value / months.value) return null;
  const each = cost / ownCalls.length / 1e9;
  const breakEven = Math.ceil(once.value / (each * (1 - ownPrice.value)));
  const fixed = (amount: number): number => amount / months.value;
  return {
    agent: evidence.agent,
    task: evidence.word(task),
    saving: { low: gross.low - fixed(once.high), mid: gross.mid - fixed(once.value), high: gross.high - fixed(once.low) },
    grade: 'speculative',
    coverage: evidence.priced * (grades.length / ownCalls.length),
    assumptions: [ownPrice, once, months],
    harm: [
      `It pays for itself after ${breakEven.toLocaleString('en-US')} calls at ${formatMoney(each * 1e9)} each; there are ${Math.round(perMonth).toLocaleString('en-US')} in 30 days.`,
      'It learns the answers of today, mistakes included, and must be trained again when the task changes. Vendors restrict what their answers may train.',
    ],
    traces: [...new Set(ownCalls.map(({ trace }) => trace))].slice(0, mostExemplars),
    step: { kind: 'distillation' },
  };
};

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
