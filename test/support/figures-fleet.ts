import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cache } from '../../src/ground/store/port.ts';
import { openSqliteCache } from '../../src/ground/store/sqlite-cache.ts';
import type { PricedSpan } from '../../src/telemetry/traces/facts.ts';
import { ownershipOf } from '../../src/telemetry/traces/ownership.ts';
import type { Score } from '../../src/telemetry/traces/span.ts';
import { upsertPage } from '../../src/telemetry/traces/spans.cache.ts';
import { pricedSpan } from './cache.ts';

/** A fleet of three agents that are known by their traces alone. */
export const figuresManifest = [
  'version: 1',
  'fleet: acme',
  'budget: { per_day: $80, per_month: $100 }',
  'backends: { prod: { kind: otlp } }',
  'agents:',
  '  support: { traces: { backend: prod, match: { trace_name: support } }, sla: { error_rate: 5% } }',
  '  research: { traces: { backend: prod, match: { agent_name: research } } }',
  '  idle: { traces: { backend: prod, match: { trace_name: idle } } }',
].join('\n');

export const figuresOwnership = ownershipOf([
  { agent: 'support', source: 'prod', match: { trace_name: 'support' } },
  { agent: 'research', source: 'prod', match: { agent_name: 'research' } },
]);

export const hourUs = 3_600_000_000;

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

export interface RequestWish {
  /** Its number; also its trace id. */
  readonly no: number;
  readonly startUs: number;
  readonly name?: string;
  readonly isError?: boolean;
  readonly costNanos?: number | null;
  readonly user?: string;
  readonly release?: string;
  readonly model?: string;
  /** Hands over to the agent `research`; `failed`: which then fails. */
  readonly research?: 'fine' | 'failed';
}

export const traceIdOf = (no: number): string => hex(no, 32);

/** One request to `support`: a model call, a tool call, and a hand-over where one is wished for. */
export const requestSpans = ({
  no,
  startUs,
  name = 'support',
  isError = false,
  costNanos = 5_000_000,
  research,
  ...about
}: RequestWish): PricedSpan[] => {
  const { user = 'ada', release = 'v1', model = 'gpt-4o' } = about;
  const told = { traceId: traceIdOf(no), traceName: name, user, release };
  const under = { ...told, parentId: hex(1, 16) };
  return [
    pricedSpan({
      ...told,
      spanId: hex(1, 16),
      name: 'handle',
      kind: 'agent',
      startUs,
      durationUs: 2_000_000,
      status: isError ? 'error' : 'ok',
      errorType: isError ? 'tool' : null,
    }),
    pricedSpan({
      ...under,
      spanId: hex(2, 16),
      name: 'chat',
      kind: 'llm',
      provider: 'openai',
      model,
      startUs: startUs + 1000,
      durationUs: 900_000,
      status: 'ok',
      tokens: { input: 1000, output: 100, cachedRead: 200, cachedWrite: null, cachedWrite1h: null, reasoning: null },
      costNanos,
    }),
    pricedSpan({
      ...under,
      spanId: hex(3, 16),
      name: 'search_kb',
      kind: 'tool',
      startUs: startUs + 950_000,
      durationUs: 300_000,
      status: 'ok',
      argsHash: 7n,
    }),
    pricedSpan({
      ...under,
      spanId: hex(4, 16),
      name: 'search_kb',
      kind: 'tool',
      startUs: startUs + 1_300_000,
      durationUs: 300_000,
      status: isError ? 'error' : 'ok',
      errorType: isError ? 'tool' : null,
      argsHash: 7n,
    }),
    ...(research === undefined
      ? []
      : [
          pricedSpan({
            ...under,
            spanId: hex(5, 16),
            name: 'research',
            kind: 'agent',
            agentName: 'research',
            startUs: startUs + 400_000,
            durationUs: 500_000,
            status: research === 'failed' ? 'error' : 'ok',
            errorType: research === 'failed' ? 'timeout' : null,
          }),
        ]),
  ];
};

/** Takes requests into a cache as one page of the backend `prod`, read just now. */
export const takeRequests = (cache: Cache, nowUs: number, wishes: readonly RequestWish[], scores: readonly Score[] = []): void => {
  const spans = wishes.flatMap(requestSpans);
  upsertPage(cache, figuresOwnership, { source: 'prod', spans, scores, progress: { cursor: null, highUs: nowUs, syncedUs: nowUs } });
};

/** Fills the cache of a fleet in a folder: forty requests over the last two hours and as many the day before, one in ten failed. */
export const fillFigures = async (folder: string, nowUs: number): Promise<void> => {
  mkdirSync(join(folder, '.agentops'), { mode: 0o700 });
  const cache = await openSqliteCache(join(folder, '.agentops', 'cache.db'));
  const wishes = Array.from(
    { length: 80 },
    (_, at): RequestWish => ({
      no: at + 1,
      startUs: nowUs - (at < 40 ? 0 : 24 * hourUs) - (at % 40) * 170_000_000 - 60_000_000,
      isError: at % 10 === 0,
      release: at < 40 ? 'v2' : 'v1',
      user: at % 3 === 0 ? 'bob' : 'ada',
      model: at % 4 === 0 ? 'home-made' : 'gpt-4o',
      costNanos: at % 4 === 0 ? null : 5_000_000 + at * 1000,
      ...(at % 5 === 0 ? { research: at % 10 === 0 ? ('failed' as const) : ('fine' as const) } : {}),
      ...(at % 13 === 0 ? { name: 'stray' } : {}),
    }),
  );
  takeRequests(cache, nowUs, wishes);
  cache.close();
};
