import type { Fleet } from '../../src/fleet/agent.ts';
import { keptText } from '../../src/ground/redaction/kept-text.ts';
import type { Cache } from '../../src/ground/store/port.ts';
import { fleetOwnership } from '../../src/telemetry/traces/fleet-ownership.ts';
import { upsertPage } from '../../src/telemetry/traces/spans.cache.ts';
import { pricedSpan } from './cache.ts';
import { aFleet, anAgent, minute, noon } from './facts.ts';

/** A fleet whose agent `support` is traced in `prod`, with texts kept. */
export const tracedFleet = (parts: Partial<Fleet> = {}): Fleet => ({
  ...aFleet(anAgent({ traces: { backend: 'prod', match: { trace_name: 'support' } } })),
  capture: 'io',
  backends: {},
  ...parts,
});

/** One request that production answered. */
export interface Answered {
  readonly no: number;
  readonly asked?: string | null;
  readonly answered?: string;
  readonly isError?: boolean;
  readonly isRunning?: boolean;
  readonly synthetic?: boolean;
  /** Before noon. */
  readonly ageMs?: number;
}

/** The trace id of a request. */
export const traceIdOf = (no: number): string => no.toString(16).padStart(32, '0');

/** Keeps requests as a sync of `prod` would. */
export const keepProduction = (cache: Cache, fleet: Fleet, requests: readonly Answered[]): void => {
  const spans = requests.map(
    ({
      no,
      asked = `question ${no}`,
      answered = `answer ${no}`,
      isError = false,
      isRunning = false,
      synthetic = false,
      ageMs = 30 * minute,
    }) =>
      pricedSpan({
        traceId: traceIdOf(no),
        spanId: '1'.padStart(16, '0'),
        traceName: 'support',
        name: 'handle',
        kind: 'agent',
        startUs: (noon - ageMs - no) * 1000,
        durationUs: isRunning ? null : 2_000_000,
        status: isError ? 'error' : 'ok',
        errorType: isError ? 'tool' : null,
        input: asked === null ? null : asked,
        output: asked === null || isError ? null : answered,
        synthetic,
      }),
  );
  upsertPage(cache, fleetOwnership(fleet), { source: 'prod', spans, scores: [], keepText: keptText });
};
