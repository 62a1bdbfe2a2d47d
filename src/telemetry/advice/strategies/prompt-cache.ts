import { type CacheRule, cacheRule } from '../cache-rules.ts';
import { type Call, callsOf, type Evidence, type Stretch } from '../call.ts';
import { type Advice, type Draft, mostExemplars } from '../draft.ts';
import { type DailySaving, type DayDraws, dayOf, noSaving, savingOf, totalOf } from '../estimate.ts';
import { type ModelName, type PriceOf, ratesOf, type TokenRates } from '../pricing.ts';
import type { Assumption } from '../saving.ts';

const usPerMinute = 60_000_000;
/** Servers come and go, and a prefix is cached in whole blocks: some of what could be read is not. */
const reach: Assumption = { name: 'share of the prefixes sent in time that are read from the cache', value: 0.93, low: 0.85, high: 1 };
/** Below this share of known instructions the figure says little. */
const leastKnown = 0.05;

/** How one model's cache is used. */
interface Plan {
  readonly model: number;
  readonly name: ModelName;
  readonly rule: CacheRule;
  readonly rates: TokenRates;
  /** Dear to write, kept for an hour. */
  readonly hourly: boolean;
}

/**
 * The instructions that prompts begin with, read from the provider's cache: what a call pays for them in full although one with the
 * same came shortly before, less what writing them costs where none did. One finding a model; what is cached already does not count.
 */
export const advisePromptCache = (evidence: Evidence, price: PriceOf, draws: DayDraws): Advice => {
  const calls = callsOf(evidence);
  const known = calls.filter(({ prefix }) => prefix !== null).length;
  if (known < leastKnown * calls.length || known === 0) {
    const missing = 'the traces hold no prompts with instructions of their own, so nobody can tell what prompts have in common';
    return { drafts: [], lacks: [{ strategy: 'prompt-cache', missing }] };
  }
  const models = [...new Set(calls.map(({ model }) => model))];
  const drafts = models.flatMap((model) => {
    const plans = plansOf(evidence, calls, model, price);
    const found = plans.flatMap((plan) => draftOf(evidence, plan, draws) ?? []);
    return found.sort((a, b) => b.saving.mid - a.saving.mid).slice(0, 1);
  });
  return { drafts, lacks: [] };
};

const plansOf = (evidence: Evidence, calls: readonly Call[], model: number, price: PriceOf): readonly Plan[] => {
  const name = evidence.model(model);
  const rule = name === null ? null : cacheRule(name);
  const lastUs = calls.at(-1)?.startUs ?? 0;
  const rates = name === null ? null : ratesOf(price, name, lastUs);
  if (name === null || rule === null || rates === null || rates.cachedRead >= rates.input) return [];
  const plan = { model, name, rule, rates };
  return rule.hasHour
    ? [
        { ...plan, hourly: false },
        { ...plan, hourly: true },
      ]
    : [{ ...plan, hourly: false }];
};

const draftOf = (evidence: Evidence, plan: Plan, draws: DayDraws): Draft | null => {
  const { days, span, stretches } = evidence;
  const minutes: Assumption = {
    name: 'minutes a prefix is kept after its last use',
    ...(plan.hourly ? { value: 60, low: 60, high: 60 } : plan.rule.minutes),
  };
  const daily = noSaving(days);
  const found = { traces: [] as number[], known: 0, all: 0 };
  for (const stretch of stretches) replay(stretch, evidence, plan, minutes, daily, found);
  const saving = savingOf(daily, days, span, draws);
  if (saving === null || saving.mid <= 0) return null;
  return {
    agent: evidence.agent,
    task: null,
    saving,
    grade: 'measured',
    coverage: (found.all === 0 ? 0 : found.known / found.all) * evidence.priced,
    assumptions: [minutes, reach],
    harm: plan.rule.isAutomatic
      ? [
          'None to answers. Instructions must come first and be the same to the letter: a date or a name in them makes each prompt a new one.',
        ]
      : ['None to answers. Writing costs more than reading without a cache: where calls become rare it can cost more than it saves.'],
    traces: found.traces,
    step: { kind: 'prompt-cache', model: plan.name, isAutomatic: plan.rule.isAutomatic, hourly: plan.hourly },
  };
};

const replay = (
  { range, calls }: Stretch,
  { days }: Evidence,
  { model, rule, rates, hourly }: Plan,
  minutes: Assumption,
  daily: DailySaving,
  found: { readonly traces: number[]; known: number; all: number },
): void => {
  const longestUs = minutes.high * usPerMinute;
  // What came before the stretch is not known: its first minutes say who was there, and are not counted.
  const countedFrom = range.fromUs + Math.min(longestUs, (range.toUs - range.fromUs) / 3);
  const premium = (hourly ? rates.cachedWrite1h : rates.cachedWrite) - rates.input;
  const last = new Map<number, number>();
  const add = (values: Float64Array, day: number, nanos: number) => {
    values[day] = (values[day] ?? 0) + nanos;
  };
  for (const call of calls) {
    const day = dayOf(days, call);
    const counts = call.startUs >= countedFrom;
    if (counts) add(daily.seen, day, call.costNanos);
    if (call.model !== model) continue;
    if (counts) found.all += 1;
    const { prefix, cachedRead } = call;
    if (prefix === null) continue;
    if (counts) found.known += 1;
    if (prefix.tokens < rule.leastTokens) continue;
    const gapUs = call.startUs - (last.get(prefix.hash) ?? Number.NEGATIVE_INFINITY);
    last.set(prefix.hash, call.startUs);
    if (!counts) continue;
    const gain = Math.max(0, prefix.tokens - cachedRead) * (rates.input - rates.cachedRead);
    // Whoever writes already pays for it.
    const writes = call.cachedWrite + call.cachedWrite1h > 0 || cachedRead > 0;
    const loss = writes ? 0 : prefix.tokens * premium;
    const at = (kept: number, share: number): number => (gapUs <= kept * usPerMinute ? share * gain - (1 - share) * loss : -loss);
    add(daily.low, day, at(minutes.low, reach.low));
    add(daily.mid, day, at(minutes.value, reach.value));
    add(daily.high, day, at(minutes.high, reach.high));
    if (gain > 0 && gapUs <= minutes.low * usPerMinute && found.traces.length < mostExemplars && !found.traces.includes(call.trace))
      found.traces.push(call.trace);
  }
};

/** Dollars per 30 days that the provider's cache saves already, what writing costs more taken off; null: no price is known. */
export const savedByPromptCache = (evidence: Evidence, price: PriceOf): number | null => {
  const calls = callsOf(evidence);
  const rates = new Map<number, TokenRates | null>();
  const daily = noSaving(evidence.days);
  for (const call of calls) {
    const day = dayOf(evidence.days, call);
    daily.seen[day] = (daily.seen[day] ?? 0) + call.costNanos;
    if (!rates.has(call.model)) {
      const name = evidence.model(call.model);
      rates.set(call.model, name === null ? null : ratesOf(price, name, call.startUs));
    }
    const known = rates.get(call.model) ?? null;
    if (known === null) continue;
    const written = call.cachedWrite * (known.cachedWrite - known.input) + call.cachedWrite1h * (known.cachedWrite1h - known.input);
    daily.mid[day] = (daily.mid[day] ?? 0) + call.cachedRead * (known.input - known.cachedRead) - written;
  }
  return totalOf(daily, evidence.days, evidence.span);
};
