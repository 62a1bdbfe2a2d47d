// node write-pages.mjs FILE SEED SPANS: writes a made-up fleet into a cache, page by page, rollups in between; a line for each step.
import { openSqliteCache } from '../../dist/ground/store/sqlite-cache.js';
import { rebuildRollups } from '../../dist/telemetry/stats/rebuild-rollups.js';
import { ownershipOf } from '../../dist/telemetry/traces/ownership.js';
import { upsertPage } from '../../dist/telemetry/traces/spans.cache.js';
import { fleetPages } from '../bench/fleet.mjs';

const [path, seed, spans] = process.argv.slice(2);
const ownership = ownershipOf(
  Array.from({ length: 20 }, (_, at) => ({ agent: `agent-${at}`, source: 'prod', match: { trace_name: `agent-${at}` } })),
);
const cache = await openSqliteCache(path);
let pages = 0;
for (const page of fleetPages({ seed: Number(seed), spans: Number(spans), pageSize: 100, days: 2 })) {
  upsertPage(cache, ownership, { source: 'prod', spans: page, scores: [] });
  if (++pages % 5 === 0) rebuildRollups(cache);
  process.stdout.write('.\n');
}
rebuildRollups(cache);
cache.close();
