// node test/bench/report-make.mjs FOLDER NOW: makes the page of thirty days of the fleet in a folder, as `agentops report` does, at an instant that stands still. Prints one JSON line.
import { join } from 'node:path';
import { collectReport } from '../../dist/desk/report/collect-report.js';
import { renderReportPage } from '../../dist/desk/report/page.js';
import { loadFleet } from '../../dist/fleet/load-fleet.js';
import { systemFiles } from '../../dist/ground/runtime/files.js';
import { openSecrets } from '../../dist/ground/runtime/secrets.js';
import { openSqliteJournal } from '../../dist/ground/store/sqlite.js';
import { openSqliteCache } from '../../dist/ground/store/sqlite-cache.js';

const [, , folder, instant] = process.argv;
const now = Number(instant);
const secrets = openSecrets({}, systemFiles);
const { fleet } = await loadFleet(
  { env: {}, files: systemFiles, secrets },
  { flag: 'agentops.yaml', cwd: folder, allowance: null, version: 'bench' },
  // Never asked where a snapshot of the manifest is there, as in every report but the first.
  async () => (await import('../../dist/cli/registries.js')).extensions,
);
const cache = await openSqliteCache(join(folder, '.agentops/cache.db'));
const journal = await openSqliteJournal(join(folder, '.agentops/journal.db'), () => now);
const ctx = {
  ...{ clock: { now: () => now }, secrets, files: systemFiles, signal: new AbortController().signal },
  ...{ cache: async () => cache, journal: async () => journal },
};
const report = await collectReport(ctx, fleet, { windowMs: 30 * 86_400_000, agent: null, advice: 'auto' });
const page = renderReportPage(report);
console.log(JSON.stringify({ agents: report.agents.length, requests: report.totals.requests, bytes: Buffer.byteLength(page) }));
cache.close();
await journal.close();
