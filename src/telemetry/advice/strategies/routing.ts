import { type Call, callsOf, type Evidence, tasksOf } from '../call.ts';
import { cheaperSibling } from '../cheaper-models.ts';
import { type Comparison, compareModels } from '../compare-models.ts';
import { type Advice, type Draft, mostExemplars } from '../draft.ts';
import { dayOf, noSaving, savingOf } from '../estimate.ts';
import type { ModelName, PriceOf } from '../pricing.ts';
import type { Assumption } from '../saving.ts';

/** Calls that a lesser model is likely to manage: short ones. Tokens. */
const [mostInput, mostOutput] = [4000, 500];
/** A change that saves less than this share of what the calls cost is no saving. */
const leastGain = 0.2;

/** How many tokens the other model makes of the same text; each vendor counts in its own. */
const tokenRatio: Assumption = { name: 'tokens of the other model for the same text', value: 1, low: 0.85, high: 1.2 };
const verbosity: Assumption = { name: 'length of its answers', value: 1, low: 0.8, high: 1.3 };
const untriedRepeats: Assumption = { name: 'requests that the dear model must do again', value: 0.15, low: 0.05, high: 0.3 };

interface Pair {
  readonly task: number;
  readonly from: number;
  readonly to: ModelName;
  readonly compared: Comparison | null;
}

/**
 * Short calls without an error sent to a cheaper model: one that the same task uses already, by its grades where there are enough; else
 * a smaller one of the same family, and then nobody has tried.
 */
export const adviseRouting = (evidence: Evidence, price: PriceOf, random: () => number): Advice => {
  const calls = callsOf(evidence);
  const drafts = tasksOf(calls).flatMap((task) => {
    const ofTask = calls.filter((call) => call.task === task);
    const models = [...new Set(ofTask.map(({ model }) => model))];
    return models.flatMap((from) => {
      const pairs = candidates(evidence, ofTask, models, from, task);
      const found = pairs.flatMap((pair) => draftOf(evidence, calls, pair, price, random) ?? []);
      return found.sort((a, b) => rank(b) - rank(a)).slice(0, 1);
    });
  });
  return { drafts, lacks: [] };
};

/** What was tried comes before what was not; then by what it saves. */
const rank = ({ grade, saving }: Draft): number => (grade === 'measured' ? 1e9 : 0) + saving.mid;

const candidates = (evidence: Evidence, calls: readonly Call[], models: readonly number[], from: number, task: number): readonly Pair[] => {
  const used = models
    .filter((other) => other !== from)
    .flatMap((other) => {
      const to = evidence.model(other);
      return to === null ? [] : [{ task, from, to, compared: compareModels(calls, from, other) }];
    });
  const name = evidence.model(from);
  const sibling = name === null ? null : cheaperSibling(name);
  return sibling === null || used.some(({ to }) => to.model === sibling.model)
    ? used
    : [...used, { task, from, to: sibling, compared: null }];
};

const isEligible = ({ input, output, isError }: Call): boolean => !isError && input <= mostInput && output <= mostOutput;

const draftOf = (evidence: Evidence, calls: readonly Call[], pair: Pair, price: PriceOf, random: () => number): Draft | null => {
  const { days, span } = evidence;
  const { compared, to } = pair;
  const length = compared?.verbosity ?? verbosity;
  const repeats = compared?.repeats ?? untriedRepeats;
  const daily = noSaving(days);
  const add = (values: Float64Array, day: number, nanos: number) => {
    values[day] = (values[day] ?? 0) + nanos;
  };
  const traces: number[] = [];
  let [cost, gain] = [0, 0];
  for (const call of calls) {
    const day = dayOf(days, call);
    add(daily.seen, day, call.costNanos);
    if (call.task !== pair.task || call.model !== pair.from || !isEligible(call)) continue;
    const asked = price(to, { ...call, output: 0 }, call.startUs);
    const whole = price(to, call, call.startUs);
    if (asked === null || whole === null) return null;
    const saved = (ratio: number, longer: number, again: number): number =>
      call.costNanos - ratio * (asked + longer * (whole - asked)) - again * call.costNanos;
    add(daily.low, day, saved(tokenRatio.high, length.high, repeats.high));
    add(daily.mid, day, saved(tokenRatio.value, length.value, repeats.value));
    add(daily.high, day, saved(tokenRatio.low, length.low, repeats.low));
    cost += call.costNanos;
    gain += saved(tokenRatio.value, length.value, repeats.value);
    if (traces.length < mostExemplars && !traces.includes(call.trace)) traces.push(call.trace);
  }
  const saving = savingOf(daily, days, span, random);
  if (saving === null || gain < leastGain * cost || cost === 0) return null;
  return {
    agent: evidence.agent,
    task: evidence.word(pair.task),
    saving,
    grade: compared === null ? 'speculative' : 'measured',
    coverage: evidence.priced,
    assumptions: [tokenRatio, length, repeats],
    harm: [harmOf(compared, to)],
    traces,
    step: { kind: 'routing', from: evidence.model(pair.from), to, mostInput, mostOutput },
  };
};

const harmOf = (compared: Comparison | null, { model }: ModelName): string => {
  if (compared === null) return `Nobody has graded ${model} on this task: how much worse it answers is a guess until a suite was run.`;
  const { gap, fromGraded, toGraded } = compared;
  const side = gap.high < 0 ? 'better' : gap.low > 0 ? 'worse' : 'no different as far as can be told';
  return `Graded on this task, it is ${side}: ${gap.low.toFixed(3)} to ${gap.high.toFixed(3)} below (95%; ${toGraded} requests against ${fromGraded}).`;
};
