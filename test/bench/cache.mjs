// node test/bench/cache.mjs [SPANS]: a made-up fleet through the span cache. Prints one JSON line; run.mjs shows it.
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { openSqliteCache } from '../../dist/ground/store/sqlite-cache.js';
import { readFigures } from '../../dist/telemetry/stats/figures.cache.js';
import { rebuildRollups } from '../../dist/telemetry/stats/rebuild-rollups.js';
import { ownershipOf } from '../../dist/telemetry/traces/ownership.js';
import { upsertPage } from '../../dist/telemetry/traces/spans.cache.js';
import { readTrace } from '../../dist/telemetry/traces/trace.cache.js';
import { fleetPages } from './fleet.mjs';
import { interleave, median, runNode } from './measure.mjs';

const spans = Number(process.argv[2] ?? 1_000_000);
const pageSize = 1000;
// As dense as ten million spans in a month: rollups weigh the same on every span.
const days = Math.max(1, Math.round((30 * spans) / 10_000_000));
const agents = Array.from({ length: 20 }, (_, at) => `agent-${at}`);
const ownership = ownershipOf(agents.map((agent) => ({ agent, source: 'prod', match: { trace_name: agent } })));
const manifest = [
  'version: 1',
  'fleet: bench',
  'backends: { prod: { kind: otlp } }',
  'agents:',
  ...agents.map((agent) => `  ${agent}: { traces: { backend: prod, match: { trace_name: ${agent} } } }`),
].join('\n');
/** The history ends now, so that the program can be asked for it. */
const fleet = { days, pageSize, fromUs: (Date.now() - days * 86_400_000) * 1000 };

/** CPU and wall time of many pieces of work, microseconds. */
const stopwatch = () => {
  const total = { cpu: 0, wall: 0 };
  const time = (work) => {
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    const result = work();
    const { user, system } = process.cpuUsage(cpu);
    total.cpu += user + system;
    total.wall += (performance.now() - wall) * 1000;
    return result;
  };
  return { total, time };
};

/** What anybody would write first: one table, one row a span, the text as it comes; `key` is its key, or none. */
const bareTable = (path, key) => {
  const values = (span) => [
    span.traceId,
    span.spanId,
    span.parentId,
    span.kind,
    span.name,
    span.traceName,
    span.serviceName,
    span.provider,
    span.model,
    span.startUs,
    span.durationUs,
    span.ttftUs,
    span.status,
    span.errorType,
    span.tokens.input,
    span.tokens.output,
    span.tokens.cachedRead,
    span.tokens.cachedWrite,
    span.tokens.reasoning,
    span.costNanos,
    span.costSource,
    span.user,
    span.session,
    span.task,
    span.environment,
    span.release,
    span.promptName,
    span.promptVersion,
    span.updatedUs,
    span.promptHash ?? span.argsHash,
    span.synthetic ? 1 : 0,
  ];
  const columns = Array.from({ length: 31 }, (_, at) => `c${at}`);
  const database = new Sqlite(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('cache_size = -32768');
  database.exec(`CREATE TABLE span (${columns.join(', ')}${key ? ', PRIMARY KEY (c0, c1)) WITHOUT ROWID' : ')'}`);
  const insert = database.prepare(`INSERT INTO span VALUES (${columns.map(() => '?').join(', ')})`);
  const take = database.transaction((page) => {
    for (const span of page) insert.run(...values(span));
  });
  return { take, close: () => database.close() };
};

const folder = mkdtempSync(join(tmpdir(), 'agentops-bench-'));
writeFileSync(join(folder, 'agentops.yaml'), manifest);
mkdirSync(join(folder, '.agentops'), { mode: 0o700 });
const take = (into, page) => upsertPage(into, ownership, { source: 'prod', spans: page, scores: [] });
const path = join(folder, '.agentops/cache.db');
let cache = await openSqliteCache(path);
const [ingest, rebuild] = [stopwatch(), stopwatch()];
let taken = 0;
let largestMiB = 0;
const weigh = () => {
  largestMiB = Math.max(largestMiB, process.memoryUsage().rss / 2 ** 20);
};
for (const page of fleetPages({ ...fleet, spans })) {
  ingest.time(() => take(cache, page));
  taken += page.length;
  if (taken % 50_000 < pageSize) weigh();
}
rebuild.time(() => rebuildRollups(cache, { on: weigh }));
// Opened again, so that nothing is warm but the disk.
cache.close();
cache = await openSqliteCache(path);
const { from, to } = cache.all('SELECT MIN(start_us) AS "from", MAX(start_us) AS "to" FROM run')[0];
const window = { fromUs: from + 1234, toUs: to };
const query = (by) => {
  const times = Array.from({ length: 7 }, () => {
    const { total, time } = stopwatch();
    time(() => readFigures(cache, { window, by }));
    return total;
  });
  return { wallMs: median(times.map(({ wall }) => wall)) / 1000, cpuMs: median(times.map(({ cpu }) => cpu)) / 1000 };
};
const status = Object.fromEntries(
  ['agent', 'model', 'provider', 'user', 'task', 'env', 'release', 'prompt-version', 'error', 'tool'].map((by) => [by, query(by)]),
);
const ids = cache.all(`SELECT lower(hex(trace_id)) AS id FROM trace WHERE no % ${Math.max(1, Math.floor(taken / 8 / 50))} = 1`);
const traceMs = ids
  .map(({ id }) => {
    const at = performance.now();
    readTrace(cache, id);
    return performance.now() - at;
  })
  .sort((a, b) => a - b);
cache.close();
const bin = resolve(import.meta.dirname, '../../bin/agentops.js');
const [bareNode, whole] = await interleave(7, [
  () => runNode(['-e', '0'], { cwd: folder }),
  () => runNode([bin, 'status', '--window', '30d'], { cwd: folder }),
]);
for (const { status: code, stderr } of whole) if (code !== 0) throw new Error(`agentops status ended with ${code}: ${stderr}`);
const cpuOf = (runs) => median(runs.map(({ cpuMs }) => cpuMs));

/** The same pages into the cache and into plain tables, in turn: what the machine does meanwhile falls on all of them alike. */
const compare = async (count) => {
  const watches = { cache: stopwatch(), keyed: stopwatch(), plain: stopwatch() };
  const beside = await openSqliteCache(join(folder, 'beside.db'));
  const tables = ['keyed', 'plain'].map((name) => ({ name, ...bareTable(join(folder, `${name}.db`), name === 'keyed') }));
  let compared = 0;
  for (const page of fleetPages({ ...fleet, spans: count, days: (days * count) / spans })) {
    watches.cache.time(() => take(beside, page));
    for (const table of tables) watches[table.name].time(() => table.take(page));
    compared += page.length;
  }
  watches.cache.time(() => rebuildRollups(beside));
  for (const { close } of [beside, ...tables]) close();
  return Object.fromEntries(Object.entries(watches).map(([name, watch]) => [name, each(watch, compared)]));
};

const each = ({ total }, count) => ({ cpuUs: total.cpu / count, wallUs: total.wall / count });
console.log(
  JSON.stringify({
    spans: taken,
    days,
    compared: await compare(Math.min(spans, 1_000_000)),
    ingest: each(ingest, taken),
    rebuild: each(rebuild, taken),
    bytesPerSpan: statSync(path).size / taken,
    largestMiB,
    status,
    process: { nodeMs: cpuOf(bareNode), statusMs: cpuOf(whole) },
    traceMs: { median: traceMs[Math.floor(traceMs.length / 2)], worst: traceMs.at(-1) },
  }),
);
rmSync(folder, { recursive: true });
