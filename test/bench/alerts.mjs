// node test/bench/alerts.mjs SPANS [FOLDER]: a made-up fleet of a thousand agents under the default rules. Prints one JSON line; run.mjs shows it.
// A folder that is named stays, and is used again.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteJournal } from '../../dist/ground/store/sqlite.js';
import { openSqliteCache } from '../../dist/ground/store/sqlite-cache.js';
import { saveResults } from '../../dist/quality/health/results.journal.js';
import { rebuildRollups } from '../../dist/telemetry/stats/rebuild-rollups.js';
import { ownershipOf } from '../../dist/telemetry/traces/ownership.js';
import { upsertPage } from '../../dist/telemetry/traces/spans.cache.js';
import { fleetPages } from './fleet.mjs';
import { runNode } from './measure.mjs';

const spans = Number(process.argv[2] ?? 1_000_000);
const kept = process.argv[3];
const count = 1000;
const minuteMs = 60_000;
const dayMs = 86_400_000;
/** As dense as ten million spans in a month; no shorter than the days that costs are compared with. */
const days = Math.max(9, Math.round((30 * spans) / 10_000_000));
const agents = Array.from({ length: count }, (_, at) => `agent-${at}`);
const folder = kept ?? mkdtempSync(join(tmpdir(), 'agentops-bench-'));
const now = Date.UTC(2026, 10, 20, 14, 7, 30);

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

const fill = async () => {
  mkdirSync(join(folder, '.agentops'), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'agentops.yaml'), manifest);
  const cache = await openSqliteCache(join(folder, '.agentops/cache.db'));
  const ownership = ownershipOf(agents.map((agent) => ({ agent, source: 'prod', match: { trace_name: agent } })));
  const progress = { cursor: null, highUs: (now + dayMs) * 1000, syncedUs: (now + dayMs) * 1000 };
  for (const page of fleetPages({ spans, days, agents: count, pageSize: 1000, fromUs: (now - days * dayMs) * 1000 }))
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

if (!existsSync(join(folder, 'agentops.yaml'))) await fill();
const evaluate = () => runNode([join(import.meta.dirname, 'alerts-evaluate.mjs'), folder, String(now)]);
await evaluate();
const { status, stdout, stderr } = await evaluate();
if (status !== 0) throw new Error(`the evaluation ended with ${status}: ${stderr}`);
console.log(JSON.stringify({ spans, days, agents: count, ...JSON.parse(stdout) }));
if (kept === undefined) rmSync(folder, { recursive: true });
