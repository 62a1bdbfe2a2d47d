import { describe, expect, test } from 'vitest';
import { rebuildRollups } from '../../../src/telemetry/stats/rebuild-rollups.ts';
import { ownershipOf } from '../../../src/telemetry/traces/ownership.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { readTrace } from '../../../src/telemetry/traces/trace.cache.ts';
import { pricedSpan, temporaryCache } from '../../support/cache.ts';

const ownership = ownershipOf([
  { agent: 'support', source: 'prod', match: { trace_name: 'support' } },
  { agent: 'research', source: 'prod', match: { agent_name: 'R' } },
  { agent: 'writer', source: 'prod', match: { agent_name: 'W' } },
]);

type Told = Omit<Parameters<typeof pricedSpan>[0], 'traceId' | 'spanId' | 'name' | 'startUs'> & { startUs?: number };
const tokens = (input: number, output = 0) => ({
  input,
  output,
  cachedRead: null,
  cachedWrite: null,
  cachedWrite1h: null,
  reasoning: null,
});

/** One trace through the cache and back, its spans arriving one page each, children first. */
const traceOf = async (spans: Readonly<Record<string, readonly [parent: string | null, told?: Told]>>) => {
  const cache = await temporaryCache();
  const made = Object.entries(spans).map(([spanId, [parentId, told = {}]], at) =>
    pricedSpan({
      traceId: 't',
      spanId,
      parentId,
      name: spanId,
      startUs: 1_000_000 + at * 100,
      durationUs: 50,
      traceName: 'support',
      ...told,
    }),
  );
  for (const span of made.reverse()) upsertPage(cache, ownership, { source: 'prod', spans: [span], scores: [] });
  rebuildRollups(cache);
  const [trace] = readTrace(cache, 't');
  cache.close();
  if (trace === undefined) throw new Error('the trace is not there');
  return trace;
};
const runs = async (spans: Parameters<typeof traceOf>[0]) => (await traceOf(spans)).runs;

describe('usage counts once', () => {
  const llm = (costNanos: number | null, input: number | null = 10): Told => ({
    kind: 'llm',
    costNanos,
    ...(input === null ? {} : { tokens: tokens(input) }),
  });
  const cases: readonly (readonly [string, Parameters<typeof traceOf>[0], { cost: number | null; input: number; steps: number }])[] = [
    ['at leaves', { root: [null], a: ['root', llm(5)], b: ['root', llm(7)] }, { cost: 12, input: 20, steps: 2 }],
    [
      'not at a wrapper that sums up',
      { root: [null, { costNanos: 12, tokens: tokens(20) }], a: ['root', llm(5)], b: ['root', llm(7)] },
      { cost: 12, input: 20, steps: 2 },
    ],
    [
      'at a wrapper of leaves that tell nothing',
      { root: [null, { costNanos: 12, tokens: tokens(20) }], a: ['root', { kind: 'tool' }] },
      { cost: 12, input: 20, steps: 1 },
    ],
    [
      'not at a model call that wraps another',
      { root: [null], outer: ['root', llm(9)], inner: ['outer', llm(9)] },
      { cost: 9, input: 10, steps: 1 },
    ],
    [
      'at a model call whose tool takes a fee',
      { root: [null], call: ['root', llm(9)], search: ['call', { kind: 'tool', costNanos: 3 }] },
      { cost: 12, input: 10, steps: 2 },
    ],
    [
      'at a model call whose tool asks models of its own',
      { root: [null], call: ['root', llm(9)], tool: ['call', { kind: 'tool' }], inner: ['tool', llm(5)] },
      { cost: 14, input: 20, steps: 3 },
    ],
    [
      'not at a model call told again through a chain',
      { root: [null], call: ['root', llm(9)], chain: ['call', { kind: 'other' }], inner: ['chain', llm(9)] },
      { cost: 9, input: 10, steps: 1 },
    ],
    [
      'not at a wrapper with tokens over a fee: its cost may hold it',
      { root: [null, { kind: 'agent', costNanos: 9, tokens: tokens(10) }], search: ['root', { kind: 'tool', costNanos: 3 }] },
      { cost: 3, input: 0, steps: 1 },
    ],
    [
      'not at a total over a fee',
      { root: [null, { costNanos: 3 }], search: ['root', { kind: 'tool', costNanos: 3 }] },
      { cost: 3, input: 0, steps: 1 },
    ],
    ['unknown is not nothing', { root: [null], a: ['root', llm(null)] }, { cost: null, input: 10, steps: 1 }],
    [
      'a wrapper’s price does not hide that a leaf has none',
      { root: [null, { costNanos: 4, tokens: tokens(10) }], a: ['root', llm(null)] },
      { cost: null, input: 10, steps: 1 },
    ],
  ];
  test.each(cases)('%s', async (_, spans, { cost, input, steps }) => {
    const [run] = await runs(spans);
    expect({ cost: run?.costNanos, input: run?.inputTokens, steps: run?.steps }).toEqual({ cost, input, steps });
  });

  test('a failed call that tells no tokens is not unpriced', async () => {
    const [run] = await runs({ root: [null], a: ['root', { kind: 'llm', status: 'error', errorType: 'llm' }], b: ['root', llm(null)] });
    expect(run?.unpriced).toBe(1);
  });
});

describe('requests', () => {
  test('a trace through three agents is one request of each, and each cost is one agent’s', async () => {
    const found = await runs({
      root: [null, { agentName: null, user: 'ada' }],
      plan: ['root', { kind: 'llm', costNanos: 1, tokens: tokens(1) }],
      research: ['root', { agentName: 'R', kind: 'agent' }],
      look: ['research', { kind: 'llm', costNanos: 10, tokens: tokens(1) }],
      write: ['research', { agentName: 'W', kind: 'agent' }],
      draft: ['write', { kind: 'llm', costNanos: 100, tokens: tokens(1) }],
      close: ['root', { kind: 'llm', costNanos: 2, tokens: tokens(1) }],
    });
    expect(found.map(({ agent, callerRun, costNanos, user }) => ({ agent, callerRun, costNanos, user }))).toEqual([
      { agent: 'support', callerRun: null, costNanos: 3, user: 'ada' },
      { agent: 'research', callerRun: 0, costNanos: 10, user: 'ada' },
      { agent: 'writer', callerRun: 1, costNanos: 100, user: 'ada' },
    ]);
  });

  test('one that fails says why, by the last cause below that is more than "other"', async () => {
    const [run] = await runs({
      root: [null, { status: 'error', errorType: 'other' }],
      a: ['root', { kind: 'tool', status: 'error', errorType: 'tool' }],
      b: ['root', { kind: 'llm', status: 'error', errorType: 'timeout' }],
      c: ['root', { kind: 'llm', status: 'error', errorType: 'other' }],
    });
    expect(run).toMatchObject({ isError: true, errorType: 'timeout' });
  });

  test('one that recovered did not fail', async () => {
    expect(
      (await runs({ root: [null, { status: 'ok' }], a: ['root', { kind: 'llm', status: 'error', errorType: 'llm' }] }))[0]?.isError,
    ).toBe(false);
  });

  test('without its root lasts from the first start to the last end, and fails if a loose end does', async () => {
    const [run] = await runs({
      a: ['gone', { startUs: 2_000_000, durationUs: 100 }],
      b: ['gone', { startUs: 2_000_500, durationUs: 300, status: 'error', errorType: 'tool' }],
    });
    expect(run).toMatchObject({ startUs: 2_000_000, durationUs: 800, isError: true, errorType: 'tool' });
  });

  test('the first token is that of the first call that tells, counted from the start of the request', async () => {
    const [run] = await runs({
      root: [null, { startUs: 1000 }],
      a: ['root', { kind: 'llm', startUs: 1600, ttftUs: 50 }],
      b: ['root', { kind: 'llm', startUs: 1500, ttftUs: 90 }],
    });
    expect(run?.ttftUs).toBe(590);
  });

  test('a trace comes back as it went in', async () => {
    const { spans, tree } = await traceOf({
      root: [null, { kind: 'agent' }],
      '00f067aa0ba902b7': [
        'root',
        {
          kind: 'llm',
          provider: 'openai',
          model: 'gpt-4o',
          promptName: 'system',
          promptVersion: '3',
          ttftUs: 9,
          promptHash: -(2n ** 62n) + 5n,
          updatedUs: 7,
          tokens: tokens(3, 4),
        },
      ],
    });
    expect(tree.order.map((at) => spans[at]?.id)).toEqual(['root', '00f067aa0ba902b7']);
    expect(spans[tree.order[1] ?? 0]).toMatchObject({
      parentId: 'root',
      kind: 'llm',
      provider: 'openai',
      model: 'gpt-4o',
      promptName: 'system',
      promptVersion: '3',
      startUs: 1_000_100,
      durationUs: 50,
      ttftUs: 9,
      inputHash: 5,
      tokens: tokens(3, 4),
      counts: true,
    });
  });
});
