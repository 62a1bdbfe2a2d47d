import { expect, it } from 'vitest';
import { saveResults } from '../../../src/quality/health/results.journal.ts';
import { aSlot, minute, noon } from '../../support/facts.ts';
import { minuteOf, openWatchedFleet } from '../../support/watched-fleet.ts';

const manifest = (line: string) =>
  [
    ...['version: 1', 'fleet: acme', 'backends: { prod: { kind: otlp } }', 'agents:', '  support:'],
    '    traces: { backend: prod, match: { trace_name: support } }',
    `    ${line}`,
  ].join('\n');

it('tells of a tool that was called though it is not allowed, and of no other', async () => {
  const [strict, open] = [
    await openWatchedFleet(manifest('tools: { allow: [send_mail] }')),
    await openWatchedFleet(manifest('tools: { allow: [search_kb] }')),
  ];
  for (const { take, clock } of [strict, open]) take(minuteOf(clock.now(), { n: 2 }));
  expect((await strict.evaluate()).firing).toMatchObject([
    { rule: 'safety', label: '', severity: 'page', judgement: { reason: 'it called search_kb, which its tools do not allow, 4 times' } },
  ]);
  expect((await open.evaluate()).firing).toEqual([]);
});

it('tells of a check of safety that fails while traces are late, and of its end when its window is over', async () => {
  const endpoint = 'endpoint: { protocol: openai-chat, url: "https://example.com/v1", model: m }';
  const checks = 'checks: [{ id: ping, every: 10m, safety: true, input: hello }]';
  const watched = await openWatchedFleet(manifest(`${endpoint}\n    ${checks}`));
  await saveResults(watched.journal, [aSlot({ status: 'fail', endedAt: noon - minute, safety: true })]);
  const { firing, watermark } = await watched.evaluate();
  expect(watermark).toBeNull();
  expect(firing.filter(({ rule }) => rule === 'safety')).toMatchObject([{ label: 'check', judgement: { reason: 'ping: it is fail' } }]);
  watched.clock.advance(15 * minute);
  expect((await watched.evaluate()).transitions).toMatchObject([{ rule: 'safety', label: 'check', to: 'resolved' }]);
});

const hour = 60 * minute;

/** What was said, evaluation by evaluation, of so many minutes. */
const minutesOf = async (watched: Awaited<ReturnType<typeof openWatchedFleet>>, count: number) => {
  const said: string[] = [];
  for (let at = 0; at < count; at += 1) {
    watched.clock.advance(minute);
    watched.take([]);
    const { transitions, announcements } = await watched.evaluate();
    said.push(...transitions.map(({ rule, to, late }) => `${at} ${rule} ${to}${late ? ' late' : ''}`));
    said.push(...announcements.map(({ rule, kind }) => `${at} ${rule} ${kind}`));
  }
  return said;
};

const told = 'notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }\n';
const strict = `${told}${manifest('tools: { allow: [send_mail] }\n    budget: { per_request: $0.50 }')}`;

it.each([0, 30])(
  'tells once of events that arrive 40 minutes late, after %i evaluations, and of their end a window later',
  async (before) => {
    const watched = await openWatchedFleet(strict);
    expect(await minutesOf(watched, before)).toEqual([]);
    watched.take(minuteOf(watched.clock.now() - 40 * minute, { n: 1, costNanos: 600_000_000 }));
    const said = await minutesOf(watched, 90);
    expect(said.filter((each) => each.includes('safety'))).toEqual([
      '0 safety firing late',
      '0 safety fire',
      expect.stringMatching(/^1[4-6] safety resolved$/),
      expect.stringMatching(/^1[4-6] safety resolve$/),
    ]);
    expect(said.filter((each) => each.includes('runaway'))).toEqual([
      '0 runaway firing late',
      '0 runaway fire',
      expect.stringMatching(/^(29|3[0-2]) runaway resolved$/),
      expect.stringMatching(/^(29|3[0-2]) runaway resolve$/),
    ]);
  },
);

it('tells of nothing again that was told in time, and of nothing that is history', async () => {
  const watched = await openWatchedFleet(strict);
  await minutesOf(watched, 20);
  watched.take(minuteOf(watched.clock.now(), { n: 1 }));
  expect((await minutesOf(watched, 90)).filter((each) => / (fire|resolve)$/.test(each))).toHaveLength(2);
  watched.take(minuteOf(watched.clock.now() - 7 * hour, { n: 1 }));
  expect(await minutesOf(watched, 40)).toEqual([]);
});
