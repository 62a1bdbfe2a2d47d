import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Cache } from '../../../src/ground/store/port.ts';
import { rebuildRollups } from '../../../src/telemetry/stats/rebuild-rollups.ts';
import { readEdges } from '../../../src/telemetry/stats/topology.cache.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { blamesOf, drawnGraph } from '../../../src/telemetry/traces/topology.ts';
import { readTrace } from '../../../src/telemetry/traces/trace.cache.ts';
import { findTraceIds, listTraces, readFailedTraces, readTexts, type TraceQuery } from '../../../src/telemetry/traces/trace-list.cache.ts';
import { outlineOf } from '../../../src/telemetry/traces/trace-outline.ts';
import { temporaryCache } from '../../support/cache.ts';
import { figuresOwnership, hourUs, requestSpans, takeRequests, traceIdOf } from '../../support/figures-fleet.ts';

const nowUs = Date.UTC(2026, 2, 2, 12) * 1000;
const window = { fromUs: nowUs - hourUs, toUs: nowUs };
let cache: Cache;
beforeEach(async () => {
  cache = await temporaryCache();
  takeRequests(cache, nowUs, [
    { no: 0xabc1, startUs: nowUs - 1e6, costNanos: 9_000_000, user: 'bob' },
    { no: 0xabc2, startUs: nowUs - 2e6, isError: true, costNanos: null, model: 'home-made' },
    { no: 0xdef1, startUs: nowUs - 3e6, isError: true, research: 'failed' },
    { no: 0xdef2, startUs: nowUs - 4e6, name: 'stray', release: 'v2' },
    { no: 0xdef3, startUs: nowUs - 2 * hourUs },
  ]);
});
afterEach(() => cache.close());

const found = (query: Partial<TraceQuery>) =>
  listTraces(cache, { window, order: 'newest', limit: 20, ...query }).map(({ traceId }) => Number.parseInt(traceId, 16));

describe('listing', () => {
  test('newest first, in the window alone, one line a trace', () => expect(found({})).toEqual([0xabc1, 0xabc2, 0xdef1, 0xdef2]));
  test.each<[string, Partial<TraceQuery>, readonly number[]]>([
    ['errors', { errorsOnly: true }, [0xabc2, 0xdef1]],
    ['the requests to an agent that was handed over to', { agent: 'research' }, [0xdef1]],
    ['what nobody claims', { agent: '(unmatched)' }, [0xdef2]],
    ['a user', { user: 'bob' }, [0xabc1]],
    ['a word that nothing has', { user: 'nobody' }, []],
    ['a release', { release: 'v2' }, [0xdef2]],
    ['a model', { model: 'home-made' }, [0xabc2]],
    ['a tool', { tool: 'search_kb', limit: 1 }, [0xabc1]],
    ['a cost', { minCostNanos: 6_000_000 }, [0xabc1]],
    ['steps', { minSteps: 4 }, []],
    ['the dearest first', { order: 'cost', limit: 1 }, [0xabc1]],
  ])('by %s', (_, query, wanted) => expect(found(query)).toEqual(wanted));

  test('an id is found by its beginning', () => {
    expect(findTraceIds(cache, traceIdOf(0xabc1), 6)).toEqual([traceIdOf(0xabc1)]);
    expect(findTraceIds(cache, traceIdOf(0xdef1).slice(0, -1), 6)).toHaveLength(3);
    expect(findTraceIds(cache, '%', 6)).toEqual([]);
  });

  test('a text is found as it was said, and signs of LIKE are no signs', () => {
    const [root, ...rest] = requestSpans({ no: 9, startUs: nowUs - 5e6 });
    const spans = [{ ...(root as NonNullable<typeof root>), input: 'a "100%" refund\nplease', output: 'no' }, ...rest];
    upsertPage(cache, figuresOwnership, { source: 'prod', spans, scores: [], keepText: (text) => text });
    expect(found({ text: '"100%" refund\nplease' })).toEqual([9]);
    expect(found({ text: '1%0' })).toEqual([]);
    expect(found({ text: 'ref_nd' })).toEqual([]);
    expect([...readTexts(cache, traceIdOf(9), 'prod').values()]).toEqual([
      { input: 'a "100%" refund\nplease', output: 'no', message: null },
    ]);
  });
});

test('an outline marks what ended last, what was called again, and whose failure it was', () => {
  const [trace] = readTrace(cache, traceIdOf(0xdef1));
  const { lines, blamed, repeated, durationUs } = outlineOf(trace as NonNullable<typeof trace>);
  expect(lines.map(({ span, agent, isCritical, repeat, branches }) => [span.name, agent, isCritical, repeat?.nth ?? 0, branches])).toEqual([
    ['handle', 'support', true, 0, []],
    ['chat', 'support', true, 0, [true]],
    ['research', 'research', false, 0, [true]],
    ['search_kb', 'support', true, 1, [true]],
    ['search_kb', 'support', true, 2, [false]],
  ]);
  expect([blamed, repeated, durationUs]).toEqual(['research', [{ name: 'search_kb', times: 2 }], 2_000_000]);
});

test('the call graph has every hand-over with its failures, and who caused what', () => {
  rebuildRollups(cache);
  const edges = readEdges(cache, window);
  expect(drawnGraph(edges).map(({ edge, branches }) => [edge.caller, edge.agent, edge.requests, edge.errors, branches])).toEqual([
    [null, 'support', 3, 2, []],
    ['support', 'research', 1, 1, [false]],
    [null, '(unmatched)', 1, 0, []],
  ]);
  expect(blamesOf(readFailedTraces(cache, window))).toEqual([
    { agent: 'support', caused: 1, passedOn: 1 },
    { agent: 'research', caused: 1, passedOn: 0 },
  ]);
});

test('agents that call each other in a circle are drawn once', () => {
  const edge = (caller: string | null, agent: string) => ({ caller, agent, requests: 1, errors: 0, costNanos: null, latencyP95Us: null });
  const lines = drawnGraph([edge(null, 'a'), edge('a', 'b'), edge('b', 'a'), edge('b', 'b')]);
  expect(lines.map(({ edge: { caller, agent }, isRepeated }) => [caller, agent, isRepeated])).toEqual([
    [null, 'a', false],
    ['a', 'b', false],
    ['b', 'a', true],
    ['b', 'b', true],
  ]);
});
