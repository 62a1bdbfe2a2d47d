import { openPriceTable } from '../../src/agents/prices/price-table.ts';
import { openPricer } from '../../src/agents/prices/span-cost.ts';
import type { Fleet } from '../../src/fleet/agent.ts';
import type { Cache } from '../../src/ground/store/port.ts';
import { rebuildRollups } from '../../src/telemetry/stats/rebuild-rollups.ts';
import { fleetOwnership } from '../../src/telemetry/traces/fleet-ownership.ts';
import { pricedSpan } from '../../src/telemetry/traces/priced-span.ts';
import type { Score } from '../../src/telemetry/traces/span.ts';
import { spanOf } from '../../src/telemetry/traces/span.ts';
import { upsertPage } from '../../src/telemetry/traces/spans.cache.ts';
import { seeded } from '../bench/advice-scenarios.mjs';

const instructions = 'You answer for Acme, which sells phones. '.repeat(200);
const words = Array.from({ length: 500 }, (_, at) => `word${at}`);

export interface AdvisedHistory {
  readonly days: number;
  readonly perDay: number;
  /** Where it ends, UTC epoch ms. */
  readonly untilMs: number;
  /** False: prompts are not in the traces. */
  readonly withPrompts?: boolean;
}

/** Requests of an agent `support`, whose users ask again, begin alike, are graded, and run away now and then; two models answer them. */
export const keepAdvised = (cache: Cache, fleet: Fleet, { days, perDay, untilMs, withPrompts = true }: AdvisedHistory): void => {
  const random = seeded(9);
  const settling = { price: openPricer({}, openPriceTable(), false), hashKey: Buffer.alloc(32, 1), probes: new Set<string>() };
  const hex = (digits: number): string => Array.from({ length: digits }, () => Math.floor(random.next() * 16).toString(16)).join('');
  const spans = [];
  const scores: Score[] = [];
  const asked: { readonly user: string; readonly text: string }[] = [];
  for (let at = 0; at < days * perDay; at++) {
    const startUs = (untilMs - ((days * perDay - at) / perDay) * 86_400_000) * 1000;
    const isAgain = asked.length > 0 && random.next() < 0.25;
    const question = isAgain
      ? random.pick(asked.slice(-20))
      : { user: `user-${at % 7}`, text: Array.from({ length: 20 }, () => random.pick(words)).join(' ') };
    asked.push(question);
    const isRunaway = at % 90 === 50;
    const traceId = hex(32);
    const shared = { traceId, traceName: 'support', startUs, durationUs: 2_000_000, user: question.user, task: 'returns' };
    const root = hex(16);
    spans.push(
      pricedSpan(spanOf({ ...shared, spanId: root, name: 'support', kind: 'agent', status: isRunaway ? 'error' : 'ok' }), settling),
    );
    const prompt = JSON.stringify([
      { role: 'system', content: instructions },
      { role: 'user', content: question.text },
    ]);
    for (let step = 0; step < (isRunaway ? 40 : 1); step++)
      spans.push(
        pricedSpan(
          spanOf({
            ...shared,
            ...{
              spanId: hex(16),
              parentId: root,
              name: 'chat',
              kind: 'llm',
              provider: 'openai',
              model: at % 4 === 0 ? 'gpt-4o-mini' : 'gpt-4o',
            },
            startUs: startUs + step * 1000,
            tokens: { input: 1900, output: 120 + (at % 40), cachedRead: null, cachedWrite: null, cachedWrite1h: null, reasoning: null },
            input: withPrompts ? prompt : null,
          }),
          settling,
        ),
      );
    const value = random.next() < 0.9 ? 1 : 0;
    scores.push({
      id: hex(16),
      traceId,
      spanId: null,
      name: 'quality',
      value,
      label: null,
      source: 'eval',
      atUs: startUs,
      updatedUs: null,
    });
  }
  upsertPage(cache, fleetOwnership(fleet), { source: 'prod', spans, scores });
  rebuildRollups(cache);
};
