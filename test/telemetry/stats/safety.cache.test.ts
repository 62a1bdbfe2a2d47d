import { expect, onTestFinished, test } from 'vitest';
import { readLargestRequests } from '../../../src/telemetry/stats/dear-requests.cache.ts';
import { readSafety } from '../../../src/telemetry/stats/safety.cache.ts';
import { dictionaryOf } from '../../../src/telemetry/traces/dictionary.cache.ts';
import type { Score } from '../../../src/telemetry/traces/span.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { pricedSpan, temporaryCache } from '../../support/cache.ts';
import { figuresOwnership, hourUs, requestSpans, takeRequests, traceIdOf } from '../../support/figures-fleet.ts';

const nowUs = Date.UTC(2026, 10, 20, 12) * 1000;
const window = { fromUs: nowUs - hourUs / 4, toUs: nowUs };

const open = async () => {
  const cache = await temporaryCache();
  onTestFinished(() => cache.close());
  return cache;
};

const score = (no: number, name: string, parts: Partial<Score>): Score => ({
  id: `${no}-${name}`,
  traceId: traceIdOf(no),
  spanId: null,
  name,
  value: null,
  label: null,
  source: 'judge',
  atUs: nowUs - 1000,
  updatedUs: nowUs - 1000,
  ...parts,
});

test('tool calls, guardrails and failed scores are seen while their requests run or their grades come, and no longer', async () => {
  const cache = await open();
  const guardrail = pricedSpan({
    traceId: traceIdOf(2),
    spanId: '00000000000000ff',
    parentId: '0000000000000001',
    name: 'pii',
    kind: 'guardrail',
    startUs: nowUs - hourUs,
  });
  takeRequests(
    cache,
    nowUs,
    [
      { no: 1, startUs: nowUs - 60_000_000 },
      { no: 2, startUs: nowUs - 2 * hourUs },
      { no: 3, startUs: nowUs - 3 * hourUs },
    ],
    [
      score(1, 'no-pii', { value: 0 }),
      score(2, 'no-pii', { label: 'FAIL' }),
      score(3, 'no-pii', { value: 0, atUs: nowUs - hourUs }),
      score(1, 'tone', { value: 0 }),
      score(2, 'no-pii-again', { value: 1 }),
    ],
  );
  const query = { toolsOf: ['support'], scoresOf: new Map([['support', ['no-pii', 'no-pii-again']]]) };
  expect(readSafety(cache, window, query)).toEqual(
    new Map([['support', { toolCalls: new Map([['search_kb', 2]]), blocked: 0, failedScores: new Map([['no-pii', 2]]) }]]),
  );
  // The second request turns out to have run on until now, and into a guardrail.
  const [entry] = requestSpans({ no: 2, startUs: nowUs - 2 * hourUs });
  if (entry === undefined) throw new Error('there is no request');
  const spans = [
    { ...entry, durationUs: 2 * hourUs - 1, updatedUs: nowUs },
    { ...guardrail, traceName: 'support', status: 'error' as const },
  ];
  upsertPage(cache, figuresOwnership, { source: 'prod', spans, scores: [] });
  expect(readSafety(cache, window, { toolsOf: [], scoresOf: new Map() })).toEqual(
    new Map([['support', { toolCalls: new Map(), blocked: 1, failedScores: new Map() }]]),
  );
});

test('the largest request is told of the agents alone that have one beyond a limit', async () => {
  const cache = await open();
  takeRequests(cache, nowUs, [
    { no: 1, startUs: nowUs - hourUs },
    { no: 2, startUs: nowUs - hourUs, costNanos: 9_000_000, research: 'fine' },
  ]);
  const none = { perRequestNanos: null, tokensPerRequest: null, stepsPerRequest: null };
  const largest = (limits: Partial<typeof none> | Record<string, number>) =>
    readLargestRequests(
      cache,
      { fromUs: nowUs - 2 * hourUs, toUs: nowUs },
      new Map([
        ['support', { ...none, ...limits }],
        ['idle', { ...none, ...limits }],
      ]),
    );
  expect(largest({})).toEqual(new Map());
  expect(largest({ perRequestNanos: 9_000_000, tokensPerRequest: 1100, stepsPerRequest: 3 })).toEqual(new Map());
  expect(largest({ perRequestNanos: 8_999_999 })).toEqual(new Map([['support', { costNanos: 9_000_000, tokens: 1100, steps: 3 }]]));
  expect(largest({ stepsPerRequest: 2 }).get('support')).toMatchObject({ steps: 3 });
});

test('limits of more agents than SQLite takes conditions are held against what each took', async () => {
  const cache = await open();
  takeRequests(cache, nowUs, [{ no: 1, startUs: nowUs - 60_000_000 }]);
  const limit = { perRequestNanos: 1, tokensPerRequest: null, stepsPerRequest: null };
  const limits = new Map<string, typeof limit>(Array.from({ length: 2000 }, (_, at) => [`agent-${at}`, limit]));
  // Every one of them is known, so that each would have a condition of its own.
  for (const name of limits.keys()) dictionaryOf(cache).number('agent', name);
  expect([...readLargestRequests(cache, window, limits.set('support', limit)).keys()]).toEqual(['support']);
});
