import { describe, expect, test } from 'vitest';
import { probeWrite } from '../../../src/agents/providers/provider-probes.journal.ts';
import { readOpenAlerts } from '../../../src/oversight/alerts/alerts.journal.ts';
import { noOwnPast } from '../../../src/oversight/alerts/open-own-past.ts';
import { openProviderPast } from '../../../src/oversight/alerts/open-provider-past.ts';
import { readPast } from '../../../src/oversight/alerts/read-past.ts';
import { episodeSink, replayAlerts } from '../../../src/oversight/alerts/replay-alerts.ts';
import { rulesOf } from '../../../src/oversight/alerts/rules.ts';
import { allProviders } from '../../../src/oversight/alerts/subject.ts';
import { fleetOwnership } from '../../../src/telemetry/traces/fleet-ownership.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { pricedSpan } from '../../support/cache.ts';
import { minute, noon } from '../../support/facts.ts';
import { aProviderProbe } from '../../support/provider-probe.ts';
import { openWatchedFleet, plainErrors, type WatchedFleet } from '../../support/watched-fleet.ts';

const manifest = [
  'version: 1',
  'fleet: acme',
  'backends: { prod: { kind: otlp } }',
  'providers: { anthropic: { probe: { protocol: command, argv: [cat] } } }',
  'notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }',
  'agents:',
  ...['support', 'billing', 'search'].flatMap((name) => [
    `  ${name}:`,
    `    traces: { backend: prod, match: { trace_name: ${name} } }`,
    '    sla: { error_rate: 5% }',
    '    fallback: [anthropic, openai]',
  ]),
  ...plainErrors,
].join('\n');

interface Minute {
  readonly n: number;
  readonly bad: number;
}

let no = 0;

/** One minute of requests of an agent, each of them one call. */
const callsOf = (agent: string, provider: string, at: number, { n, bad }: Minute) =>
  Array.from({ length: n }, (_, index) => {
    const isBad = index < bad;
    no += 1;
    const told = { traceId: no.toString(16).padStart(32, '0'), traceName: agent, startUs: (at + index * 1000) * 1000, durationUs: 500_000 };
    const ended = isBad ? ({ status: 'error', errorType: 'rate_limit' } as const) : ({ status: 'ok' } as const);
    return [
      pricedSpan({ ...told, ...ended, spanId: '0000000000000001', name: 'handle', kind: 'agent' }),
      pricedSpan({
        ...told,
        ...ended,
        spanId: '0000000000000002',
        parentId: '0000000000000001',
        name: 'chat',
        kind: 'llm',
        provider,
        model: 'm',
      }),
    ];
  }).flat();

/** Lets a minute pass in which agents called providers, and evaluates. */
const passMinute = async (watched: WatchedFleet, minutes: Readonly<Record<string, readonly [string, Minute]>>) => {
  const { clock, cache, fleet } = watched;
  const spans = Object.entries(minutes).flatMap(([agent, [provider, of]]) => callsOf(agent, provider, clock.now(), of));
  clock.advance(minute);
  const nowUs = clock.now() * 1000;
  upsertPage(cache, fleetOwnership(fleet), {
    source: 'prod',
    spans,
    scores: [],
    progress: { cursor: null, highUs: nowUs, syncedUs: nowUs },
  });
  return watched.evaluate();
};

const healthy = {
  support: ['anthropic', { n: 10, bad: 0 }],
  billing: ['anthropic', { n: 10, bad: 0 }],
  search: ['openai', { n: 10, bad: 0 }],
} as const;
const outage = { ...healthy, support: ['anthropic', { n: 10, bad: 8 }], billing: ['anthropic', { n: 10, bad: 9 }] } as const;

const told = (evaluation: Awaited<ReturnType<WatchedFleet['evaluate']>>) =>
  evaluation.announcements.map(({ rule, agent, label, kind }) => `${kind} ${rule} ${agent} ${label}`);

describe('a provider that goes down', () => {
  test('is told of once, its agents keep quiet, it ends when calls are answered, and a replay tells the same', async () => {
    const watched = await openWatchedFleet(manifest);
    const said: string[] = [];
    for (let at = 0; at < 20; at += 1) said.push(...told(await passMinute(watched, healthy)));
    expect(said).toEqual([]);
    for (let at = 0; at < 15; at += 1) said.push(...told(await passMinute(watched, outage)));
    const open = await readOpenAlerts(watched.journal);
    const provider = open.find(({ rule }) => rule === 'provider-outage');
    expect(provider).toMatchObject({ agent: allProviders, label: 'anthropic', instance: { state: 'firing' } });
    expect(provider?.judgement.reason).toMatch(/anthropic: \d+ of \d+ calls failed in 5 m \(\d+ by rate limits\), of .*support/);
    expect(said).toEqual(['fire provider-outage @providers anthropic']);
    const errors = open.filter(({ rule, instance }) => rule === 'errors' && instance.state === 'firing');
    expect(errors.map(({ agent, quiet }) => [agent, quiet?.because])).toEqual([
      ['billing', 'anthropic, which answers its calls, is out'],
      ['support', 'anthropic, which answers its calls, is out'],
    ]);
    for (let at = 0; at < 45; at += 1) said.push(...told(await passMinute(watched, healthy)));
    expect(said).toEqual(['fire provider-outage @providers anthropic', 'resolve provider-outage @providers anthropic']);

    const { ctx, fleet, clock } = watched;
    const rules = rulesOf(fleet);
    const [from, until] = [noon, clock.now()];
    const known = await readPast(ctx, fleet, { rules, from: from - 120 * minute, to: until }, () => undefined);
    const own = await openProviderPast(ctx, fleet, noOwnPast, { rules, from, until, lagMs: 0 });
    const sink = episodeSink(0);
    const request = { rules, agents: fleet.agents, pasts: known.pasts, own, from, until, stepMs: minute, lagMs: 0 };
    await replayAlerts(ctx, fleet, request, (event) => ('event' in event ? undefined : sink.take(event)));
    const episodes = sink.episodes(from);
    expect(episodes.filter(({ toldAt }) => toldAt !== null).map(({ rule, agent, label }) => [rule, agent, label])).toEqual([
      ['provider-outage', allProviders, 'anthropic'],
    ]);
    const fired = episodes.find(({ rule }) => rule === 'provider-outage');
    expect(Math.abs((fired?.firedAt ?? 0) - (provider?.instance.firedAt ?? 0))).toBeLessThanOrEqual(2 * minute);
  });

  test('is no outage where one of its agents alone fails, whose own alert then says so', async () => {
    const watched = await openWatchedFleet(manifest);
    const said: string[] = [];
    for (let at = 0; at < 20; at += 1)
      said.push(...told(await passMinute(watched, { ...healthy, support: ['anthropic', { n: 10, bad: 9 }] })));
    expect(said).toEqual(['fire errors support ']);
  });

  test('is found by probes where nobody calls it, and is over by one that is answered', async () => {
    const watched = await openWatchedFleet(manifest);
    const said: string[] = [];
    const probed = async (outcome: 'ok' | 'agent_error') => {
      await watched.journal.commit([probeWrite(aProviderProbe({ at: watched.clock.now(), outcome }))]);
      said.push(...told(await passMinute(watched, {})));
    };
    for (let at = 0; at < 5; at += 1) await probed('agent_error');
    expect(said).toEqual(['fire provider-outage @providers anthropic']);
    for (let at = 0; at < 25; at += 1) await probed('ok');
    expect(said.at(-1)).toBe('resolve provider-outage @providers anthropic');
  });
});
