import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fleet } from '../../src/fleet/agent.ts';
import type { Context } from '../../src/ground/runtime/context.ts';
import { evaluateAlerts } from '../../src/oversight/alerts/evaluate-alerts.ts';
import type { Evaluation, EvaluationEvent, EvaluationRequest } from '../../src/oversight/alerts/evaluation.ts';
import { fleetOwnership } from '../../src/telemetry/traces/fleet-ownership.ts';
import { upsertPage } from '../../src/telemetry/traces/spans.cache.ts';
import { noon } from './facts.ts';
import { type FakeClock, fakeClock, fakeContext } from './fake-context.ts';
import { type RequestWish, requestSpans } from './figures-fleet.ts';
import { load } from './load-manifest.ts';
import { openTraceStore, type TraceStore } from './trace-store.ts';

/** A rule whose figures a test can count on, whatever is found to be a better default; it takes that one's place. */
export const plainErrors = [
  'alerts:',
  '  - { type: defaults }',
  '  - { rule: errors, type: error_rate, z: 2.326, min_errors: 2, min_requests: 10, for: 5m, keep_firing_for: 10m }',
] as const;

/** One agent with promises and caps, and somebody to tell. */
export const watchedManifest = [
  'version: 1',
  'fleet: acme',
  'backends: { prod: { kind: otlp } }',
  'notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }',
  'agents:',
  '  support:',
  '    traces: { backend: prod, match: { trace_name: support } }',
  '    sla: { error_rate: 5%, latency_p95: 10s }',
  '    budget: { per_hour: $1, per_request: $0.50 }',
  ...plainErrors,
].join('\n');

/** A fleet in production under a clock that is moved by hand: requests come in, alerts are evaluated. */
export interface WatchedFleet extends TraceStore {
  readonly fleet: Fleet;
  readonly clock: FakeClock;
  readonly ctx: Context;
  /** Lets requests in, and says that everything up to now is read. */
  take(wishes: readonly Omit<RequestWish, 'no'>[]): void;
  evaluate(request?: Partial<EvaluationRequest>, on?: (event: EvaluationEvent) => void): Promise<Evaluation>;
}

export const openWatchedFleet = async (manifest: string = watchedManifest): Promise<WatchedFleet> => {
  const store = await openTraceStore();
  writeFileSync(join(store.folder, 'agentops.yaml'), manifest);
  const { fleet } = await load(store.folder);
  const clock = fakeClock(noon);
  const ctx = fakeContext({ clock, cache: async () => store.cache, journal: async () => store.journal });
  const ownership = fleetOwnership(fleet);
  let no = 0;
  return {
    ...store,
    fleet,
    clock,
    ctx,
    take: (wishes) => {
      const spans = wishes.flatMap((wish) => requestSpans({ ...wish, no: ++no }));
      const nowUs = clock.now() * 1000;
      upsertPage(store.cache, ownership, { source: 'prod', spans, scores: [], progress: { cursor: null, highUs: nowUs, syncedUs: nowUs } });
    },
    evaluate: (request = {}, on = () => undefined) => evaluateAlerts(ctx, fleet, { suggest: () => null, ...request }, on),
  };
};

/** So many requests in the minute before an instant (UTC epoch ms), so many of them failed. */
export const minuteOf = (
  at: number,
  { n, bad = 0, ...wish }: { readonly n: number; readonly bad?: number } & Partial<RequestWish>,
): readonly Omit<RequestWish, 'no'>[] =>
  Array.from({ length: n }, (_, index) => ({ ...wish, startUs: (at - 60_000 + index * 100) * 1000, isError: index < bad }));
