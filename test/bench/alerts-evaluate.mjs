// node test/bench/alerts-evaluate.mjs FOLDER NOW: evaluates the alerts of the fleet in a folder, as ticks do, in a process of its own. Prints one JSON line.
import { join } from 'node:path';
import { loadFleet } from '../../dist/fleet/load-fleet.js';
import { systemFiles } from '../../dist/ground/runtime/files.js';
import { openSecrets } from '../../dist/ground/runtime/secrets.js';
import { openSqliteJournal } from '../../dist/ground/store/sqlite.js';
import { openSqliteCache } from '../../dist/ground/store/sqlite-cache.js';
import { evaluateAlerts } from '../../dist/oversight/alerts/evaluate-alerts.js';
import { rulesOf } from '../../dist/oversight/alerts/rules.js';

const [, , folder, start] = process.argv;
const secrets = openSecrets({}, systemFiles);
const { fleet } = await loadFleet(
  { env: {}, files: systemFiles, secrets },
  { flag: 'agentops.yaml', cwd: folder, allowance: null, version: 'bench' },
  // Never asked where a snapshot of the manifest is there, as in every tick but the first.
  async () => (await import('../../dist/cli/registries.js')).extensions,
);
let now = Number(start);
const cache = await openSqliteCache(join(folder, '.agentops/cache.db'));
const journal = await openSqliteJournal(join(folder, '.agentops/journal.db'), () => now);
await journal.commit(['alert', 'alert_event', 'alert_input', 'outbox'].map((table) => ({ sql: `DELETE FROM ${table}`, params: [] })));
const ctx = {
  ...{ clock: { now: () => now }, secrets, signal: new AbortController().signal },
  ...{ cache: async () => cache, journal: async () => journal },
};
const evaluate = async () => {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const { moments, open, transitions } = await evaluateAlerts(ctx, fleet, { suggest: () => null }, () => {});
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1000, wallMs: performance.now() - wall, moments, open: open.length, transitions: transitions.length };
};
const before = process.memoryUsage().rss / 2 ** 20;
const first = await evaluate();
const largestMiB = process.resourceUsage().maxRSS / 1024;
now += 60_000;
const second = await evaluate();
now += 15 * 60_000;
const missed = await evaluate();
const missedMiB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ rules: rulesOf(fleet).length, beforeMiB: before, largestMiB, missedMiB, first, second, missed }));
cache.close();
await journal.close();
