import { describe, expect, test } from 'vitest';
import { collectRuleFigures } from '../../../src/desk/serve/collect-rule-figures.ts';
import { unableError } from '../../../src/ground/errors.ts';
import type { RuleMetric, RuleSamples } from '../../../src/views/rule-metrics.ts';
import { renderRuleMetrics } from '../../../src/views/rule-metrics.ts';
import { openWatchedFleet } from '../../support/watched-fleet.ts';

const minuteMs = 60_000;

const sampled = (samples: RuleSamples, metric: RuleMetric, wanted: Readonly<Record<string, string>>): number | null =>
  samples[metric]?.find(({ labels }) => Object.entries(wanted).every(([name, value]) => labels[name] === value))?.value ?? null;

describe('what rules look at', () => {
  test('is of the moment up to which the requests are known: of a source that is silent the last figures stand, with their age', async () => {
    const watched = await openWatchedFleet();
    const { clock, take, ctx, fleet } = watched;
    const beganMs = clock.now();
    take(Array.from({ length: 20 }, (_, at) => ({ startUs: (beganMs - at * 1000) * 1000, isError: at < 8 })));
    clock.advance(minuteMs);
    take([]);
    const fresh = await collectRuleFigures(ctx, fleet);
    const errors = { rule: 'errors', agent: 'support' };
    expect(sampled(fresh, 'agentops_rule_requests', errors)).toBe(20);
    expect(sampled(fresh, 'agentops_rule_bad_requests', errors)).toBe(8);
    expect(sampled(fresh, 'agentops_promised_error_ratio', { agent: 'support' })).toBe(0.05);
    clock.advance(6 * 60 * minuteMs);
    const stale = await collectRuleFigures(ctx, fleet);
    expect(sampled(stale, 'agentops_rule_bad_requests', errors)).toBe(8);
    expect(sampled(stale, 'agentops_traces_known_timestamp_seconds', { backend: 'prod' })).toBe((beganMs + minuteMs) / 1000);
    expect(sampled(stale, 'agentops_figures_timestamp_seconds', {})).toBe(clock.now() / 1000);
  });

  test('an agent of which nothing was ever read has no figures of requests: none is not 0', async () => {
    const { ctx, fleet } = await openWatchedFleet();
    const samples = await collectRuleFigures(ctx, fleet);
    for (const metric of ['agentops_rule_requests', 'agentops_rule_steps_max', 'agentops_spent_dollars'] as const)
      expect(sampled(samples, metric, { agent: 'support' })).toBeNull();
    expect(samples.agentops_traces_known_timestamp_seconds).toEqual([]);
    expect(sampled(samples, 'agentops_budget_dollars', { agent: 'support', period: 'hour' })).toBe(1);
    expect(sampled(samples, 'agentops_request_cap_dollars', { agent: 'support' })).toBe(0.5);
  });

  test('of a team whose journal is away tells what traces say, says so, and leaves out what only the journal knows', async () => {
    const { clock, take, ctx, fleet } = await openWatchedFleet();
    take(Array.from({ length: 20 }, (_, at) => ({ startUs: (clock.now() - at * 1000) * 1000, isError: at < 8 })));
    clock.advance(minuteMs);
    take([]);
    const away = {
      ...ctx,
      journal: async () => {
        throw unableError({ code: 'journal_away', message: 'the journal at db is not there', hint: 'start PostgreSQL' });
      },
    };
    const shared = { ...fleet, database: { secret: '${STATE_URL}', base: '' } };
    const samples = await collectRuleFigures(away, shared);
    expect(sampled(samples, 'agentops_rule_bad_requests', { rule: 'errors', agent: 'support' })).toBe(8);
    expect(sampled(samples, 'agentops_journal_up', {})).toBe(0);
    for (const metric of ['agentops_failing_checks', 'agentops_alert_state', 'agentops_agent_parent_red'] as const)
      expect(samples[metric]).toBeUndefined();
    expect(sampled(await collectRuleFigures(ctx, shared), 'agentops_journal_up', {})).toBe(1);
    await expect(collectRuleFigures(away, fleet)).rejects.toThrow('the journal at db is not there');
  });

  test('alerts of this tool are told by their state, with the last tick that judged', async () => {
    const { clock, take, ctx, fleet, evaluate } = await openWatchedFleet();
    expect((await collectRuleFigures(ctx, fleet)).agentops_alerts_judged_timestamp_seconds).toEqual([]);
    for (let minute = 0; minute < 8; minute++) {
      clock.advance(minuteMs);
      take(Array.from({ length: 20 }, (_, at) => ({ startUs: (clock.now() - 1000 - at) * 1000, isError: at < 15 })));
      await evaluate();
    }
    const text = renderRuleMetrics(await collectRuleFigures(ctx, fleet));
    expect(text).toContain(
      'agentops_alert_state{rule="errors",agent="support",label="",severity="page",category="errors",state="firing"} 1\n',
    );
    expect(text).toMatch(/^agentops_alerts_judged_timestamp_seconds \d+/m);
  });
});
