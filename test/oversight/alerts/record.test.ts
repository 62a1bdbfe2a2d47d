import { describe, expect, it } from 'vitest';
import { findRecords } from '../../../src/ground/audit/audit.journal.ts';
import type { Context } from '../../../src/ground/runtime/context.ts';
import { collectAlertHistory, collectAlerts } from '../../../src/oversight/alerts/collect-alerts.ts';
import { collectJudgements } from '../../../src/oversight/alerts/collect-judgements.ts';
import { evaluateCaps } from '../../../src/oversight/alerts/evaluate-caps.ts';
import { recordAlertAck } from '../../../src/oversight/alerts/record-ack.ts';
import { recordSilence, recordSilenceEnd } from '../../../src/oversight/alerts/record-silence.ts';
import { rulesOf } from '../../../src/oversight/alerts/rules.ts';
import { readSilences } from '../../../src/oversight/alerts/silences.journal.ts';
import { wouldFire } from '../../../src/oversight/alerts/would-fire.ts';
import { minuteOf, openWatchedFleet, type WatchedFleet } from '../../support/watched-fleet.ts';

const minuteMs = 60_000;

/** Maria, whose journal goes by the clock that is moved by hand. */
const named = ({ ctx, journal, clock }: WatchedFleet): Context => ({
  ...ctx,
  env: { AGENTOPS_ACTOR: 'maria' },
  journal: async () => ({ ...journal, now: async () => clock.now() }),
});

/** Half of ten requests a minute fail. */
const failing = async (watched: WatchedFleet, minutes: number, evaluates = true) => {
  for (let minute = 0; minute < minutes; minute++) {
    watched.take(minuteOf(watched.clock.now(), { n: 10, bad: 5, costNanos: 1000 }));
    if (evaluates) await watched.evaluate();
    watched.clock.advance(minuteMs);
  }
};

const listed = async ({ ctx, fleet }: WatchedFleet, withOver = false) =>
  (await collectAlerts(ctx, fleet, { agent: null, rule: null, withOver }, () => 'agentops runbook run slow')).alerts;

const audited = async ({ journal }: WatchedFleet) =>
  (await findRecords(journal, { since: null, kind: null, subject: null, actor: null, limit: 10 })).map(
    ({ kind, subject, actor, body }) => `${actor} ${kind} ${subject} ${body}`,
  );

describe('taking an alert on', () => {
  it('is kept with who did it, in the time line and on the chain, once', async () => {
    const watched = await openWatchedFleet();
    await failing(watched, 7);
    const ctx = named(watched);
    const [taken] = await recordAlertAck(ctx, watched.fleet, 'errors/support', 'looking s3cret');
    expect(taken?.ack).toMatchObject({ actor: 'maria', note: 'looking ***' });
    await recordAlertAck({ ...ctx, env: { AGENTOPS_ACTOR: 'bob' } }, watched.fleet, 'errors', null);
    expect(await audited(watched)).toEqual(['maria alert.ack support {"alert":"alert/errors/support","note":"looking ***"}']);
    await failing(watched, 1);
    const [alert] = await listed(watched);
    expect([alert?.ack?.actor, alert?.quiet?.by, alert?.next]).toEqual(['maria', 'ack', 'agentops runbook run slow']);
    const { events } = await collectAlertHistory(watched.ctx, watched.fleet, { typed: 'errors/support', since: 0 }, () => null);
    expect(events.map(({ kind }) => kind)).toEqual(['pending', 'firing', 'told', 'acked']);
    expect(events.at(-1)?.detail).toBe('maria: looking ***');
  });

  it('is refused of what does not fire, of what is not there, and of what is no name', async () => {
    const watched = await openWatchedFleet();
    await failing(watched, 2);
    const ack = (typed: string) => recordAlertAck(named(watched), watched.fleet, typed, null);
    await expect(ack('errors/support')).rejects.toMatchObject({ kind: 'refused', code: 'alert_not_firing' });
    await expect(ack('erors/support')).rejects.toMatchObject({ kind: 'usage', hint: expect.stringContaining('errors') });
    await expect(ack('errors/suport')).rejects.toMatchObject({ kind: 'usage', hint: expect.stringContaining('support') });
    await expect(ack('errors//x')).rejects.toMatchObject({ code: 'alert_name_invalid' });
    expect(await audited(watched)).toEqual([]);
  });
});

describe('a silence', () => {
  it('keeps people from being told until it ends, and not the alert from firing', async () => {
    const watched = await openWatchedFleet();
    const ctx = named(watched);
    const silence = await recordSilence(ctx, { matcher: { rule: 'err*', agent: null }, forMs: 8 * minuteMs, reason: 'load test' });
    await failing(watched, 7);
    const [alert] = await listed(watched);
    expect([alert?.instance.state, alert?.told, alert?.silence?.id]).toEqual(['firing', null, silence.id]);
    await failing(watched, 3);
    expect((await listed(watched))[0]?.told?.channels).toEqual(['oncall']);
    await expect(recordSilenceEnd(ctx, silence.id)).rejects.toMatchObject({ kind: 'refused', code: 'silence_over' });
    await expect(recordSilenceEnd(ctx, 'sil-none')).rejects.toMatchObject({ kind: 'usage', code: 'silence_unknown' });
  });

  it('can be ended by hand, once, and both are on the chain', async () => {
    const watched = await openWatchedFleet();
    const ctx = named(watched);
    const { id } = await recordSilence(ctx, { matcher: { rule: null, agent: 'support' }, forMs: 8 * minuteMs, reason: 'load test' });
    await recordSilenceEnd(ctx, id);
    expect(await readSilences(watched.journal, watched.clock.now())).toEqual([]);
    await expect(recordSilenceEnd(ctx, id)).rejects.toMatchObject({ code: 'silence_over' });
    expect((await audited(watched)).map((line) => line.split(' ').slice(0, 3))).toEqual([
      ['maria', 'alert.unsilence', 'support'],
      ['maria', 'alert.silence', 'support'],
    ]);
  });
});

describe('judging without keeping', () => {
  const judgedNow = async ({ ctx, fleet }: WatchedFleet) => {
    const { judged } = await collectJudgements(ctx, fleet, {
      rules: rulesOf(fleet),
      agents: fleet.agents,
      goesOn: true,
      queues: new Map(),
    });
    return judged.filter(({ rule }) => rule.name === 'errors');
  };

  it('sees that something has lasted long enough to fire though nobody evaluated it, and writes nothing', async () => {
    const watched = await openWatchedFleet();
    await failing(watched, 3, false);
    const [early] = await judgedNow(watched);
    expect([early?.instance.state, early && wouldFire(early)]).toEqual([
      'pending',
      'it breaches, and fires once it has for 5 m: it has for 2 m',
    ]);
    await failing(watched, 4, false);
    expect((await judgedNow(watched)).map(({ instance }) => instance.state)).toEqual(['firing']);
    expect(await listed(watched, true)).toEqual([]);
  });

  it('comes to the state that an evaluation comes to', async () => {
    const watched = await openWatchedFleet();
    for (let minute = 0; minute < 8; minute++) {
      await failing(watched, 1, false);
      const [seen] = await judgedNow(watched);
      await watched.evaluate();
      const [alert] = await listed(watched);
      expect(alert?.instance.state).toBe(seen?.instance.state);
    }
  });

  it('tells how many failures would be enough, and that many are', async () => {
    const watched = await openWatchedFleet();
    watched.take(minuteOf(watched.clock.now(), { n: 40, bad: 1 }));
    watched.clock.advance(minuteMs);
    const [calm] = await judgedNow(watched);
    const [, bad] = /^(\d+) of 40 requests failed/.exec((calm && wouldFire(calm)) ?? '') ?? [];
    expect(Number(bad)).toBeGreaterThan(2);
    const saidOf = async (failed: number) => {
      const each = await openWatchedFleet();
      each.take(minuteOf(each.clock.now(), { n: 40, bad: failed }));
      each.clock.advance(minuteMs);
      return (await judgedNow(each))[0]?.judgement.said;
    };
    expect(await saidOf(Number(bad))).toBe('breach');
    expect(await saidOf(Number(bad) - 1)).not.toBe('breach');
  });
});

describe('a channel that has not taken a message', () => {
  const deliver = async (watched: WatchedFleet, status: 'sent' | 'failed' | 'due', error: string | null) =>
    watched.journal.commit([{ sql: 'UPDATE outbox SET status = ?, error = ?', params: [status, error] }]);

  it('is not said to know of the alert, until it has', async () => {
    const watched = await openWatchedFleet();
    await failing(watched, 7);
    const untold = async () => (await listed(watched))[0]?.untold.map(({ channel, why, triesAt }) => [channel, why, triesAt !== null]);
    expect(await untold()).toEqual([['oncall', null, true]]);
    await deliver(watched, 'due', 'the receiver answered HTTP 500');
    expect(await untold()).toEqual([['oncall', 'the receiver answered HTTP 500', true]]);
    await deliver(watched, 'failed', 'the receiver answered HTTP 410');
    expect(await untold()).toEqual([['oncall', 'the receiver answered HTTP 410', false]]);
    await deliver(watched, 'sent', null);
    expect(await untold()).toEqual([]);
  });
});

describe('a cap that was passed while its request was under way', () => {
  it('keeps the figures it fired by, until a moment after that is judged', async () => {
    const watched = await openWatchedFleet();
    const { ctx, fleet, clock, evaluate, take } = watched;
    const [agent] = fleet.agents;
    if (agent === undefined) throw new RangeError('the fleet has no agent');
    take([]);
    await evaluate();
    clock.advance(61_000);
    // Traces are known up to here, a moment before it fires.
    take([]);
    clock.advance(5000);
    const request = { traceId: 'a'.repeat(32), steps: 3, tokens: 900, costNanos: 2_000_000_000 };
    await evaluateCaps(ctx, fleet, agent, [request], async () => () => null);
    const reason = 'the dearest request cost $2.00, limit $0.50';
    expect((await listed(watched))[0]?.judgement.reason).toBe(reason);
    clock.advance(5000);
    await evaluate();
    const [alert] = await listed(watched);
    expect([alert?.instance.state, alert?.judgement.reason, alert?.judgement.value]).toEqual(['firing', reason, 2_000_000_000]);
  });
});
