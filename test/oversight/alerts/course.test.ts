import { describe, expect, it } from 'vitest';
import { readAlert } from '../../../src/oversight/alerts/alerts.journal.ts';
import { evaluateAlerts } from '../../../src/oversight/alerts/evaluate-alerts.ts';
import { undelivered } from '../../../src/oversight/notify/outbox.journal.ts';
import { noon } from '../../support/facts.ts';
import { minuteOf, openWatchedFleet, type WatchedFleet } from '../../support/watched-fleet.ts';

const minuteMs = 60_000;
const key = { rule: 'literal', agent: 'support', label: '' };

/** A fleet under one rule that takes the share of the last minutes as it is. */
const openUnder = (rule: string) =>
  openWatchedFleet(
    [
      ...['version: 1', 'fleet: acme', 'backends: { prod: { kind: otlp } }'],
      'notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }',
      'agents: { support: { traces: { backend: prod, match: { trace_name: support } }, sla: { error_rate: 5% } } }',
      `alerts: [{ rule: literal, type: error_rate, method: ratio, window: 15m, ${rule} }]`,
    ].join('\n'),
  );

/** One quarter of an hour after the other: so many requests in its first minute, all of them failing or none. */
const quarters = async (
  { clock, take, evaluate }: WatchedFleet,
  course: readonly ('bad' | 'good' | 'none')[],
): Promise<readonly string[]> => {
  const seen: string[] = [];
  for (const [at, each] of course.entries()) {
    clock.advance(14 * minuteMs);
    if (each !== 'none') take(minuteOf(clock.now(), { n: 5, bad: each === 'bad' ? 5 : 0, costNanos: 1000 }));
    else take([]);
    clock.advance(minuteMs);
    take([]);
    const { transitions } = await evaluate();
    seen.push(...transitions.map(({ to }) => `${at}: ${to}`));
  }
  return seen;
};

describe('an alert without data', () => {
  it.each([
    ['keep', ['0: firing', '3: resolved']],
    ['ok', ['0: firing', '1: resolved']],
    ['alert', ['0: firing', '3: resolved', '4: firing']],
  ] as const)('%s', async (policy, course) => {
    const watched = await openUnder(`for: 0s, keep_firing_for: 0s, no_data: ${policy}`);
    expect(await quarters(watched, ['bad', 'none', 'none', 'good', 'none'])).toEqual(course);
  });
});

describe('an alert that comes and goes', () => {
  it('is marked as flapping, and its people are told no more of each turn', async () => {
    const watched = await openUnder('for: 0s, keep_firing_for: 0s');
    const turns = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? ('bad' as const) : ('good' as const)));
    expect(await quarters(watched, turns)).toHaveLength(20);
    expect((await readAlert(watched.journal, key))?.instance.flapping).toBe(true);
    const told = (await undelivered(watched.journal, 0)).map(({ message: { event } }) => event);
    expect(told.length).toBeLessThanOrEqual(7);
    // Six hours without a change but the last few: it has calmed down, and those who know of it are told that it is over.
    await quarters(watched, new Array(24).fill('good'));
    expect((await readAlert(watched.journal, key))?.instance).toMatchObject({ flapping: false, state: 'resolved' });
    expect((await undelivered(watched.journal, 0)).map(({ message: { event } }) => event).at(-1)).toBe('alert.resolve');
  });
});

describe('an alert that nobody judges any more', () => {
  it('ends at once, and those who were told of it are told so', async () => {
    const watched = await openUnder('for: 0s, keep_firing_for: 30m');
    expect(await quarters(watched, ['bad'])).toEqual(['0: firing']);
    watched.clock.advance(minuteMs);
    const other = await openWatchedFleet(
      [
        'version: 1',
        'fleet: acme',
        'notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }',
        'agents: { research: {} }',
      ].join('\n'),
    );
    const { transitions, announcements } = await evaluateAlerts(watched.ctx, other.fleet, { suggest: () => null }, () => undefined);
    expect(transitions).toMatchObject([{ ...key, to: 'resolved' }]);
    expect(announcements).toMatchObject([{ ...key, kind: 'resolve', channels: ['oncall'] }]);
  });
});

describe('an evaluation', () => {
  it('stops where it is told to, and keeps nothing of it', async () => {
    const watched = await openUnder('for: 0s');
    watched.take(minuteOf(noon, { n: 5, bad: 5 }));
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(
      evaluateAlerts({ ...watched.ctx, signal: stopped }, watched.fleet, { suggest: () => null }, () => undefined),
    ).rejects.toThrow('enough');
    expect(await readAlert(watched.journal, key)).toBeNull();
  });

  it('tells what to type as the runbooks suggest', async () => {
    const watched = await openUnder('for: 0s');
    watched.take(minuteOf(noon, { n: 5, bad: 5 }));
    await watched.evaluate({ suggest: ({ rule, agent }) => `agentops runbook run ${rule} --agent ${agent}` });
    expect((await undelivered(watched.journal, 0))[0]?.message.next).toBe('agentops runbook run literal --agent support');
  });
});
