import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { braintrustScores, braintrustSpan } from '../../../src/telemetry/traces/braintrust-rows.ts';
import { firstTransaction, transactionUs } from '../../../src/telemetry/traces/braintrust-transaction.ts';

const row = {
  id: '2f6d0d9e-4a1f-4b1c-8f33-0f8a2d9f7c01',
  span_id: 'c1b7a0d2-2d1e-4f64-9f3a-77e2b3f0aa10',
  root_span_id: '9d0b7f64-7d7f-4f8c-9a55-1c1f52b0e001',
  span_parents: ['9d0b7f64-7d7f-4f8c-9a55-1c1f52b0e001'],
  is_root: false,
  created: '2026-11-22T18:04:15.102Z',
  _xact_id: '1000196104502345679',
  span_attributes: { name: 'anthropic.messages.create', type: 'llm' },
  error: null,
  scores: { Factuality: 0.83, Skipped: null },
  tags: ['prod'],
  metadata: { model: 'claude-sonnet-5', provider: 'anthropic', session_id: 's-4411' },
  metrics: {
    start: 1795370651.201,
    end: 1795370654.87,
    prompt_tokens: 1840,
    completion_tokens: 212,
    tokens: 2052,
    prompt_cached_tokens: 1024,
    time_to_first_token: 0.701,
    estimated_cost: 0.0087,
  },
};

describe('a row of the logs', () => {
  it('becomes a span that lasts from its metrics, not from when it was written', () => {
    expect(braintrustSpan(row)).toMatchObject({
      traceId: row.root_span_id,
      spanId: row.span_id,
      parentId: row.root_span_id,
      kind: 'llm',
      name: 'anthropic.messages.create',
      provider: 'anthropic',
      model: 'claude-sonnet-5',
      startUs: 1795370651201000,
      durationUs: 3_669_000,
      ttftUs: 701_000,
      status: 'ok',
      tokens: { input: 1840, output: 212, cachedRead: 1024, cachedWrite: null, reasoning: null },
      reportedCostNanos: 8_700_000,
      session: 's-4411',
      tags: ['prod'],
      traceName: null,
      metadata: { model: 'claude-sonnet-5' },
    });
  });

  it('runs on where it has no end', () => {
    expect(braintrustSpan({ ...row, metrics: { start: 1795370651.201 } })).toMatchObject({
      status: 'unset',
      durationUs: null,
      tokens: { input: null },
    });
  });

  it('starts when it was written where nothing else is told', () => {
    expect(braintrustSpan({ ...row, metrics: null })).toMatchObject({ startUs: 1795370655102000, durationUs: null });
  });

  it.each([
    ['Request timed out', 'timeout', 'Request timed out'],
    [{ message: 'quota exceeded', code: 429 }, 'rate_limit', 'quota exceeded'],
    [['odd'], 'llm', '["odd"]'],
  ])('failed with %j', (error, errorType, statusMessage) => {
    expect(braintrustSpan({ ...row, error })).toMatchObject({ status: 'error', errorType, statusMessage });
  });

  it('is the root where it has no parents', () => {
    expect(braintrustSpan({ ...row, span_parents: [], is_root: true })).toMatchObject({
      parentId: null,
      traceName: row.span_attributes.name,
    });
    expect(braintrustSpan({ ...row, span_parents: null })).toMatchObject({ parentId: null });
  });

  it.each([null, 'x', [], {}, { ...row, span_id: 7 }, { ...row, root_span_id: null }, { ...row, metrics: null, created: null }])(
    'is none: %j',
    (none) => expect(braintrustSpan(none)).toBeNull(),
  );
});

describe('scores on a row', () => {
  it('grade its span, without those that were not given', () => {
    expect(braintrustScores(row)).toEqual([
      {
        id: `${row.id}:Factuality`,
        traceId: row.root_span_id,
        spanId: row.span_id,
        name: 'Factuality',
        value: 0.83,
        label: null,
        source: 'log',
        atUs: 1795370655102000,
        updatedUs: transactionUs(row._xact_id),
      },
    ]);
  });

  it('grade the span above where a scorer wrote them below it', () => {
    const [score] = braintrustScores({ ...row, span_attributes: { name: 'Factuality', type: 'score' } });
    expect(score).toMatchObject({ spanId: row.root_span_id, source: 'eval' });
  });

  it('grade the trace on its root', () => expect(braintrustScores({ ...row, span_parents: [], is_root: true })[0]?.spanId).toBeNull());

  it('are none where there are none', () => {
    for (const none of [null, {}, { ...row, scores: null }, { ...row, scores: [1] }]) expect(braintrustScores(none)).toEqual([]);
  });
});

describe('transaction ids', () => {
  it('tell when they were written, to the second', () => {
    // A row of Braintrust's API as a third party recorded it, created 2025-03-18T14:16:28.539Z.
    expect(Math.floor((transactionUs('1000194776110029234') ?? 0) / 1e6)).toBe(Date.parse('2025-03-18T14:16:29Z') / 1000);
  });

  it('keep their order', () => {
    const id = fc.bigInt({ min: 0x0de1n << 48n, max: (0x0de1n << 48n) + (1n << 48n) - 1n }).map(String);
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(Math.sign((transactionUs(a) ?? 0) - (transactionUs(b) ?? 0))).toBe(BigInt(a) < BigInt(b) ? -1 : a === b ? 0 : 1);
      }),
    );
  });

  it('bound every write from an instant on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e15 }), (us) => {
        const bound = firstTransaction(us);
        expect(bound).toMatch(/^\d{19}$/);
        expect(transactionUs(bound)).toBe(Math.floor(us / 1e6) * 1e6);
      }),
    );
  });

  it('are nothing else', () => {
    for (const id of [null, '', '0', '12', '1000196104502345679x', '9999999999999999999', '0000196104502345679'])
      expect(transactionUs(id)).toBeNull();
  });
});
