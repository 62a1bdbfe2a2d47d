import { describe, expect, it } from 'vitest';
import { collectJudgements } from '../../../src/oversight/alerts/collect-judgements.ts';
import { rulesOf } from '../../../src/oversight/alerts/rules.ts';
import { joinAggregates } from '../../../src/telemetry/stats/aggregate.ts';
import { replaceAggregates } from '../../../src/telemetry/stats/aggregates.cache.ts';
import { fleetOwnership } from '../../../src/telemetry/traces/fleet-ownership.ts';
import type { Aggregate } from '../../../src/telemetry/traces/port.ts';
import { hour, minute, noon } from '../../support/facts.ts';
import { openWatchedFleet } from '../../support/watched-fleet.ts';

const manifest = [
  ...['version: 1', 'fleet: acme'],
  'backends: { prod: { kind: langfuse, url: "https://example.com", public_key: "${K}", secret_key: "${S}", mode: metrics } }',
  'notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }',
  'agents:',
  '  support:',
  '    traces: { backend: prod, match: { trace_name: support } }',
  '    sla: { error_rate: 5%, latency_p95: 10s, quality: 0.8 }',
  '    budget: { steps_per_request: 9 }',
].join('\n');

type Told = Partial<Omit<Aggregate, 'bucketUs' | 'widthUs' | 'labels'>>;

/** Nine days of hours, each with what is told of it by its number before noon (1: the last). */
const judged = async (told: (hoursAgo: number) => readonly Told[]) => {
  const watched = await openWatchedFleet(manifest);
  const hours = Array.from({ length: 9 * 24 }, (_, at) => at + 1);
  const nothing = { model: null, requests: 0, errors: null, inputTokens: null, outputTokens: null, costNanos: null };
  const quick = { latencyP50Us: null, latencyP95Us: null, latencyP99Us: null };
  const rows = hours.flatMap((ago) =>
    told(ago).map((row) => ({
      ...{ ...nothing, ...quick, ...row },
      ...{ bucketUs: (noon - ago * hour) * 1000, widthUs: hour * 1000, labels: { trace_name: 'support' } },
    })),
  );
  const window = { fromUs: (noon - 10 * 24 * hour) * 1000, toUs: noon * 1000 };
  replaceAggregates(watched.cache, 'prod', window, joinAggregates(rows, fleetOwnership(watched.fleet)));
  watched.clock.advance(minute);
  watched.take([]);
  const query = { rules: rulesOf(watched.fleet), agents: watched.fleet.agents, goesOn: false, queues: new Map() };
  const { judged: found, unjudged } = await collectJudgements(watched.ctx, watched.fleet, query);
  return {
    said: (rule: string) => found.find((each) => each.rule.name === rule)?.judgement ?? null,
    unjudged: unjudged.map(({ rule }) => rule.name),
  };
};

describe('an agent of which a backend tells figures alone', () => {
  it('is judged by the errors that it counts, and not where it counts none', async () => {
    const counted = await judged((ago) => [{ requests: 40, errors: ago === 1 ? 20 : 0 }]);
    expect(counted.said('errors')).toMatchObject({ said: 'breach', n: 40, value: 0.5 });
    const uncounted = await judged(() => [{ requests: 40 }]);
    expect(uncounted.said('errors')).toMatchObject({ said: 'unknown', reason: expect.stringContaining('does not count errors') });
  });

  it('is judged by what a request costs, from the sums of models and the requests they belong to', async () => {
    const costs = (factor: number) => (ago: number) => [
      { requests: 30 },
      { model: 'a', costNanos: 30e6 * (ago === 1 ? factor : 1) * (1 + (ago % 7) / 100) },
      { model: 'b', costNanos: 15e6 },
    ];
    expect((await judged(costs(1))).said('cost')).toMatchObject({ said: 'clear', n: 30 });
    expect((await judged(costs(3))).said('cost')).toMatchObject({ said: 'breach' });
  });

  it.each([
    ['half of them are slower', { latencyP50Us: 12e6, latencyP95Us: 30e6, latencyP99Us: 40e6 }, 'breach'],
    ['one in eight is', { latencyP50Us: 5e6, latencyP95Us: 13e6, latencyP99Us: 20e6 }, 'between'],
    ['none is to speak of', { latencyP50Us: 1e6, latencyP95Us: 3e6, latencyP99Us: 8e6 }, 'clear'],
    ['nobody can tell by one quantile', { latencyP95Us: 12e6 }, 'unknown'],
    ['no latency is told', {}, 'unknown'],
  ])('is judged by its latency as far as quantiles tell: %s', async (_, quantiles, said) => {
    expect((await judged(() => [{ requests: 60, ...quantiles }])).said('latency')).toMatchObject({ said });
  });

  it('is not judged by single requests and scores, of which nothing is known', async () => {
    const { unjudged, said } = await judged(() => [{ requests: 40, errors: 0 }]);
    expect(unjudged).toEqual(expect.arrayContaining(['runaway', 'quality', 'safety']));
    expect(said('runaway')).toBeNull();
  });
});
