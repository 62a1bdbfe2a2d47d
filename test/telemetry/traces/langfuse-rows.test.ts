import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/ground/json.ts';
import { isLangfuseOwn, langfuseScore, langfuseSpan } from '../../../src/telemetry/traces/langfuse-rows.ts';
import type { Score, Span } from '../../../src/telemetry/traces/span.ts';
import { langfuseRows } from '../../support/langfuse-recorded.ts';

const usd = (amount: number) => Math.round(amount * 1e9);
const at = (iso: string) => Date.parse(iso) * 1000;
const spansOf = (name: string): readonly Span[] => langfuseRows(name).flatMap((row) => langfuseSpan(row, null) ?? []);
const named = (name: string): Span => {
  const found = spansOf('observations.v2.all-groups').find((span) => span.name === name);
  if (found === undefined) throw new Error(`no span ${name}`);
  return found;
};
const row = (parts: { readonly [key: string]: Json }): Json => ({ id: 'b', traceId: 'a', startTime: '2026-11-23T07:00:00.000Z', ...parts });
const spanOfRow = (parts: { readonly [key: string]: Json }): Span => {
  const span = langfuseSpan(row(parts), null);
  if (span === null) throw new Error('no span');
  return span;
};

describe('observations a real v4 server answered with', () => {
  it('tell everything that a figure needs', () => {
    expect(named('gen-usage-only')).toEqual({
      traceId: 'a1'.repeat(16),
      spanId: '1111111111111111',
      parentId: null,
      kind: 'llm',
      name: 'gen-usage-only',
      agentName: null,
      provider: null,
      model: 'gpt-4o',
      startUs: at('2026-11-23T07:24:51.508Z'),
      durationUs: 1_500_000,
      ttftUs: null,
      status: 'unset',
      errorType: null,
      statusMessage: null,
      tokens: { input: 1000, output: 200, cachedRead: null, cachedWrite: null, cachedWrite1h: null, reasoning: null },
      reportedCostNanos: usd(0.0045),
      serviceTier: null,
      user: null,
      session: null,
      task: null,
      environment: 'prod',
      release: null,
      promptName: null,
      promptVersion: null,
      serviceName: null,
      traceName: 'gen-usage-only',
      tags: [],
      metadata: {},
      updatedUs: at('2026-11-23T07:24:51.729Z'),
      input: null,
      output: null,
    });
  });

  it('count cached tokens beside the input: they are added', () => {
    expect(named('gen-cached').tokens).toMatchObject({ input: 1000, cachedRead: 900, output: 5 });
    expect(named('gen-cached').ttftUs).toBe(491_000);
    expect(named('gen-cached').reportedCostNanos).toBe(usd(0.001425));
  });

  it('say 0 for a cost that nobody knows', () => {
    expect(named('gen-unknown-model')).toMatchObject({ model: 'my-llm', reportedCostNanos: null, tokens: { input: 10, output: 2 } });
  });

  it('say 0 for a cost of which only the parts were told', () => {
    expect(named('gen-cost-nototal')).toMatchObject({ reportedCostNanos: usd(0.6), tokens: { input: 40, cachedRead: 30, output: 2 } });
  });

  it('tell errors by their level', () => {
    expect(named('otel-error')).toMatchObject({ status: 'error', errorType: 'llm', statusMessage: 'kaboom' });
  });

  it('tell who asked, and which agent answered', () => {
    const [call, agent] = spansOf('observations.v2.sdk-trace');
    expect(call).toMatchObject({
      parentId: '48df5a3ae42d50fa',
      kind: 'llm',
      user: 'u1',
      session: 's1',
      tags: ['t1'],
      release: 'r1',
      traceName: null,
      durationUs: 0,
      reportedCostNanos: usd(0.01),
      metadata: { version: 'v1' },
    });
    expect(agent).toMatchObject({ kind: 'agent', agentName: 'agent-run', traceName: 'agent-run', model: null, reportedCostNanos: null });
    expect(agent?.tokens).toMatchObject({ input: null, output: null });
  });

  it('come twice with another start, and tell which is newer', () => {
    const [newer, older] = spansOf('observations.v2.duplicate-id-after-reingest');
    expect(newer?.spanId).toBe(older?.spanId);
    expect((newer?.updatedUs ?? 0) - (older?.updatedUs ?? 0)).toBe(4_093_000);
    expect([newer?.status, older?.status]).toEqual(['unset', 'error']);
  });

  it('are spans even where only the core was asked for', () => {
    expect(spansOf('observations.v2.page1')).toHaveLength(2);
    expect(spansOf('observations.v2.page1')[0]).toMatchObject({ name: '(unnamed)', updatedUs: null, reportedCostNanos: null });
  });
});

describe('observations of an older server', () => {
  const [trace] = langfuseRows('legacy.traces.core');
  const [call, open] = langfuseRows('legacy.observations.v1').map((each) => langfuseSpan(each, trace ?? null));

  it('take from their trace what stands there alone', () => {
    expect(call).toMatchObject({
      traceName: 'agent-x',
      user: 'u9',
      session: 's9',
      release: 'r9',
      tags: ['agentops'],
      environment: 'prod',
      ttftUs: 100_000,
      durationUs: 500_000,
      status: 'error',
      statusMessage: 'boom',
      reportedCostNanos: usd(0.0035),
      tokens: { input: 1000, output: 100 },
      metadata: { version: 'v9' },
    });
  });

  it('may be open still, with zeros for what was not told', () => {
    expect(open).toMatchObject({ durationUs: null, reportedCostNanos: null, model: null, status: 'unset' });
    expect(open?.tokens).toMatchObject({ input: null, output: null });
  });

  it('are read without any trace', () => {
    expect(langfuseSpan(langfuseRows('legacy.observations.v1')[0] ?? null, null)).toMatchObject({ traceName: null, user: null });
  });

  it('have two numbers and one cost on a server of v2', () => {
    const told = spanOfRow({ usage: { input: 12, output: 0, total: 12 }, calculatedTotalCost: 0.25 });
    expect(told).toMatchObject({ tokens: { input: 12, output: null }, reportedCostNanos: usd(0.25) });
    expect(spanOfRow({ usage: { input: 12 }, calculatedTotalCost: 0 }).reportedCostNanos).toBeNull();
  });
});

describe('the traps of a row', () => {
  it.each([
    [{ input: 0.1, output: 0.2, total: 0.35 }, usd(0.35)],
    [{ total: 0 }, 0],
    [{ input: 0.1, output: 0.2 }, usd(0.3)],
    [{ input: '0.1', output: '0.2' }, usd(0.3)],
    [{ total: null, input: 0.1 }, usd(0.1)],
    [{ total: -1 }, null],
    [{}, null],
  ] as const)('cost details %j cost %j nano-dollars', (costDetails, nanos) => {
    expect(spanOfRow({ costDetails, totalCost: 0 }).reportedCostNanos).toBe(nanos);
  });

  it.each([
    [
      { input: 100, input_cached_tokens: 900, output: 5, total: 1005 },
      { input: 1000, cachedRead: 900, output: 5 },
    ],
    [
      { input: 3, cache_creation_input_tokens: 2000, cache_read_input_tokens: 100, output: 7 },
      { input: 2103, cachedWrite: 2000, cachedRead: 100 },
    ],
    [
      { input: 10, input_cache_creation_1h: 500, output: 1 },
      { input: 510, cachedWrite1h: 500 },
    ],
    [
      { input: 10, output: 20, output_reasoning_tokens: 80, total: 110 },
      { input: 10, output: 100, reasoning: 80 },
    ],
    [
      { input: 10, input_audio_tokens: 5, output: 1, total: 16 },
      { input: 15, output: 1 },
    ],
    [
      { input: '10', output: '2' },
      { input: 10, output: 2 },
    ],
    // The total tells that the cached tokens stand in the input already, as many integrations send it.
    [
      { input: 1000, input_cached_tokens: 900, output: 5, total: 1005 },
      { input: 1000, cachedRead: 900, output: 5 },
    ],
    [{ total: 12 }, { input: null, output: null }],
  ] as const)('usage details %j', (usageDetails, counts) => {
    expect(spanOfRow({ usageDetails }).tokens).toMatchObject(counts);
  });

  it('-1, "" and null stand for what is not known', () => {
    const span = spanOfRow({
      latency: -1,
      timeToFirstToken: -1,
      statusMessage: '',
      model: '',
      userId: '',
      release: null,
      promptVersion: null,
      endTime: null,
    });
    expect(span).toMatchObject({
      durationUs: null,
      ttftUs: null,
      statusMessage: null,
      model: null,
      user: null,
      release: null,
      promptVersion: null,
    });
  });

  it('the model stands under either name', () => {
    expect(spanOfRow({ providedModelName: 'gpt-4o' }).model).toBe('gpt-4o');
    expect(spanOfRow({ model: 'gpt-4o', providedModelName: 'other' }).model).toBe('gpt-4o');
  });

  it('seconds and instants become microseconds', () => {
    expect(spanOfRow({ timeToFirstToken: 0.491 }).ttftUs).toBe(491_000);
    expect(spanOfRow({ completionStartTime: '2026-11-23T07:00:00.250Z', timeToFirstToken: 9 }).ttftUs).toBe(250_000);
    expect(spanOfRow({ endTime: '2026-11-23T06:59:59.000Z' }).durationUs).toBe(0);
  });

  it('metadata is opened by one level', () => {
    const span = spanOfRow({ metadata: { resourceAttributes: { 'service.name': 'support' }, team: 'cx', n: 3, list: [1] } });
    expect(span.serviceName).toBe('support');
    expect(span.metadata).toEqual({ 'resourceAttributes.service.name': 'support', team: 'cx', n: '3', list: '[1]' });
  });

  it('prompt versions are numbers told as text, tiers stand among the parameters', () => {
    expect(spanOfRow({ promptName: 'greet', promptVersion: 3, modelParameters: { service_tier: 'flex' } })).toMatchObject({
      promptName: 'greet',
      promptVersion: '3',
      serviceTier: 'flex',
    });
  });

  it('Langfuse keeps environments for itself', () => {
    expect(['langfuse-llm-as-a-judge', 'langfuse-prompt-experiment', 'sdk-experiment'].every(isLangfuseOwn)).toBe(true);
    expect([null, 'prod', 'default', 'langfusey', 'my-sdk-experiment'].some(isLangfuseOwn)).toBe(false);
  });
});

describe('scores', () => {
  it('of v3 name their subject', () => {
    const scores = langfuseRows('scores.v3').map(langfuseScore);
    expect(scores[0]).toEqual({
      id: 'sc-9',
      traceId: 'tr-1',
      spanId: null,
      name: 'q',
      value: 0.5,
      label: null,
      source: 'api',
      atUs: at('2026-11-23T07:28:00.000Z'),
      updatedUs: at('2026-11-23T07:28:02.892Z'),
    } satisfies Score);
    expect(scores[1]).toBeNull(); // on an experiment, not on a trace
    expect(scores[2]).toMatchObject({ traceId: 'e5'.repeat(16), spanId: '5151515151515151', value: 1 });
  });

  it('of v2 have flat ids', () => {
    expect(langfuseRows('legacy.scores.v2').map(langfuseScore)).toMatchObject([{ traceId: 'tr-1', spanId: null, value: 0.5, label: null }]);
  });

  const graded = (parts: { readonly [key: string]: Json }) =>
    langfuseScore({ id: 's', name: 'n', timestamp: '2026-11-23T07:00:00Z', traceId: 'a', ...parts });
  it.each([
    [
      { dataType: 'BOOLEAN', value: true },
      { value: 1, label: null },
    ],
    [
      { dataType: 'BOOLEAN', value: 0, stringValue: 'False' },
      { value: 0, label: null },
    ],
    [
      { dataType: 'CATEGORICAL', value: 'good' },
      { value: null, label: 'good' },
    ],
    [
      { dataType: 'CATEGORICAL', value: 2, stringValue: 'good' },
      { value: null, label: 'good' },
    ],
    [{ value: 3 }, { value: 3, label: null }],
    [{ value: 'good' }, { value: null, label: 'good' }],
    [
      { dataType: 'NUMERIC', value: 1, observationId: 'o', source: 'ANNOTATION' },
      { spanId: 'o', source: 'annotation' },
    ],
  ] as const)('%j', (parts, expected) => expect(graded(parts)).toMatchObject(expected));

  it('are none where free text stands, or no number, or no trace', () => {
    expect(graded({ dataType: 'TEXT', value: 'a long story' })).toBeNull();
    expect(graded({ dataType: 'CORRECTION', value: 'what it should have said' })).toBeNull();
    expect(graded({ dataType: 'NUMERIC', value: null })).toBeNull();
    expect(graded({ value: 1, traceId: null, sessionId: 's1' })).toBeNull();
  });
});

describe('whatever a server answers', () => {
  const keys = Object.keys({ ...langfuseRows('observations.v2.all-groups')[0], ...langfuseRows('scores.v3')[0], usage: 0, stringValue: 0 });
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
    fc.constantFrom<Json>(
      -1,
      '',
      1e300,
      -Number.MAX_VALUE,
      '2026-11-23T07:00:00Z',
      { input: -5, total: '7', cached: null },
      { kind: 'trace', id: 't' },
    ),
  );
  const rows = fc
    .dictionary(fc.constantFrom(...keys), value)
    .map((given) => ({ id: 'i', traceId: 't', startTime: '2026-11-23T07:00:00Z', timestamp: '2026-11-23T07:00:00Z', ...given }));

  it('becomes a span and a score of sane numbers, or nothing', () => {
    fc.assert(
      fc.property(rows, fc.option(rows), (given, trace) => {
        const span = langfuseSpan(given as Json, trace as Json);
        const score = langfuseScore(given as Json);
        const numbers = [
          span?.startUs,
          span?.durationUs,
          span?.ttftUs,
          span?.reportedCostNanos,
          ...Object.values(span?.tokens ?? {}),
          span?.updatedUs,
        ];
        for (const number of numbers) if (typeof number === 'number') expect(Number.isSafeInteger(number)).toBe(true);
        for (const count of [span?.durationUs, span?.ttftUs, span?.reportedCostNanos]) expect(count ?? 0).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(score?.value ?? 0)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
