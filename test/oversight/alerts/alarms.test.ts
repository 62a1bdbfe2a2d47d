import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/ground/math/seeded.ts';
import { judge, quietInstance } from '../../../src/oversight/alerts/alert-state.ts';
import { defaultRules } from '../../../src/oversight/alerts/default-rules.ts';
import { judgeRule } from '../../../src/oversight/alerts/judge-rule.ts';
import { countedBy, openPast } from '../../../src/oversight/alerts/past.ts';
import { historyOf, literally, quietSettings, troubles, watch } from '../../bench/alarm-scenarios.mjs';

// `npm run bench -- alarms`, cut down: fewer agents, moments five minutes apart. Everything is seeded, so that bounds are met or not, always.
const program = { judgeRule, openPast, countedBy, judge, quietInstance };
const stepMs = 5 * 60_000;
const watched = defaultRules.filter(({ name }) => ['cost', 'errors', 'latency', 'quality', 'runaway'].includes(name));
const seeds = [1, 2, 3];

const named = <Item extends { readonly name: string }>(items: readonly Item[], name: string): Item => {
  const found = items.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
};

/** False alarms of each rule in an agent-week. */
const falseAlarms = (setting: string, rules: typeof watched): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const seed of seeds) {
    const history = historyOf(seededRandom(seed), named(quietSettings, setting), { days: 7, trouble: false });
    for (const [rule, fired] of watch(program, rules, history, stepMs))
      counts.set(rule, (counts.get(rule) ?? 0) + fired.length / seeds.length);
  }
  return counts;
};

/** Minutes from the beginning of trouble until its rule fires, of each seed. */
const delays = (name: string): readonly number[] => {
  const trouble = named(troubles, name);
  return seeds.map((seed) => {
    const history = historyOf(seededRandom(1000 + seed), trouble, { days: 1, trouble: true });
    const began = history.began ?? Number.NaN;
    const rules = watched.filter((rule) => rule.name === trouble.rule);
    const first = watch(program, rules, history, stepMs)
      .get(trouble.rule)
      ?.find((at) => at >= began);
    return first === undefined ? Number.POSITIVE_INFINITY : (first - began) / 60_000;
  });
};

describe('default rules on simulated agents', () => {
  it.each(['10 requests an hour', '60 an hour, a nightly job', '10 an hour, costs vary wildly'])('leave people alone: %s', (setting) => {
    for (const [rule, count] of falseAlarms(setting, watched)) expect([rule, count <= 1]).toEqual([rule, true]);
  });

  it('are needed: the rules that people write first do not leave them alone', () => {
    const counts = falseAlarms('10 an hour, costs vary wildly', [...literally(watched)]);
    expect(Math.min(...counts.values())).toBeGreaterThan(5);
  });

  it.each(['cost × 2.5, 20 an hour', 'cost × 5, 10 an hour', '30% of requests fail, 60 an hour'])(
    'find what goes wrong in time: %s',
    (trouble) => {
      expect(Math.max(...delays(trouble))).toBeLessThanOrEqual(90);
    },
  );

  it('find a request that runs away at the tick after it', () => {
    expect(Math.max(...delays('one request runs away, 10 an hour'))).toBeLessThanOrEqual(6 + stepMs / 60_000);
  });
});
