// node test/bench/report.mjs SPANS [FOLDER]: the page of thirty days of a made-up fleet of a thousand agents. Prints one JSON line; run.mjs shows it.
// A folder that is named stays, and is used again.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, runNode } from './measure.mjs';
import { fillFolder } from './thousand-agents.mjs';

const spans = Number(process.argv[2] ?? 1_000_000);
const kept = process.argv[3];
const folder = kept ?? mkdtempSync(join(tmpdir(), 'agentops-bench-'));
const now = Date.UTC(2026, 10, 20, 14, 7, 30);

if (!existsSync(join(folder, 'agentops.yaml'))) await fillFolder(folder, { spans, days: 30, now });
const make = async () => {
  const run = await runNode([join(import.meta.dirname, 'report-make.mjs'), folder, String(now)]);
  if (run.status !== 0) throw new Error(`the report ended with ${run.status}: ${run.stderr}`);
  return run;
};
await make();
const runs = [];
for (let at = 0; at < 5; at++) runs.push(await make());
const { agents, requests, bytes } = JSON.parse(runs[0].stdout);
console.log(
  JSON.stringify({
    ...{ spans, agents, requests, bytes },
    cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
    largestMiB: median(runs.map(({ maxRssMiB }) => maxRssMiB)),
  }),
);
if (kept === undefined) rmSync(folder, { recursive: true });
