import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seededRandom } from '../../../src/ground/math/seeded.ts';
import { isFiring, judge, type Observation, quietInstance } from '../../../src/oversight/alerts/alert-state.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const minuteMs = 60_000;
const minutes = 60;
const seriesCount = 500;
/** Minutes of `for` and `keep_firing_for`. */
const timings = [0, 1, 2, 5].flatMap((forMinutes) => [0, 1, 3, 7].map((keepMinutes) => ({ forMinutes, keepMinutes })));

type Said = Observation['said'];

/** A condition that comes and goes in runs of its own length, with holes in the data. */
const seriesOf = (seed: number): readonly Said[] => {
  const random = seededRandom(seed);
  const change = 0.05 + 0.5 * random();
  const said: Said[] = [];
  let now: Said = 'clear';
  for (let minute = 0; minute <= minutes; minute++) {
    if (random() < change) now = (['breach', 'clear', 'breach', 'clear', 'unknown'] as const)[Math.floor(random() * 5)] ?? 'clear';
    said.push(now);
  }
  return said;
};

const series = Array.from({ length: seriesCount }, (_, index) => ({ index, rule: index % timings.length, said: seriesOf(index + 1) }));
const sample = { breach: '1', clear: '0', between: '0', unknown: 'stale' } as const;

/** The minutes at which our machine has each series firing. */
const firingMinutes = ({ rule, said }: (typeof series)[number]): ReadonlySet<number> => {
  const { forMinutes, keepMinutes } = timings[rule] ?? { forMinutes: 0, keepMinutes: 0 };
  const timing = { forMs: forMinutes * minuteMs, keepFiringMs: keepMinutes * minuteMs, onNoData: 'ok' } as const;
  const firing = new Set<number>();
  let instance = quietInstance;
  for (const [minute, each] of said.entries()) {
    instance = judge(instance, { at: minute * minuteMs, said: each }, timing).instance;
    if (isFiring(instance)) firing.add(minute);
  }
  return firing;
};

/** A unit test for promtool that expects what our machine says; `wrong` moves one series by a minute. */
const unitTest = (wrong: number | null): { readonly rules: string; readonly tests: string; readonly firings: number } => {
  const firing = series.map((each) => ({ ...each, at: firingMinutes(each) }));
  const rules = timings.map(({ forMinutes, keepMinutes }, rule) => ({
    alert: `r${rule}`,
    expr: `m{rule="${rule}"} > 0`,
    for: `${forMinutes}m`,
    ...(keepMinutes === 0 ? {} : { keep_firing_for: `${keepMinutes}m` }),
  }));
  const alertTests = Array.from({ length: minutes + 1 }, (_, minute) =>
    timings.map((_timing, rule) => ({
      eval_time: `${minute}m`,
      alertname: `r${rule}`,
      exp_alerts: firing
        .filter((each) => each.rule === rule && each.at.has(each.index === wrong ? minute - 1 : minute))
        .map(({ index }) => ({ exp_labels: { rule: String(rule), series: String(index) } })),
    })),
  ).flat();
  const inputs = series.map(({ index, rule, said }) => ({
    series: `m{rule="${rule}",series="${index}"}`,
    values: said.map((each) => sample[each]).join(' '),
  }));
  return {
    // JSON is YAML.
    rules: JSON.stringify({ groups: [{ name: 'g', interval: '1m', rules }] }),
    tests: JSON.stringify({
      rule_files: ['rules.yml'],
      evaluation_interval: '1m',
      tests: [{ interval: '1m', input_series: inputs, alert_rule_test: alertTests }],
    }),
    firings: firing.reduce((sum, { at }) => sum + at.size, 0),
  };
};

describeWithPeer('for and keep_firing_for', { programs: ['promtool'] }, () => {
  const judgedByPromtool = (wrong: number | null): boolean => {
    const folder = temporaryFolder();
    const { rules, tests } = unitTest(wrong);
    writeFileSync(join(folder, 'rules.yml'), rules);
    writeFileSync(join(folder, 'tests.yml'), tests);
    try {
      execFileSync('promtool', ['test', 'rules', join(folder, 'tests.yml')], { stdio: 'pipe' });
      return true;
    } catch {
      return false; // promtool prints the whole of both lists
    }
  };

  it(`fire and end on ${seriesCount} series when the alerts of Prometheus do`, { timeout: 120_000 }, () => {
    expect(unitTest(null).firings).toBeGreaterThan(seriesCount);
    expect(judgedByPromtool(null)).toBe(true);
  });

  it('would be told of one series that is a minute late', { timeout: 120_000 }, () => {
    const late = series.findIndex((each) => firingMinutes(each).size > 0);
    expect(judgedByPromtool(late)).toBe(false);
  });
});
