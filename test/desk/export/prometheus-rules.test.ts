import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prometheusRules } from '../../../src/desk/export/prometheus-rules.ts';
import { ownFigures, promisedFigures, spentFigures, tracedFigures } from '../../../src/desk/serve/rule-figures.ts';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { judgeRule } from '../../../src/oversight/alerts/judge-rule.ts';
import { rulesOf } from '../../../src/oversight/alerts/rules.ts';
import { nothingSeen, type Samples } from '../../../src/oversight/alerts/samples.ts';
import { ruleMetrics } from '../../../src/views/rule-metrics.ts';
import { scaleMetrics } from '../../../src/views/scale-metrics.ts';
import { fakeRandom } from '../../support/fake-context.ts';
import { load } from '../../support/load-manifest.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { promtoolCheck, promtoolTest, type TestSeries } from '../../support/promtool.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const fleetOf = async (manifest: string): Promise<Fleet> => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'agentops.yaml'), manifest);
  return (await load(folder)).fleet;
};

/** Every type of rule that Prometheus can judge, in both methods. */
const allRules = `
alerts:
  - { type: defaults }
  - { rule: tool-errors, type: error_rate, error_type: tool, threshold: 2%, z: 1.645, recovery: 0.5, min_errors: 12 }
  - { rule: plain-errors, type: error_rate, method: ratio, recovery: 0.8, for: 1m }
  - { rule: plain-latency, type: latency, method: ratio, slower_than: 2s, threshold: 10%, no_data: ok }
  - { rule: helpful, type: quality, score: helpfulness, threshold: 0.7, no_data: alert }
  - { rule: dear, type: cost_per_request, method: ratio, cap: $0.50 }
  - { rule: forecast, type: spend, per: month, forecast: true, stages: [80%, 100%] }
  - { rule: at-most, type: spend, per: day, limit: $20, tags: [public] }
  - { rule: deep, type: loop_depth, limit: 30, creep: false }
  - { rule: burning, type: burn_rate }
  - { rule: burning-all, type: burn_rate, objective: 99%, window: 6h, short_window: 30m, factor: 6 }
  - { rule: silent-job, type: heartbeat }
  - { rule: changed, type: drift }
  - { rule: forgotten, type: mitigation_overdue }
`;

const manifestOf = (agents: number, random: () => number): string => {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const lines = Array.from({ length: agents }, (_, at) => {
    const sla = `error_rate: ${pick(['1%', '5%', '20%'])}, latency_p95: ${pick(['2s', '8s'])}, quality: ${pick([0.6, 0.8, 0.9])}, availability: ${pick(['90%', '99%', '99.9%'])}`;
    const budget = `per_request: $${pick([0.1, 1])}, per_hour: $${pick([1, 10])}, per_day: $${pick([10, 100])}, per_month: $${pick([200, 2000])}, steps_per_request: ${pick([10, 40])}, tokens_per_request: ${pick([1000, 60_000])}`;
    return `  a${at}: { sla: { ${sla} }, budget: { ${budget} }, tags: [${pick(['public', 'inner'])}], checks: [{ id: c, heartbeat: { every: 1d } }] }`;
  });
  return `version: 1\nfleet: acme\nagents:\n${lines.join('\n')}\n${allRules}`;
};

/** What an agent may be seen to do, near the limits as well as far from them. */
const randomSamples = (random: () => number): Samples => {
  const whole = (most: number): number => Math.floor(random() * (most + 1));
  const share = (widthMs: number) => {
    const n = random() < 0.2 ? whole(9) : whole(400);
    const rate = [0, 0.01, 0.05, 0.08, 0.3, 1][whole(5)] ?? 0;
    return { windowMs: widthMs, n, bad: Math.min(n, Math.round(n * rate * (0.5 + random()))) };
  };
  const kept = new Map<string, unknown>();
  const once = <Value>(key: string, make: () => Value): Value => {
    if (!kept.has(key)) kept.set(key, make());
    return kept.get(key) as Value;
  };
  const facts = (key: string) => once(key, () => Array.from({ length: whole(2) }, () => ({ reason: 'so it is', since: null })));
  const cost = (key: string) => once(key, () => ({ windowMs: 0, n: whole(50), nanos: whole(50_000_000_000), logSum: 0, logSquares: 0 }));
  return {
    ...nothingSeen,
    errors: (width, type) => once(`errors ${width} ${type}`, () => share(width)),
    slow: (width, than) => once(`slow ${width} ${than}`, () => share(width)),
    scores: (width, score) =>
      once(`scores ${width} ${score}`, () => {
        const n = whole(60);
        return { windowMs: width, n, sum: n * random() };
      }),
    costs: () => ({ now: cost('now'), days: [] }),
    costsBefore: () => ({ now: cost('now'), before: cost('before') }),
    spent: (per) => once(`spent ${per}`, () => ({ nanos: whole(({ hour: 20, day: 200, month: 4000 } as const)[per]) * 1e9, n: 1 })),
    forecast: () => once('forecast', () => ({ lowNanos: whole(4000) * 1e9, expectedNanos: 0 })),
    extremes: () =>
      once('extremes', () => ({
        ...{ n: 1, steps: { value: whole(60), traceId: '' } },
        ...{ tokens: { value: whole(90_000), traceId: '' }, nanos: { value: whole(2e9), traceId: '' } },
      })),
    safety: () => facts('safety'),
    red: () => facts('red'),
    missedHeartbeats: () => facts('beats'),
    drift: () => facts('drift'),
    overdue: () => facts('overdue'),
  };
};

describeWithPeer('promtool', { programs: ['promtool'] }, () => {
  test('takes the rules of a fleet that names none, and of one that names every type', async () => {
    for (const rules of ['', allRules]) {
      const fleet = await fleetOf(`version: 1\nfleet: acme\nagents: { a: { depends_on: [b] }, b: {} }\n${rules}`);
      expect(promtoolCheck(prometheusRules(fleet, { job: 'agentops' }).text)).toBe('');
    }
  });

  test('judges forty agents as the rules of the manifest do', { timeout: 60_000 }, async () => {
    const random = fakeRandom(7);
    const fleet = await fleetOf(manifestOf(40, random));
    const { text, rules } = prometheusRules(fleet, { job: null });
    const alertOf = new Map(rules.map(({ rule, alert }) => [rule, alert]));
    const judgedByTick = new Set(rules.flatMap(({ rule, leftOut }) => leftOut.map(({ label }) => `${rule} ${label ?? ''}`)));
    const series = new Map<string, TestSeries>();
    const expected: { readonly labels: Record<string, string>; readonly value: number }[] = [];
    for (const agent of fleet.agents) {
      const samples = randomSamples(random);
      const asking = rulesOf(fleet).filter(({ agents: { tags } }) => tags.every((tag) => agent.tags.includes(tag)));
      const figures = [
        ...promisedFigures(agent),
        ...spentFigures(agent, asking, samples),
        ...ownFigures(asking, samples),
        ...asking.flatMap((rule) => tracedFigures(rule, agent, samples, samples)),
      ];
      for (const { metric, labels, value } of figures) {
        if (value === null) continue;
        const all = { ...labels, agent: agent.name, job: 'agentops', instance: 'one' };
        series.set(`${metric} ${JSON.stringify(all)}`, { metric, labels: all, values: [value] });
      }
      for (const rule of asking)
        for (const { label, judgement } of judgeRule(rule, agent, samples)) {
          const holds = judgement.said === 'breach' || (judgement.said === 'unknown' && rule.timing.onNoData === 'alert');
          if (!holds || judgedByTick.has(`${rule.name} ${label}`)) continue;
          const labels = { alertname: alertOf.get(rule.name) ?? '', agent: agent.name, ...(label === '' ? {} : { label }) };
          expected.push({ labels, value: 1 });
        }
    }
    expect(expected.length).toBeGreaterThan(200);
    const expr = 'max by (alertname, agent, label) (ALERTS{alertstate="firing", rule!=""})';
    expect(promtoolTest(text, [...series.values()], [{ expr, minute: 12, expected }])).toBe('');
  });
});

describeWithPeer('promtool, minute by minute', { programs: ['promtool'] }, () => {
  const manifest = (rule: string) => `version: 1\nfleet: acme\nagents: { a: { sla: { error_rate: 10% } } }\nalerts: [ ${rule} ]\n`;
  const errors = '{ rule: errors, type: error_rate, z: 1.645, for: 2m, keep_firing_for: 3m, recovery: 0.5 }';
  const labels = { agent: 'a', job: 'agentops', instance: 'one' };
  /** Of a hundred requests a minute so many failed; null: too few requests to judge. */
  const course = (failed: readonly (number | null)[]): readonly TestSeries[] => [
    { metric: 'agentops_promised_error_ratio', labels, values: [0.1] },
    { metric: 'agentops_rule_requests', labels: { rule: 'errors', ...labels }, values: failed.map((each) => (each === null ? 3 : 100)) },
    { metric: 'agentops_rule_bad_requests', labels: { rule: 'errors', ...labels }, values: failed.map((each) => each ?? 0) },
  ];
  const firing = (minute: number, isFiring: boolean) => ({
    expr: 'max by (alertname) (ALERTS{alertstate="firing", alertname="AgentopsErrors"})',
    minute,
    expected: isFiring ? [{ labels: { alertname: 'AgentopsErrors' }, value: 1 }] : [],
  });

  test('an alert fires after its while, goes on between the limits, and ends after a while below the lower one', async () => {
    const { text } = prometheusRules(await fleetOf(manifest(errors)), { job: null });
    // 30 of 100 is more than 10 %; 8 is less, and not as little as half of it; 2 is.
    const series = course([2, 30, 30, 30, 8, 8, 8, 8, 8, 2, 2, 2, 2, 2]);
    const questions = [firing(2, false), firing(3, true), firing(8, true), firing(11, true), firing(13, false)];
    expect(promtoolTest(text, series, questions)).toBe('');
    // What lies between the limits begins nothing.
    expect(promtoolTest(text, course([8, 8, 8, 8, 8, 8]), [firing(5, false)])).toBe('');
  });

  test('too few requests to judge by end nothing, begin nothing, and do as no_data says', async () => {
    const gone = course([30, 30, 30, ...Array.from({ length: 10 }, () => null)]);
    const rulesOf = async (more: string) => prometheusRules(await fleetOf(manifest(errors.replace(' }', `${more} }`))), { job: null }).text;
    expect(promtoolTest(await rulesOf(''), gone, [firing(2, true), firing(12, true)])).toBe('');
    expect(promtoolTest(await rulesOf(', no_data: ok'), gone, [firing(2, true), firing(12, false)])).toBe('');
    const nothing = course(Array.from({ length: 10 }, () => null));
    expect(promtoolTest(await rulesOf(''), nothing, [firing(9, false)])).toBe('');
    expect(promtoolTest(await rulesOf(', no_data: alert'), nothing, [firing(1, false), firing(9, true)])).toBe('');
  });

  test('silence is told, and what only ticks judge is passed on and missed when they stop', async () => {
    const { text } = prometheusRules(await fleetOf('version: 1\nfleet: acme\nagents: { a: {} }\n'), { job: null });
    const told = (alertname: string, minute: number, isFiring: boolean) => ({
      expr: `max by (alertname, severity) (ALERTS{alertstate="firing", alertname="${alertname}"})`,
      minute,
      expected: isFiring ? [{ labels: { alertname, severity: 'page' }, value: 1 }] : [],
    });
    const state = { rule: 'cost', label: '', severity: 'page', category: 'cost', ...labels };
    const series: readonly TestSeries[] = [
      { metric: 'agentops_figures_timestamp_seconds', labels: { job: 'agentops' }, values: [0, 60, 120] },
      { metric: 'agentops_alerts_judged_timestamp_seconds', labels: { job: 'agentops' }, values: [0] },
      {
        metric: 'agentops_alert_state',
        labels: { ...state, state: 'firing' },
        values: [1, 1, 1, null, null, null, null, null, null, null],
      },
    ];
    expect(
      promtoolTest(text, series, [told('AgentopsCost', 1, true), told('AgentopsSilent', 5, false), told('AgentopsSilent', 14, true)]),
    ).toBe('');
    const late = { ...series[1], values: Array.from({ length: 30 }, () => 0) } as TestSeries;
    expect(promtoolTest(text, [late], [told('AgentopsTickLate', 10, false), told('AgentopsTickLate', 21, true)])).toBe('');
  });
});

describe('what is exported', () => {
  test('names only metrics that serve has, and each alert once by its labels', async () => {
    const fleet = await fleetOf(`version: 1\nfleet: acme\nagents: { a: { depends_on: [b] }, b: {} }\n${allRules}`);
    const { text } = prometheusRules(fleet, { job: null });
    const known = new Set([...ruleMetrics, ...scaleMetrics].map(({ name }) => name));
    const named = [...text.replaceAll(/^#.*$/gm, '').matchAll(/\bagentops_[a-z_]+/g)].map(([name]) => name);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    expect(prometheusRules(fleet, { job: null }).text).toBe(text);
  });
});
