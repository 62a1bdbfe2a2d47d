import { describe, expect, it } from 'vitest';
import { readOpenAlerts } from '../../../src/oversight/alerts/alerts.journal.ts';
import { duePosts } from '../../../src/oversight/notify/outbox.journal.ts';
import { saveResults } from '../../../src/quality/health/results.journal.ts';
import type { PricedSpan } from '../../../src/telemetry/traces/facts.ts';
import { fleetOwnership } from '../../../src/telemetry/traces/fleet-ownership.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { pricedSpan } from '../../support/cache.ts';
import { aSlot, minute, noon } from '../../support/facts.ts';
import { type RequestWish, traceIdOf } from '../../support/figures-fleet.ts';
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

it('shows the requests in which a tool was called that is not allowed, and no others', async () => {
  const watched = await openWatchedFleet(
    `notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }\n${manifest('tools: { deny: [search_kb] }')}`,
  );
  watched.take([...minuteOf(watched.clock.now(), { n: 1 }), ...minuteOf(watched.clock.now(), { n: 1, name: 'somebody-else' })]);
  await watched.evaluate();
  expect(await readOpenAlerts(watched.journal)).toMatchObject([{ rule: 'safety', exemplar: traceIdOf(1) }]);
  const [letter] = await duePosts(watched.journal, { now: watched.clock.now() + 1, limit: 9 });
  expect(letter?.message.text).toContain(`Traces that show it: ${traceIdOf(1)}`);
  expect(letter?.message.text).not.toContain(traceIdOf(2));
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

describe('spans that come 40 minutes late to a trace that was known', () => {
  const capped = `${told}${manifest('tools: { allow: [search_kb] }\n    budget: { per_request: $0.50, steps_per_request: 40 }')}`;

  type LateSpan = Pick<PricedSpan, 'name' | 'spanId'> & Partial<PricedSpan>;

  /** A trace as it was judged in time, and then spans of it in the time of its first. */
  const grown = async (first: Partial<RequestWish>, later: readonly LateSpan[]) => {
    const watched = await openWatchedFleet(capped);
    await minutesOf(watched, 3);
    watched.take(minuteOf(watched.clock.now(), { n: 1, ...first }));
    const startUs = (watched.clock.now() - minute) * 1000;
    const inTime = await minutesOf(watched, 40);
    const came = later.map((span, at) =>
      pricedSpan({ ...span, traceId: traceIdOf(1), parentId: '0'.repeat(15) + 1, startUs: startUs + 1000 * at }),
    );
    const nowUs = watched.clock.now() * 1000;
    const progress = { cursor: null, highUs: nowUs, syncedUs: nowUs };
    upsertPage(watched.cache, fleetOwnership(watched.fleet), { source: 'prod', spans: came, scores: [], progress });
    return { inTime, late: (await minutesOf(watched, 60)).filter((each) => / (fire|resolve|firing late)$/.test(each)) };
  };
  const spanId = (at: number) => (0xa0 + at).toString(16).padStart(16, '0');

  it('tell of a cap that they push it over, once', async () => {
    const later = [{ spanId: spanId(1), kind: 'llm', name: 'chat', costNanos: 600_000_000, traceName: 'support' }] as const;
    const { inTime, late } = await grown({ costNanos: 1000 }, later);
    expect(inTime).toEqual([]);
    expect(late).toEqual(['0 runaway firing late', '0 runaway fire', expect.stringMatching(/^(29|3[0-2]) runaway resolve$/)]);
  });

  it('tell of nothing that was told in time', async () => {
    const later = [{ spanId: spanId(1), kind: 'llm', name: 'chat', costNanos: 1000, traceName: 'support' }] as const;
    const { inTime, late } = await grown({ costNanos: 600_000_000 }, later);
    expect(inTime).toContain('0 runaway fire');
    expect(late.filter((each) => !each.endsWith(' resolve'))).toEqual([]);
  });

  it('tell of a tool that may not be called, and of no call that was known', async () => {
    const later = [{ spanId: spanId(1), kind: 'tool', name: 'delete_customer', traceName: 'support' }] as const;
    const { inTime, late } = await grown({}, later);
    expect(inTime).toEqual([]);
    expect(late).toEqual(['0 safety firing late', '0 safety fire', expect.stringMatching(/^1[4-6] safety resolve$/)]);
  });
});
