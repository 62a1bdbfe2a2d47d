import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/oversight/alerts/alert.ts';
import { readAlert } from '../../../src/oversight/alerts/alerts.journal.ts';
import { makesRed, redAbove } from '../../../src/oversight/alerts/quieting.ts';
import { recordAlertAck } from '../../../src/oversight/alerts/record-ack.ts';
import { silenceWrite } from '../../../src/oversight/alerts/silences.journal.ts';
import { undelivered } from '../../../src/oversight/notify/outbox.journal.ts';
import { noon } from '../../support/facts.ts';
import { minuteOf, openWatchedFleet, plainErrors, type WatchedFleet } from '../../support/watched-fleet.ts';

const minuteMs = 60_000;
const at = (minute: number) => noon + minute * minuteMs;

/** Ten requests a minute to each agent that fail by half while `bad` says so; what was said to whom, by minute. */
const run = async (
  { clock, take, evaluate, journal }: WatchedFleet,
  {
    agents = ['support'],
    until,
    bad,
  }: { readonly agents?: readonly string[]; readonly until: number; readonly bad: (minute: number, agent: string) => boolean },
): Promise<readonly string[]> => {
  for (; clock.now() < at(until); clock.advance(minuteMs)) {
    const minute = (clock.now() - noon) / minuteMs;
    take(agents.flatMap((name) => minuteOf(clock.now(), { n: 10, name, bad: bad(minute, name) ? 5 : 0, costNanos: 1000 })));
    await evaluate();
  }
  return (await undelivered(journal, 0)).map(
    ({ message: { event, agent, facts }, madeAt }) => `${(madeAt - noon) / minuteMs}: ${event} ${facts['rule']} ${agent}`,
  );
};

const silenced = (from: number, to: number, matcher: { rule: string | null; agent: string | null }) =>
  silenceWrite({ id: `sil-${from}`, matcher, reason: 'a deploy', actor: 'maria', startsAt: at(from), endsAt: at(to) });

const firesAt5 = (minute: number) => minute < 20;

describe('keeping people from being told', () => {
  it('a silence does, until it ends; the alert goes on meanwhile', async () => {
    const watched = await openWatchedFleet();
    await watched.journal.commit([silenced(0, 12, { rule: 'err*', agent: 'support' })]);
    expect(await run(watched, { until: 10, bad: firesAt5 })).toEqual([]);
    expect(await readAlert(watched.journal, { rule: 'errors', agent: 'support', label: '' })).toMatchObject({
      instance: { state: 'firing', since: at(5) },
      told: null,
      quiet: { by: 'silence', because: 'a deploy' },
    });
    expect(await run(watched, { until: 60, bad: firesAt5 })).toEqual(['12: alert.fire errors support', '55: alert.resolve errors support']);
  });

  it('a silence of something else does not', async () => {
    const watched = await openWatchedFleet();
    await watched.journal.commit([silenced(0, 30, { rule: 'latency', agent: null }), silenced(1, 30, { rule: null, agent: 'research' })]);
    expect(await run(watched, { until: 8, bad: firesAt5 })).toEqual(['5: alert.fire errors support']);
  });

  it('an end is told in a silence to those who were told of the beginning', async () => {
    const watched = await openWatchedFleet();
    await watched.journal.commit([silenced(10, 100, { rule: null, agent: null })]);
    expect(await run(watched, { until: 60, bad: firesAt5 })).toEqual(['5: alert.fire errors support', '55: alert.resolve errors support']);
  });

  it('what a silence hid until it was all but over is not begun to be told of', async () => {
    const watched = await openWatchedFleet();
    // From 45 on no window holds a failure: the alert recovers, and is over at 55.
    await watched.journal.commit([silenced(0, 50, { rule: 'errors', agent: null })]);
    expect(await run(watched, { until: 60, bad: firesAt5 })).toEqual([]);
  });

  it('a window of maintenance does', async () => {
    const maintained = watchedWith("    maintenance: [{ cron: '0 12 * * *', for: 9m }]");
    expect(await run(await openWatchedFleet(maintained), { until: 15, bad: firesAt5 })).toEqual(['9: alert.fire errors support']);
  });

  it('an agent further up that is red does, and the one that is the cause is told of', async () => {
    const watched = await openWatchedFleet(family);
    const told = await run(watched, { agents: ['model', 'tools', 'desk'], until: 30, bad: (minute) => minute < 20 });
    expect(told).toEqual(['5: alert.fire errors model']);
    expect(await readAlert(watched.journal, { rule: 'errors', agent: 'desk', label: '' })).toMatchObject({
      instance: { state: 'firing' },
      quiet: { by: 'parent', because: 'tools, which it depends on, is red' },
    });
  });

  it('who is taken on is not reminded of', async () => {
    const reminding = (alerts: string) =>
      [...agentWith(''), 'alerts:', `  - { rule: errors, type: error_rate, z: 2.326, for: 5m${alerts} }`].join('\n');
    const remind = ', remind: { every: 10m, most: 3 }';
    const [left, taken] = [await openWatchedFleet(reminding(remind)), await openWatchedFleet(reminding(remind))];
    const bad = () => true;
    expect(await run(left, { until: 60, bad })).toEqual([
      '5: alert.fire errors support',
      '15: alert.remind errors support',
      '25: alert.remind errors support',
      '35: alert.remind errors support',
    ]);
    await run(taken, { until: 20, bad });
    const acting = { ...taken.ctx, process: { ...taken.ctx.process, owner: () => ({ user: 'maria', host: 'desk' }) } };
    await recordAlertAck(acting, taken.fleet, 'errors/support', 'looking at it');
    expect(await run(taken, { until: 60, bad })).toEqual(['5: alert.fire errors support', '15: alert.remind errors support']);
  });
});

const watchedWith = (line: string): string => [...agentWith(line), ...plainErrors].join('\n');

const agentWith = (line: string): readonly string[] => [
  'version: 1',
  'fleet: acme',
  'backends: { prod: { kind: otlp } }',
  'notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }',
  'agents:',
  '  support:',
  '    traces: { backend: prod, match: { trace_name: support } }',
  '    sla: { error_rate: 5% }',
  ...(line === '' ? [] : [line]),
];

/** `desk` depends on `tools`, and that on `model`. */
const family = [
  ...[
    'version: 1',
    'fleet: acme',
    'backends: { prod: { kind: otlp } }',
    'notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }',
  ],
  'agents:',
  ...[
    ['model', ''],
    ['tools', 'model'],
    ['desk', 'tools'],
  ].map(
    ([name, above]) =>
      `  ${name}: { traces: { backend: prod, match: { trace_name: ${name} } }, sla: { error_rate: 5% }, depends_on: [${above}] }`,
  ),
  ...plainErrors,
].join('\n');

describe('agents above', () => {
  const agents = [
    { name: 'a', dependsOn: ['b', 'c'] },
    { name: 'b', dependsOn: ['a'] },
    { name: 'c', dependsOn: ['d'] },
    { name: 'd', dependsOn: [] },
  ];

  it('are named nearest first, through others, and a circle does not explain itself', () => {
    expect(redAbove(agents, new Set(['d']))).toEqual(
      new Map([
        ['a', 'd'],
        ['b', 'd'],
        ['c', 'd'],
      ]),
    );
    expect(redAbove(agents, new Set(['c', 'd']))).toEqual(
      new Map([
        ['a', 'c'],
        ['b', 'c'],
        ['c', 'd'],
      ]),
    );
    expect(redAbove(agents, new Set(['a']))).toEqual(new Map([['b', 'a']]));
    expect(redAbove(agents, new Set())).toEqual(new Map());
  });

  it.each([
    ['page', 'errors', 'firing', true],
    ['page', 'availability', 'recovering', true],
    ['page', 'errors', 'pending', false],
    ['notify', 'errors', 'firing', false],
    ['page', 'cost', 'firing', false],
  ] as const)('%s %s %s makes red: %s', (severity, category, state, red) =>
    expect(makesRed({ severity, category, instance: { state } as Alert['instance'] })).toBe(red),
  );
});
