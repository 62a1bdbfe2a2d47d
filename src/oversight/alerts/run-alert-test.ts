import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { type AlertTest, endOf, fillPast, mismatchesOf, type TestMoment } from './alert-test.ts';
import { countedBy, openPast } from './past.ts';
import { replayAlerts } from './replay-alerts.ts';
import type { Rule } from './rule.ts';

const minuteMs = 60_000;

/** Judges what a test says that agents did, minute by minute, and answers what it expected and did not see; empty: it passes. */
export const runAlertTest = async (
  ctx: Pick<Context, 'signal' | 'clock'>,
  fleet: Fleet,
  { rules, test }: { readonly rules: readonly Rule[]; readonly test: AlertTest },
): Promise<readonly string[]> => {
  const pasts = new Map(fleet.agents.map((agent) => [agent.name, openPast(countedBy(rules, agent))]));
  for (const input of test.input) {
    const past = pasts.get(input.agent);
    if (past !== undefined) fillPast(past, input, test.from);
  }
  const moments: TestMoment[] = [];
  const named = new Set(test.input.map(({ agent }) => agent));
  const agents = fleet.agents.filter(({ name }) => named.has(name));
  const range = { from: test.from, until: endOf(test), stepMs: minuteMs, lagMs: 0 };
  await replayAlerts(ctx, fleet, { rules, agents, pasts, ...range }, (event) => {
    if ('event' in event) return;
    moments.push({ moment: event.moment, alerts: event.outcome.alerts, announcements: event.outcome.announcements });
  });
  return mismatchesOf(test, { moments, rules, fleet });
};
