import { describe, expect, it } from 'vitest';
import { phoenixScore, phoenixSpans } from '../../../src/telemetry/traces/phoenix-rows.ts';

const row = {
  id: 'U3Bhbjo0Mg==',
  name: 'ChatCompletion',
  context: { trace_id: '5b8efff798038103d269b633813fc60c', span_id: 'EEE19B7EC3C1B174' },
  span_kind: 'LLM',
  parent_id: 'eee19b7ec3c1b173',
  start_time: '2026-11-22T18:04:11.201000+00:00',
  end_time: '2026-11-22T18:04:14.870000',
  status_code: 'OK',
  status_message: '',
  attributes: {
    'llm.model_name': 'claude-sonnet-5',
    'llm.provider': 'anthropic',
    'llm.token_count.prompt': 1840,
    'llm.token_count.completion': 212,
    'llm.token_count.prompt_details.cache_read': 1024,
    'session.id': 's-4411',
    'agent.name': 'billing',
  },
  events: [],
};
const nested = {
  llm: {
    model_name: 'claude-sonnet-5',
    provider: 'anthropic',
    token_count: { prompt: 1840, completion: 212, prompt_details: { cache_read: 1024 } },
  },
  session: { id: 's-4411' },
  agent: { name: 'billing' },
};
const first = (part: object) => phoenixSpans([{ ...row, ...part }])[0];

describe('a span of Phoenix', () => {
  it('speaks OpenInference', () => {
    expect(first({})).toMatchObject({
      traceId: row.context.trace_id,
      spanId: 'eee19b7ec3c1b174',
      parentId: 'eee19b7ec3c1b173',
      kind: 'llm',
      name: 'ChatCompletion',
      agentName: 'billing',
      provider: 'anthropic',
      model: 'claude-sonnet-5',
      startUs: 1795370651201000,
      durationUs: 3_669_000,
      status: 'ok',
      tokens: { input: 1840, output: 212, cachedRead: 1024 },
      reportedCostNanos: null,
      session: 's-4411',
    });
  });

  it('means the same with nested attributes', () => expect(first({ attributes: nested })).toEqual(first({})));

  it('keeps metadata together', () => {
    expect(first({ attributes: { metadata: { tier: 'gold', depth: { a: 1 } } } })?.metadata).toEqual({ tier: 'gold', depth: '{"a":1}' });
  });

  it('takes the type of an error from its exception', () => {
    const event = {
      name: 'exception',
      timestamp: row.end_time,
      attributes: { 'exception.type': 'RateLimitError', 'exception.message': 'slow down' },
    };
    expect(first({ status_code: 'ERROR', events: [event] })).toMatchObject({
      status: 'error',
      errorType: 'rate_limit',
      statusMessage: 'slow down',
    });
  });

  it('has a root, an open end and an unset status', () => {
    expect(first({ parent_id: null, end_time: null, status_code: 'UNSET' })).toMatchObject({
      parentId: null,
      durationUs: null,
      status: 'unset',
    });
  });

  it('passes over rows that are none', () => {
    expect(phoenixSpans([null, 7, {}, { ...row, context: {} }, { ...row, start_time: 'x' }])).toEqual([]);
  });
});

describe('an annotation', () => {
  const annotation = {
    id: 'a1',
    span_id: 'EEE19B7EC3C1B174',
    name: 'correctness',
    annotator_kind: 'HUMAN',
    result: { label: 'good', score: 0.9, explanation: 'as asked' },
    created_at: '2026-11-22T18:05:00Z',
    updated_at: '2026-11-22T18:06:00Z',
  };
  const traceOf = (spanId: string) => (spanId === 'eee19b7ec3c1b174' ? 't1' : null);

  it('grades its span', () => {
    expect(phoenixScore(annotation, traceOf)).toEqual({
      id: 'a1',
      traceId: 't1',
      spanId: 'eee19b7ec3c1b174',
      name: 'correctness',
      value: 0.9,
      label: 'good',
      source: 'human',
      atUs: 1795370700000000,
      updatedUs: 1795370760000000,
    });
  });

  it('grades its trace', () => {
    const { span_id: _, ...ofTrace } = { ...annotation, trace_id: 'T1' };
    expect(phoenixScore(ofTrace, traceOf)).toMatchObject({ traceId: 't1', spanId: null });
  });

  it('is nothing without a grade, or about a span nobody knows', () => {
    expect(phoenixScore({ ...annotation, result: { explanation: 'hm' } }, traceOf)).toBeNull();
    expect(phoenixScore({ ...annotation, result: null }, traceOf)).toBeNull();
    expect(phoenixScore(annotation, () => null)).toBeNull();
  });
});
