import { describe, expect, it } from 'vitest';
import { judgeAgent } from '../../../src/oversight/status/agent-state.ts';
import type { AlertEvidence } from '../../../src/oversight/status/alert-evidence.ts';
import { collectFleetStatus } from '../../../src/oversight/status/collect-fleet-status.ts';
import type { CheckEvidence } from '../../../src/oversight/status/evidence.ts';
import { checkEvidence, noon } from '../../support/facts.ts';
import { minuteOf, openWatchedFleet, type WatchedFleet } from '../../support/watched-fleet.ts';

const minuteMs = 60_000;

const standing = async ({ ctx, fleet }: WatchedFleet) => {
  const { rows } = await collectFleetStatus(ctx, fleet, { windowMs: 3_600_000, by: 'agent', filter: {} });
  const { state, reasons } = rows[0]?.standing ?? { state: null, reasons: [] };
  return { state, reasons: reasons.map((reason) => reason.replace(/\d.*$/, 'N')) };
};

/** Half of ten requests a minute fail; evaluated every minute. */
const fail = async (watched: WatchedFleet, minutes: number, evaluates = true) => {
  for (let minute = 0; minute < minutes; minute++) {
    watched.take(minuteOf(watched.clock.now(), { n: 10, bad: 5, costNanos: 1000 }));
    if (evaluates) await watched.evaluate();
    watched.clock.advance(minuteMs);
  }
};

describe('status', () => {
  it('takes the word of alerts where rules were evaluated of late: pending is yellow, firing red, each with one reason', async () => {
    const watched = await openWatchedFleet();
    await fail(watched, 2);
    expect(await standing(watched)).toEqual({ state: 'yellow', reasons: ['alert errors (pending): N'] });
    await fail(watched, 5);
    expect(await standing(watched)).toEqual({ state: 'red', reasons: ['alert errors: N'] });
  });

  it('judges by traces alone where nobody evaluates rules', async () => {
    const watched = await openWatchedFleet();
    await fail(watched, 7, false);
    expect(await standing(watched)).toEqual({ state: 'red', reasons: ['N'] });
  });

  it('does so again when the last evaluation has grown old, whatever fired then', async () => {
    const watched = await openWatchedFleet();
    await fail(watched, 7);
    await fail(watched, 16, false);
    expect((await standing(watched)).reasons).toEqual(['N']);
  });

  it('judges by traces what no rule watches', async () => {
    const manifest = [
      'version: 1',
      'fleet: acme',
      'backends: { prod: { kind: otlp } }',
      'agents: { support: { traces: { backend: prod, match: { trace_name: support } }, sla: { error_rate: 5% } } }',
      'alerts: [ { rule: slow, type: latency } ]',
    ].join('\n');
    const watched = await openWatchedFleet(manifest);
    await fail(watched, 7);
    expect(await standing(watched)).toEqual({ state: 'red', reasons: ['N'] });
  });
});

describe('an agent', () => {
  const check = (parts: Partial<CheckEvidence> = {}) => checkEvidence({ check: 'c', ...parts });
  const alert = (parts: Partial<AlertEvidence> = {}): AlertEvidence => ({
    type: 'cost_per_request',
    weight: 'red',
    reason: 'alert cost: dear',
    since: noon,
    ...parts,
  });
  const judged = (checks: readonly CheckEvidence[], ...alerts: readonly AlertEvidence[]) =>
    judgeAgent({ now: noon, safetyWindowMs: minuteMs, overdue: [], checks, alerts });

  it('is red by a firing page, also where nothing checks it, and yellow by what weighs less', () => {
    expect(judged([check()], alert()).state).toBe('red');
    expect(judged([], alert())).toEqual({ state: 'red', reasons: ['alert cost: dear'], since: noon });
    expect(judged([check()], alert({ weight: 'yellow' })).state).toBe('yellow');
  });

  it('is told once of what its checks say, and still of a page that fires though they pass again', () => {
    const down = alert({ type: 'agent_red', reason: 'alert down: c: broken' });
    expect(judged([check({ standing: 'down', reason: 'broken' })], down).reasons).toEqual(['c: broken']);
    expect(judged([check()], down).reasons).toEqual(['alert down: c: broken']);
  });

  it('is unknown rather than yellow where its checker cannot see', () => {
    expect(judged([check({ standing: 'stale' })], alert({ weight: 'yellow' })).state).toBe('unknown');
  });
});
