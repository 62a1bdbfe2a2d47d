import type { PricedSpan } from '../../src/telemetry/traces/facts.ts';
import { ownershipOf } from '../../src/telemetry/traces/ownership.ts';
import { pricedSpan } from './cache.ts';

export const historyStartUs = 1_790_000_000_000_000;
const dayUs = 86_400_000_000;

export const historyOwnership = ownershipOf([
  { agent: 'support', source: 'prod', match: { trace_name: 'support' } },
  { agent: 'coding', source: 'prod', match: { trace_name: 'coding' } },
  { agent: 'research', source: 'prod', match: { agent_name: 'research' } },
]);

/** Numbers in [0, 1), the same for the same seed. */
const numbers = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** Days of requests to three agents, with hand-offs, fees, unknown prices, errors and probes of our own. The same for the same seed. */
export const fleetHistory = (requests: number, days: number, seed = 7): readonly PricedSpan[] => {
  const next = numbers(seed);
  const upTo = (limit: number) => Math.floor(next() * limit);
  const oneOf = <Value>(...values: readonly [Value, ...Value[]]): Value => values[upTo(values.length)] ?? values[0];
  return Array.from({ length: requests }, (_, at) => {
    const traceId = at.toString(16).padStart(32, '0');
    const startUs = historyStartUs + upTo(days * dayUs);
    const synthetic = next() < 0.03;
    const about = {
      traceId,
      traceName: oneOf('support', 'coding', 'nobody'),
      user: oneOf(null, 'ada', 'bob', 'eve'),
      environment: oneOf('prod', 'staging'),
      release: oneOf('r1', 'r2', null),
      task: oneOf(null, 'refund', 'delivery'),
      synthetic,
    };
    let made = 0;
    const span = (parentId: string | null, told: Partial<PricedSpan>): PricedSpan => {
      const spanId = (at * 100 + made++).toString(16).padStart(16, '0');
      return pricedSpan({
        ...about,
        spanId,
        parentId,
        name: 'step',
        startUs: startUs + made * 1000,
        durationUs: 1 + upTo(9_000_000),
        ...told,
      });
    };
    const call = (parentId: string) => {
      const isKnown = next() < 0.9;
      return span(parentId, {
        kind: 'llm',
        provider: oneOf('openai', 'azure', null),
        model: oneOf('gpt-4o', 'gpt-4o-mini', 'claude-haiku'),
        tokens: { input: upTo(5000), output: upTo(900), cachedRead: upTo(100), cachedWrite: null, cachedWrite1h: null, reasoning: null },
        costNanos: isKnown ? upTo(90_000_000) : null,
        ttftUs: upTo(900_000),
        promptName: oneOf('system', 'triage'),
        promptVersion: oneOf('1', '2'),
      });
    };
    const failed = next() < 0.1;
    const root = span(null, {
      kind: 'agent',
      startUs,
      status: failed ? 'error' : 'ok',
      errorType: failed ? oneOf('llm', 'timeout') : null,
    });
    const steps = Array.from({ length: 1 + upTo(3) }, () => [
      call(root.spanId),
      span(root.spanId, { kind: 'tool', name: oneOf('search', 'refund'), costNanos: next() < 0.2 ? 5_000_000 : null }),
    ]).flat();
    if (next() < 0.7) return [root, ...steps];
    const helper = span(root.spanId, { kind: 'agent', agentName: 'research', startUs: startUs + upTo(2 * 3_600_000_000) });
    return [root, ...steps, helper, call(helper.spanId)];
  }).flat();
};
