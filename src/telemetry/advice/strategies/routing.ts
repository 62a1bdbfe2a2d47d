import { type Call, callsOf, type Evidence, tasksOf } from '../call.ts';
import { cheaperSibling } from '../cheaper-models.ts';
import { type Comparison, compareModels } from '../compare-models.ts';
import { type Advice, type Draft, mostExemplars } from '../draft.ts';
import { type DailySaving, type DayDraws, dayOf, noSaving, savingOf } from '../estimate.ts';
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
export const adviseRouting = (evidence: Evidence, price: PriceOf, draws: DayDraws): Advice => {
  const calls = callsOf(evidence);
  const drafts = tasksOf(calls).flatMap((task) => {
    const ofTask = calls.filter((call) => call.task === task);
    const models = [...new Set(ofTask.map(({ model }) => model))];
    return models.flatMap((from) => {
      const tallies = candidates(evidence, ofTask, models, from, task).flatMap((pair) => tallyOf(evidence, calls, pair, price) ?? []);
      const [best] = tallies.sort((a, b) => rank(b) - rank(a));
      return best === undefined ? [] : (draftOf(evidence, best, draws) ?? []);
    });
  });
  return { drafts, lacks: [] };
};

/** What sending a task's calls to another model would have saved. */
interface Tally {
  readonly pair: Pair;
  readonly daily: DailySaving;
  /** Nano-dollars of the calls that would have been sent, and of what that would have saved. */
  readonly cost: number;
  readonly gain: number;
  readonly assumptions: readonly Assumption[];
  readonly traces: readonly number[];
}

/** What was tried comes before what was not; then by what it saves. */
const rank = ({ pair, gain }: Tally): number => (pair.compared === null ? 0 : Number.MAX_SAFE_INTEGER) + gain;

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

const add = (values: Float64Array, day: number, nanos: number): void => {
  values[day] = (values[day] ?? 0) + nanos;
};

/** Null: the other model has no price, or saves too little. */
const tallyOf = ({ days }: Evidence, calls: readonly Call[], pair: Pair, price: PriceOf): Tally | null => {
  const { compared, to } = pair;
  const length = compared?.verbosity ?? verbosity;
  const repeats = compared?.repeats ?? untriedRepeats;
  const daily = noSaving(days);
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
    const likely = saved(tokenRatio.value, length.value, repeats.value);
    add(daily.low, day, saved(tokenRatio.high, length.high, repeats.high));
    add(daily.mid, day, likely);
    add(daily.high, day, saved(tokenRatio.low, length.low, repeats.low));
    cost += call.costNanos;
    gain += likely;
    if (traces.length < mostExemplars && !traces.includes(call.trace)) traces.push(call.trace);
  }
  return cost === 0 || gain < leastGain * cost ? null : { pair, daily, cost, gain, assumptions: [tokenRatio, length, repeats], traces };
};

const draftOf = (evidence: Evidence, { pair, daily, assumptions, traces }: Tally, draws: DayDraws): Draft | null => {
  const { days, span } = evidence;
  const saving = savingOf(daily, days, span, draws);
  if (saving === null) return null;
  const { compared, to } = pair;
  return {
    agent: evidence.agent,
    task: evidence.word(pair.task),
    saving,
    grade: compared === null ? 'speculative' : 'measured',
    coverage: evidence.priced,
    assumptions,
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
