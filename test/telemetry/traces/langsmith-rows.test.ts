import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/ground/json.ts';
import { langsmithScore, langsmithSpan } from '../../../src/telemetry/traces/langsmith-rows.ts';

const trace = '019a2f0c-79f0-7d11-8a21-5f0b0f3c2211';
const call = {
  id: '019a2f0c-7b1e-7c3a-9d52-1f5d9f0a11aa',
  name: 'ChatAnthropic',
  run_type: 'LLM',
  status: 'SUCCESS',
  start_time: '2026-11-22T18:04:11.201000Z',
  end_time: '2026-11-22T18:04:14.870000Z',
  first_token_time: '2026-11-22T18:04:11.902000Z',
  trace_id: trace,
  thread_id: 'b1f6f2d4-0b4e-4a71-a6de-2b8f5d7a7c10',
  parent_run_ids: [trace, '019a2f0c-7a00-7d11-8a21-5f0b0f3c2212'],
  prompt_tokens: 1840,
  completion_tokens: 212,
  total_tokens: 2052,
  total_cost: 0.0087,
  prompt_token_details: { raw: { cache_read: 1024, cache_creation: 300, ephemeral_1h_input_tokens: 100 } },
  completion_token_details: { raw: { reasoning: 12 } },
  tags: ['prod'],
  metadata: { ls_provider: 'anthropic', ls_model_name: 'claude-sonnet-5', agent: 'billing', tries: 3, list: [1] },
};

describe('a run of v2', () => {
  it('becomes a model call with its parent, its times and inclusive tokens', () => {
    expect(langsmithSpan(call)).toMatchObject({
      traceId: trace,
      spanId: call.id,
      parentId: '019a2f0c-7a00-7d11-8a21-5f0b0f3c2212',
      kind: 'llm',
      name: 'ChatAnthropic',
      agentName: 'billing',
      provider: 'anthropic',
      model: 'claude-sonnet-5',
      startUs: 1795370651201000,
      durationUs: 3_669_000,
      ttftUs: 701_000,
      status: 'ok',
      errorType: null,
      tokens: { input: 1840, output: 212, cachedRead: 1024, cachedWrite: 200, cachedWrite1h: 100, reasoning: 12 },
      reportedCostNanos: 8_700_000,
      session: 'b1f6f2d4-0b4e-4a71-a6de-2b8f5d7a7c10',
      traceName: null,
      tags: ['prod'],
      metadata: { agent: 'billing', tries: '3', list: '[1]' },
      updatedUs: null,
    });
  });

  it('counts cached tokens into an input that leaves them out', () => {
    const { tokens } = langsmithSpan({ ...call, prompt_tokens: 516 }) ?? {};
    expect(tokens?.input).toBe(516 + 1324);
  });

  it('is unpriced where the cost is 0, and names no usage where both counts are 0', () => {
    expect(langsmithSpan({ ...call, total_cost: 0 })).toMatchObject({ reportedCostNanos: null });
    expect(langsmithSpan({ ...call, prompt_tokens: 0, completion_tokens: 0 })?.tokens.input).toBeNull();
  });

  it('runs on while it is pending', () => {
    expect(langsmithSpan({ ...call, status: 'PENDING', end_time: null })).toMatchObject({ status: 'unset', durationUs: null });
  });

  it('tells what went wrong', () => {
    const failed = { ...call, status: 'ERROR', error_preview: 'RateLimitError: 429 Too Many Requests', error: 'the whole stack' };
    expect(langsmithSpan(failed)).toMatchObject({ status: 'error', errorType: 'rate_limit', statusMessage: failed.error_preview });
    expect(langsmithSpan({ ...failed, run_type: 'TOOL', error_preview: 'KeyError' })).toMatchObject({ kind: 'tool', errorType: 'tool' });
  });

  it('names the trace where it is the root', () => {
    expect(langsmithSpan({ ...call, id: trace, parent_run_ids: [], run_type: 'CHAIN', name: 'support' })).toMatchObject({
      parentId: null,
      kind: 'other',
      traceName: 'support',
    });
  });
});

describe('a run of v1', () => {
  const old = {
    id: call.id,
    trace_id: trace,
    parent_run_id: trace,
    parent_run_ids: [trace],
    name: 'search',
    run_type: 'retriever',
    status: 'error',
    error: 'TimeoutError()',
    start_time: '2026-11-22T18:04:11.201000',
    end_time: '2026-11-22T18:04:11.301000',
    last_queued_at: '2026-11-22T18:05:00.000001',
    prompt_tokens: 10,
    completion_tokens: 0,
    prompt_token_details: { cache_read: 4 },
    total_cost: '0.0087',
    extra: { metadata: { session_id: 's-1' }, invocation_params: { model: 'gpt-5' } },
  };

  it('reads times without a zone as UTC and costs as text', () => {
    expect(langsmithSpan(old)).toMatchObject({
      parentId: trace,
      kind: 'retrieval',
      startUs: 1795370651201000,
      durationUs: 100_000,
      status: 'error',
      errorType: 'timeout',
      updatedUs: 1795370700000001,
      reportedCostNanos: 8_700_000,
      tokens: { input: 10, output: 0, cachedRead: 4 },
      session: 's-1',
      model: 'gpt-5',
    });
  });
});

it.each<Json>([null, 7, [], {}, { id: 'x' }, { ...call, start_time: 'soon' }, { ...call, trace_id: null }])('is no run: %j', (row) => {
  expect(langsmithSpan(row)).toBeNull();
});

describe('feedback', () => {
  const row = {
    id: 'f1',
    run_id: call.id,
    trace_id: trace,
    key: 'correctness',
    score: 0.5,
    value: null,
    feedback_source: { type: 'model' },
    created_at: '2026-11-22T18:06:00Z',
    modified_at: '2026-11-22T18:07:00Z',
  };

  it('grades its run', () => {
    expect(langsmithScore(row)).toEqual({
      id: 'f1',
      traceId: trace,
      spanId: call.id,
      name: 'correctness',
      value: 0.5,
      label: null,
      source: 'model',
      atUs: 1795370760000000,
      updatedUs: 1795370820000000,
    });
  });

  it('grades the trace on the root run', () => expect(langsmithScore({ ...row, run_id: trace })?.spanId).toBeNull());

  it.each([
    [true, 1],
    [false, 0],
    [-3, -3],
  ])('score %j is %j', (score, value) => expect(langsmithScore({ ...row, score })?.value).toBe(value));

  it('has a category for a value', () => {
    expect(langsmithScore({ ...row, score: null, value: 'rude' })).toMatchObject({ value: null, label: 'rude' });
  });

  it('is nothing where it is a bare comment, or about a whole conversation', () => {
    expect(langsmithScore({ ...row, score: null, comment: 'nice' })).toBeNull();
    expect(langsmithScore({ ...row, run_id: null, trace_id: null })).toBeNull();
  });
});
