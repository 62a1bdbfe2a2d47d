import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemFiles } from '../../../src/ground/runtime/files.ts';
import { openRunAids, type Verifiers } from '../../../src/response/runbooks/open-run-aids.ts';
import { syncFleet } from '../../../src/telemetry/stats/sync-fleet.ts';
import { backends } from '../../../src/telemetry/traces/registry.ts';
import { hour, minute, noon } from '../../support/facts.ts';
import { load } from '../../support/load-manifest.ts';
import { aVerification } from '../../support/run-order.ts';
import { openTraceStore } from '../../support/trace-store.ts';

const manifest = `version: 1
fleet: acme
backends: { local: { kind: otlp-file, path: spans.jsonl } }
agents:
  support: { traces: { backend: local, match: { agent_name: support } } }
`;

const nobody: Verifiers = {
  check: async () => ({ verdict: 'inconclusive', evidence: '' }),
  eval: async () => ({ verdict: 'inconclusive', evidence: '' }),
};

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** One request to `support`, as a line of a file. */
const line = (no: number, startMs: number, isError: boolean): string => {
  const span = {
    traceId: no.toString(16).padStart(32, '0'),
    spanId: no.toString(16).padStart(16, '0'),
    name: 'invoke_agent support',
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + 5}000000`,
    status: { code: isError ? 2 : 1 },
    attributes: [attribute('gen_ai.operation.name', 'invoke_agent'), attribute('gen_ai.agent.name', 'support')],
  };
  return `${JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })}\n`;
};

/** An agent that failed ten times before noon, and whose traces were read then or never. */
const setUp = async ({ isRead = true } = {}) => {
  const { folder, ctx: base } = await openTraceStore();
  writeFileSync(join(folder, 'agentops.yaml'), manifest);
  const file = join(folder, 'spans.jsonl');
  writeFileSync(file, Array.from({ length: 10 }, (_, no) => line(no + 1, noon - (no + 1) * minute, true)).join(''));
  const { fleet } = await load(folder);
  const at = (now: number) => ({ ...base, files: systemFiles, clock: { ...base.clock, now: () => now } });
  if (isRead)
    await syncFleet(
      at(noon),
      fleet,
      ['local'],
      { registry: backends, sinceMs: null, untilMs: noon, isRehearsal: false, firstMs: hour },
      () => undefined,
    );
  const judge = (expression: string, windowMs: number, now: number) =>
    openRunAids(at(now), fleet, {}, nobody).verify(aVerification({ expression, windowMs }), 'support', noon);
  return { judge, append: (text: string) => appendFileSync(file, text) };
};

test('a statistic is judged by traces that are read for it, and not by those that somebody read before', async () => {
  const { judge, append } = await setUp();
  append(Array.from({ length: 10 }, (_, no) => line(no + 100, noon + no * minute, false)).join(''));
  expect(await judge('figures.requests >= 10 && figures.error_rate < 0.05', 0, noon + 11 * minute)).toMatchObject({ verdict: 'pass' });
});

test('what is judged without a window is what came after the effect: what was before is no news', async () => {
  const { judge, append } = await setUp();
  append(Array.from({ length: 10 }, (_, no) => line(no + 100, noon + no * minute, false)).join(''));
  expect(await judge('figures.errors == 0', 0, noon + 11 * minute)).toMatchObject({ verdict: 'pass' });
  expect(await judge('figures.errors == 0', hour, noon + 11 * minute)).toMatchObject({ verdict: 'fail' });
});

test('where a backend was never read nobody knows, and nothing is read for it', async () => {
  const { judge } = await setUp({ isRead: false });
  expect(await judge('figures.error_rate < 0.05', 0, noon + minute)).toMatchObject({ verdict: 'inconclusive' });
});
