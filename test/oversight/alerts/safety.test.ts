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
