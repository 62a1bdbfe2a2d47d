// Rules on simulated agents: how often they tell of something where nothing is wrong, and how soon of what is. Seeded. Rules, conditions and
// states are the product's own, judged minute by minute. Needs dist/.
import { seededRandom } from '../../dist/ground/math/seeded.js';
import { judge, quietInstance } from '../../dist/oversight/alerts/alert-state.js';
import { defaultRules } from '../../dist/oversight/alerts/default-rules.js';
import { judgeRule } from '../../dist/oversight/alerts/judge-rule.js';
import { countedBy, openPast } from '../../dist/oversight/alerts/past.js';
import { historyOf, literally, quietSettings, troubles, watch } from './alarm-scenarios.mjs';

const program = { judgeRule, openPast, countedBy, judge, quietInstance };
const watchedDays = 14;
/** What simulated agents can set off: nothing else is looked at. */
const watched = ['cost', 'errors', 'latency', 'quality', 'runaway'];
const sets = { ours: defaultRules.filter(({ name }) => watched.includes(name)) };
sets.literal = literally(sets.ours);

const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))];
const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
const interval = (values, digits) =>
  `${quantile(values, 0.5).toFixed(digits)} [${quantile(values, 0.05).toFixed(digits)}, ${quantile(values, 0.95).toFixed(digits)}]`;

/** How long until a rule fires first after trouble began, minutes; infinite: it never does on that day. */
const delayOf = (fired, began) => {
  const first = fired.find((at) => at >= began);
  return first === undefined ? Number.POSITIVE_INFINITY : (first - began) / 60_000;
};

const measureQuiet = (figure, seeds) => {
  console.log(`alarms: nothing is wrong; false alarms an agent-week, median and 90 % of ${seeds} agents watched for ${watchedDays} days`);
  for (const setting of quietSettings) {
    const counts = new Map();
    for (let seed = 1; seed <= seeds; seed++) {
      const history = historyOf(seededRandom(seed), setting, { days: watchedDays, trouble: false });
      for (const [set, rules] of Object.entries(sets))
        for (const [rule, fired] of watch(program, rules, history)) {
          const key = `${rule}, ${set}`;
          counts.set(key, [...(counts.get(key) ?? []), fired.length / (watchedDays / 7)]);
        }
    }
    console.log(`  ${setting.name}: ${[...counts].map(([key, each]) => `${key} ${interval(each, 1)}`).join(' · ')}`);
    for (const [key, each] of counts) if (key.endsWith('ours')) figure(`${setting.name}: ${key}, mean`, mean(each), 0.5);
  }
};

const measureTroubles = (figure, seeds) => {
  console.log(`alarms: something is wrong; minutes until it is told of, median and 90 % of ${seeds} agents (infinite: not on that day)`);
  for (const trouble of troubles) {
    const delays = { ours: [], literal: [] };
    for (let seed = 1; seed <= seeds; seed++) {
      const history = historyOf(seededRandom(1000 + seed), trouble, { days: 1, trouble: true });
      for (const [set, rules] of Object.entries(sets)) {
        const own = rules.filter(({ name }) => name === trouble.rule);
        for (const fired of watch(program, own, history).values()) delays[set].push(delayOf(fired, history.began));
      }
    }
    const shown = Object.entries(delays).filter(([, each]) => each.length > 0);
    const soon = (each) => (100 * each.filter((minutes) => minutes <= 90).length) / each.length;
    console.log(
      `  ${trouble.name}: ${shown.map(([set, each]) => `${set} ${interval(each, 0)}, ${soon(each).toFixed(0)} % within 90`).join(' · ')}`,
    );
    if (trouble.bound !== undefined) figure(`${trouble.name}: median`, quantile(delays.ours, 0.5), trouble.bound, ' min');
  }
};

/** Prints what was measured; each bound is a figure. */
export const measureAlarms = (figure, seeds) => {
  measureQuiet(figure, seeds);
  measureTroubles(figure, seeds);
};
