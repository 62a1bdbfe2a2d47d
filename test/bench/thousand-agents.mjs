/** A made-up fleet of a thousand agents that are watched by traces and checks, in a folder as the program has it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteJournal } from '../../dist/ground/store/sqlite.js';
import { openSqliteCache } from '../../dist/ground/store/sqlite-cache.js';
import { saveResults } from '../../dist/quality/health/results.journal.js';
import { rebuildRollups } from '../../dist/telemetry/stats/rebuild-rollups.js';
import { ownershipOf } from '../../dist/telemetry/traces/ownership.js';
import { upsertPage } from '../../dist/telemetry/traces/spans.cache.js';
import { fleetPages } from './fleet.mjs';

const minuteMs = 60_000;
const dayMs = 86_400_000;

export const agents = Array.from({ length: 1000 }, (_, at) => `agent-${at}`);

const manifest = [
  'version: 1',
  'fleet: bench',
  'backends: { prod: { kind: otlp } }',
  'notify: { oncall: { kind: webhook, url: "https://127.0.0.1:9/" } }',
  'agents:',
  ...agents.flatMap((agent) => [
    `  ${agent}:`,
    `    traces: { backend: prod, match: { trace_name: ${agent} } }`,
    '    sla: { error_rate: 5%, latency_p95: 15s, quality: 0.8 }',
    '    budget: { per_request: $5, per_hour: $50, per_day: $500, steps_per_request: 40, tokens_per_request: 200k }',
    '    endpoint: { protocol: openai-chat, url: "http://127.0.0.1:9/v1", model: m }',
    '    checks: [{ id: ping, every: 5m, input: ping, expect: [{ contains: pong }] }]',
  ]),
].join('\n');

/** Fills a folder with a manifest, days of spans up to an instant (UTC epoch ms), and results of checks. */
export const fillFolder = async (folder, { spans, days, now }) => {
  mkdirSync(join(folder, '.agentops'), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'agentops.yaml'), manifest);
  const cache = await openSqliteCache(join(folder, '.agentops/cache.db'));
  const ownership = ownershipOf(agents.map((agent) => ({ agent, source: 'prod', match: { trace_name: agent } })));
  const progress = { cursor: null, highUs: (now + dayMs) * 1000, syncedUs: (now + dayMs) * 1000 };
  for (const page of fleetPages({ spans, days, agents: agents.length, pageSize: 1000, fromUs: (now - days * dayMs) * 1000 }))
    upsertPage(cache, ownership, { source: 'prod', spans: page, scores: [], progress });
  rebuildRollups(cache);
  cache.close();
  const journal = await openSqliteJournal(join(folder, '.agentops/journal.db'), () => now);
  const slots = Array.from({ length: 20 }, (_, at) => now - (at + 1) * 5 * minuteMs);
  for (const agent of agents)
    await saveResults(
      journal,
      slots.map((slot) => pass(agent, slot)),
    );
  await journal.close();
};

const pass = (agent, at) => ({
  ...{ id: `${at}:${agent}/ping`, agent, check: 'ping', slotAt: at, startedAt: at, endedAt: at + 500, status: 'pass', outcome: 'ok' },
  ...{ cause: null, reason: '', attempts: 1, latencyMs: 500, ttftMs: null, costNanos: 1000, judgeNanos: 0, costSource: 'priced' },
  ...{ traceId: null, assertions: [], safety: false, inMaintenance: false, fingerprint: null, drift: [] },
});
