import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readProviderPast } from '../../../../src/oversight/alerts/metrics/read-providers.ts';
import { rebuildRollups } from '../../../../src/telemetry/stats/rebuild-rollups.ts';
import { ownershipOf } from '../../../../src/telemetry/traces/ownership.ts';
import { upsertPage } from '../../../../src/telemetry/traces/spans.cache.ts';
import { pricedSpan } from '../../../support/cache.ts';
import { minute, noon } from '../../../support/facts.ts';
import { openTraceStore } from '../../../support/trace-store.ts';

const [hour, day] = [60 * minute, 24 * 60 * minute];
const ownership = ownershipOf([{ agent: 'support', source: 'prod', match: { trace_name: 'support' } }]);

interface Call {
  readonly at: number;
  readonly provider: string | null;
  readonly isError: boolean;
}

const aCall = fc.record({
  at: fc.integer({ min: noon - 12 * day, max: noon }),
  provider: fc.constantFrom('anthropic', 'openai', null),
  isError: fc.boolean(),
});

const span = ({ at, provider, isError }: Call, no: number) =>
  pricedSpan({
    ...{ traceId: (no + 1).toString(16).padStart(32, '0'), spanId: '1'.padStart(16, '0'), traceName: 'support', name: 'chat', kind: 'llm' },
    ...{ provider, model: 'm', startUs: at * 1000, durationUs: 500_000, status: isError ? 'error' : 'ok' },
  });

/** Declared: others are spoken of only where they were called of late. */
const fleet = { sections: { providers: { anthropic: { names: [], limits: {} }, openai: { names: [], limits: {} } } } };

/** By hand: the week before the whole hour in which the window begins. */
const usualOf = (calls: readonly Call[], provider: string, begin: number) => {
  const before = Math.floor(begin / hour) * hour;
  const of = calls.filter((call) => call.provider === provider && call.at >= before - 7 * day && call.at < before);
  return { n: of.length, bad: of.filter(({ isError }) => isError).length };
};

test('what is usual is the week before the hour of the widest window, of one moment as of many that are read at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aCall, { minLength: 100, maxLength: 300 }),
      fc.array(fc.integer({ min: 0, max: 4 * 24 * 60 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(5 * minute, hour, 3 * hour),
      async (calls, minutesBack, width) => {
        const { cache } = await openTraceStore();
        const progress = { cursor: null, highUs: noon * 1000, syncedUs: noon * 1000 };
        upsertPage(cache, ownership, { source: 'prod', spans: calls.map(span), scores: [], progress });
        rebuildRollups(cache);
        const moments = minutesBack.map((back) => noon - back * minute);
        const many = readProviderPast(cache, fleet, { from: Math.min(...moments) - width, to: Math.max(...moments) });
        for (const moment of moments) {
          const one = readProviderPast(cache, fleet, { from: moment - width, to: moment });
          const expected = ['anthropic', 'openai'].map((provider) => ({ provider, usual: usualOf(calls, provider, moment - width) }));
          for (const past of [one, many])
            expect(past.at(moment, [width]).map(({ provider, usual }) => ({ provider, usual }))).toEqual(expected);
        }
      },
    ),
    { numRuns: 8 },
  );
});
