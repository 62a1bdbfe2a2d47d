// node test/bench/alerts.mjs SPANS [FOLDER]: a made-up fleet of a thousand agents under the default rules. Prints one JSON line; run.mjs shows it.
// A folder that is named stays, and is used again.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from './measure.mjs';
import { agents, fillFolder } from './thousand-agents.mjs';

const spans = Number(process.argv[2] ?? 1_000_000);
const kept = process.argv[3];
/** As dense as ten million spans in a month; no shorter than the days that costs are compared with. */
const days = Math.max(9, Math.round((30 * spans) / 10_000_000));
const folder = kept ?? mkdtempSync(join(tmpdir(), 'agentops-bench-'));
const now = Date.UTC(2026, 10, 20, 14, 7, 30);

if (!existsSync(join(folder, 'agentops.yaml'))) await fillFolder(folder, { spans, days, now });
const evaluate = () => runNode([join(import.meta.dirname, 'alerts-evaluate.mjs'), folder, String(now)]);
await evaluate();
const { status, stdout, stderr } = await evaluate();
if (status !== 0) throw new Error(`the evaluation ended with ${status}: ${stderr}`);
console.log(JSON.stringify({ spans, days, agents: agents.length, ...JSON.parse(stdout) }));
if (kept === undefined) rmSync(folder, { recursive: true });
