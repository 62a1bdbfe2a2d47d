import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cache } from '../../../src/ground/store/port.ts';
import { rebuildPieces, rebuildRollups } from '../../../src/telemetry/stats/rebuild-rollups.ts';
import type { PricedSpan } from '../../../src/telemetry/traces/facts.ts';
import { ownershipOf } from '../../../src/telemetry/traces/ownership.ts';
import type { Score, SpanKind } from '../../../src/telemetry/traces/span.ts';
import { type SpanPage, upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { contentOf, crashing, pricedSpan, temporaryCache } from '../../support/cache.ts';

const ownership = ownershipOf([
  { agent: 'support', source: 'prod', match: { trace_name: 'support' } },
  { agent: 'research', source: 'prod', match: { agent_name: 'research' } },
  { agent: 'billing', source: 'prod', match: { agent_name: 'billing' }, quality: 'exact' },
]);

const quarterUs = 900_000_000;
const monthUs = 1_790_000_000_000_000;
const kinds: readonly SpanKind[] = ['agent', 'llm', 'tool', 'retrieval', 'guardrail', 'embedding', 'other'];
const oneOf = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);

/** What a version of a span may say; starts spread over three days so that buckets, hours and days are crossed. */
const spanBody = fc.record({
  parent: fc.option(fc.integer({ min: 0, max: 6 })),
  kind: oneOf(...kinds),
  agentName: oneOf(null, null, 'research', 'billing'),
  model: oneOf(null, 'gpt-4o', 'claude-haiku'),
  quarter: fc.integer({ min: 0, max: 3 * 96 }),
  offsetUs: fc.integer({ min: 0, max: quarterUs - 1 }),
  durationUs: fc.option(fc.integer({ min: 0, max: 60_000_000 })),
  ttftUs: fc.option(fc.integer({ min: 0, max: 5_000_000 })),
  status: oneOf('ok', 'error', 'unset' as const),
  errorType: oneOf('llm', 'timeout', 'other' as const),
  input: fc.option(fc.integer({ min: 0, max: 50_000 })),
  costNanos: fc.option(fc.integer({ min: 0, max: 900_000_000 })),
  user: oneOf(null, 'ada', 'bob'),
  release: oneOf(null, 'r1', 'r2'),
  promptVersion: oneOf(null, '1', '2'),
  synthetic: fc.boolean().map((is) => is),
});
type Body = ReturnType<(typeof spanBody)['generate']>['value'];

const spanId = (at: number) => (at % 3 === 0 ? `text-${at}` : at.toString(16).padStart(16, '0'));

const versionOf = (trace: number, at: number, version: number, body: Body): PricedSpan =>
  pricedSpan({
    traceId: trace === 0 ? 'chat 7' : trace.toString(16).padStart(32, 'a'),
    spanId: spanId(at),
    parentId: body.parent === null ? null : spanId(body.parent),
    traceName: 'support',
    agentName: body.agentName,
    kind: body.kind,
    name: `${body.kind}-step`,
    provider: body.model === null ? null : 'p',
    model: body.model,
    startUs: monthUs + body.quarter * quarterUs + body.offsetUs,
    durationUs: body.durationUs,
    ttftUs: body.ttftUs,
    status: body.status as 'ok',
    errorType: body.status === 'error' ? (body.errorType as 'llm') : null,
    tokens: { input: body.input, output: body.input, cachedRead: null, cachedWrite: body.input, cachedWrite1h: null, reasoning: null },
    costNanos: body.costNanos,
    user: body.user,
    release: body.release,
    promptName: body.promptVersion === null ? null : 'system',
    promptVersion: body.promptVersion,
    updatedUs: monthUs + version,
    argsHash: body.input === null ? null : -BigInt(body.input) - 2n ** 60n,
    synthetic: trace === 2 && body.synthetic,
  });

const scoreBody = fc.record({
  span: fc.option(fc.integer({ min: 0, max: 7 })),
  name: oneOf('quality', 'exact'),
  value: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
});

/** A fleet's history: every version that every span and score ever had. */
const history = fc
  .record({
    spans: fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 7 }), spanBody), { minLength: 1, maxLength: 40 }),
    scores: fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }), scoreBody), { maxLength: 8 }),
  })
  .map(({ spans, scores }) => ({
    spans: spans.map(([trace, at, body], version) => versionOf(trace, at, version, body)),
    scores: scores.map(
      ([trace, at, { span, name, value }], version): Score => ({
        id: `s${at}`,
        traceId: versionOf(trace, 0, 0, spans[0]?.[2] as Body).traceId,
        spanId: span === null ? null : spanId(span),
        name,
        value,
        label: null,
        source: 'api',
        atUs: monthUs,
        updatedUs: monthUs + version,
      }),
    ),
  }));

interface Step {
  /** `turns`: some pieces of a recomputation that goes on while pages come. */
  readonly kind: 'page' | 'rebuild' | 'turns';
  readonly picks: readonly number[];
  readonly crashAt: number | null;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: oneOf('page', 'page', 'page', 'rebuild', 'turns', 'turns'),
    picks: fc.array(fc.nat(60), { maxLength: 12 }),
    crashAt: fc.option(fc.nat(30)),
  }),
  { maxLength: 12 },
);

type Versions = { readonly spans: readonly PricedSpan[]; readonly scores: readonly Score[] };

const pageOf = ({ spans, scores }: Versions): SpanPage => ({ source: 'prod', spans, scores });

const newest = <Thing extends { readonly updatedUs: number | null }>(
  things: readonly Thing[],
  keyOf: (thing: Thing) => string,
): Thing[] => {
  const last = new Map<string, Thing>();
  for (const thing of things) if ((last.get(keyOf(thing))?.updatedUs ?? -1) < (thing.updatedUs ?? 0)) last.set(keyOf(thing), thing);
  return [...last.values()];
};

/** A life of a cache: what it does next may go on with what it did before. */
const openLife = (cache: Cache, all: Versions) => {
  let pieces: Iterator<number> | null = null;
  const takeTurns = (count: number) => {
    for (let turn = 0; turn < count; turn++) {
      pieces ??= rebuildPieces(cache)[Symbol.iterator]();
      if (pieces.next().done === true) pieces = null;
    }
  };
  return (step: Step) => (step.kind === 'turns' ? takeTurns(step.picks.length) : play(cache, all, step));
};

const play = (cache: Cache, all: Versions, { kind, picks, crashAt }: Step): void => {
  const pick = <Thing>(things: readonly Thing[]) => (things.length === 0 ? [] : picks.map((at) => things[at % things.length] as Thing));
  const page = pageOf({ spans: pick(all.spans), scores: pick(all.scores).slice(0, 2) });
  const work = (on: Cache) => (kind === 'rebuild' ? rebuildRollups(on) : upsertPage(on, ownership, page));
  try {
    work(crashAt === null ? cache : crashing(cache, crashAt));
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.message !== 'crash') throw thrown;
  }
};

describe('whatever happened on the way', () => {
  test('late, repeated, moved, re-parented and crashed pages end in the cache of one clean sync, its rollups bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(history, steps, fc.infiniteStream(fc.nat()), async (all, story, order) => {
        const [lived, clean] = [await temporaryCache(), await temporaryCache()];
        try {
          const live = openLife(lived, all);
          for (const step of story) live(step);
          const shuffled = all.spans.map((span) => [order.next().value as number, span] as const).sort(([a], [b]) => a - b);
          for (const [, span] of shuffled) upsertPage(lived, ownership, pageOf({ spans: [span], scores: [] }));
          upsertPage(lived, ownership, pageOf({ spans: [], scores: all.scores }));
          rebuildRollups(lived);
          upsertPage(
            clean,
            ownership,
            pageOf({
              spans: newest(all.spans, ({ traceId, spanId }) => `${traceId} ${spanId}`),
              scores: newest(all.scores, ({ traceId, id }) => `${traceId} ${id}`),
            }),
          );
          rebuildRollups(clean);
          expect(contentOf(lived)).toEqual(contentOf(clean));
        } finally {
          lived.close();
          clean.close();
        }
      }),
      { numRuns: 80 },
    );
  });

  test('a page that was taken before changes nothing and leaves nothing to recompute', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (all) => {
        const cache = await temporaryCache();
        try {
          upsertPage(cache, ownership, pageOf(all));
          rebuildRollups(cache);
          const before = contentOf(cache);
          const { added, changed, scores } = upsertPage(cache, ownership, pageOf(all));
          expect({ added, changed, scores }).toEqual({ added: 0, changed: 0, scores: 0 });
          expect(contentOf(cache)).toEqual(before);
        } finally {
          cache.close();
        }
      }),
      { numRuns: 40 },
    );
  });
});
