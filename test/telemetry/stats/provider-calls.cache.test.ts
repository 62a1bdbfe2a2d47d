import { expect, test } from 'vitest';
import { readCallMinutes, readTimedCalls } from '../../../src/telemetry/stats/provider-calls.cache.ts';
import { ownershipOf } from '../../../src/telemetry/traces/ownership.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { pricedSpan } from '../../support/cache.ts';
import { minute, noon } from '../../support/facts.ts';
import { openTraceStore } from '../../support/trace-store.ts';

const us = noon * 1000;
const ownership = ownershipOf([{ agent: 'support', source: 'prod', match: { trace_name: 'support' } }]);
const call = (no: number, parts: Partial<Parameters<typeof pricedSpan>[0]> = {}) =>
  pricedSpan({
    ...{ traceId: no.toString(16).padStart(32, '0'), spanId: '1'.padStart(16, '0'), traceName: 'support', name: 'chat', kind: 'llm' },
    ...{ provider: 'anthropic', model: 'm', startUs: us + no * 1_000_000, durationUs: 500_000, status: 'ok' },
    ...parts,
  });

test('calls are counted by the minute in which they began, with what their provider answers for; probes, tools and guardrails are not', async () => {
  const { cache } = await openTraceStore();
  const failed = { status: 'error' } as const;
  const spans = [
    call(1, { isCut: false }),
    call(2, { isCut: true, ttftUs: 100_000 }),
    call(3, { ...failed, errorType: 'rate_limit' }),
    call(4, { ...failed, errorType: 'timeout' }),
    call(5, { ...failed, errorType: 'guardrail' }),
    call(6, { kind: 'tool', provider: null, model: null }),
    call(7, { synthetic: true }),
    call(61, { provider: 'openai' }),
  ];
  upsertPage(cache, ownership, { source: 'prod', spans, scores: [], progress: { cursor: null, highUs: us, syncedUs: us } });
  const range = { fromUs: us, toUs: us + 5 * 60_000_000 };
  const of = { agent: 'support', model: 'm' };
  expect([...readCallMinutes(cache, range)]).toEqual([
    { ...of, at: noon, provider: 'anthropic', n: 5, bad: 2, limited: 1, timedOut: 1 },
    { ...of, at: noon + minute, provider: 'openai', n: 1, bad: 0, limited: 0, timedOut: 0 },
  ]);
  expect([...readTimedCalls(cache, range)].map(({ isCut, ttftUs, isBad }) => [isCut, ttftUs, isBad])).toEqual([
    [false, null, false],
    [true, 100_000, false],
    [null, null, true],
    [null, null, true],
    [null, null, false],
    [null, null, false],
  ]);
});
