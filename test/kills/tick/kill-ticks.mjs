/**
 * Kills ticks, with SIGKILL, at boundaries of their commits, lets later ticks go on, and asks the receiver of the messages and the control
 * what was really done. Prints one line of JSON: what was wrong, kill by kill.
 *
 * node test/kills/tick/kill-ticks.mjs [--every N] [--seeds 1,2] [--parallel N]
 * --every N: the first life dies at every Nth boundary; --seeds: it, and those after it, die at boundaries by chance
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { extensions } from '../../../dist/cli/registries.js';
import { loadFleet } from '../../../dist/fleet/load-fleet.js';
import { readChain } from '../../../dist/ground/audit/audit.journal.js';
import { verifyChain } from '../../../dist/ground/audit/verify-chain.js';
import { seededRandom } from '../../../dist/ground/math/seeded.js';
import { systemFiles } from '../../../dist/ground/runtime/files.js';
import { systemProcesses } from '../../../dist/ground/runtime/process.js';
import { openSecrets } from '../../../dist/ground/runtime/secrets.js';
import { openSqliteJournal } from '../../../dist/ground/store/sqlite.js';
import { openSqliteCache } from '../../../dist/ground/store/sqlite-cache.js';
import { readOpenAlerts } from '../../../dist/oversight/alerts/alerts.journal.js';
import { refold } from '../../../dist/oversight/alerts/fold.js';
import { readInputs } from '../../../dist/oversight/alerts/inputs.journal.js';
import { findRuns } from '../../../dist/response/runbooks/runs.journal.js';
import { fleetOwnership } from '../../../dist/telemetry/traces/fleet-ownership.js';
import { openOtlpIntake } from '../../../dist/telemetry/traces/ingest-otlp.js';

const { values: flags } = parseArgs({
  options: {
    every: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '' },
    parallel: { type: 'string', default: '2' },
  },
});

const program = resolve(import.meta.dirname, '../../../bin/agentops.js');
const mortal = join(import.meta.dirname, 'mortal.mjs');
const ground = mkdtempSync(join(tmpdir(), 'agentops-kill-ticks-'));
const template = join(ground, 'template');
/** Between two lives, ms: longer than anything a dead one holds. */
const lifeMs = 120_000;
const mostLives = 12;

/** What arrived, by the folder it came from: `{ key, id, type }`. */
const received = new Map();
const receiver = createServer((request, response) => {
  const pieces = [];
  request.on('error', () => {});
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const { data, type } = JSON.parse(Buffer.concat(pieces).toString());
    received.get(request.url)?.push({ key: data.dedup_key, id: request.headers['webhook-id'] ?? data.id ?? null, type });
    response.end('{}');
  });
});
await new Promise((done) => receiver.listen(0, '127.0.0.1', done));
const hook = (name) => `http://127.0.0.1:${receiver.address().port}/${name}`;

const manifest = (name) => `version: 1
fleet: kills
backends: { local: { kind: otlp, tokens: { "\${SUPPORT_TOKEN}": support, "\${BILLING_TOKEN}": billing } } }
notify: { ops: { kind: webhook, url: "${hook(name)}" } }
runbooks: [runbooks]
agents:
  support:
    budget: { steps_per_request: 5 }
    traces: { backend: local, match: { agent_name: support } }
    controls: { disable: { via: flag-file, path: flags.json, flag: agent.support.enabled } }
  billing:
    budget: { steps_per_request: 5 }
    traces: { backend: local, match: { agent_name: billing } }
`;
const runbook = `metadata: { name: close-door, class: loop, description: Lets a looping agent take no new work. }
params:
  agent: { type: agent, description: Which agent. }
triggers: [ { alert: runaway, mode: auto } ]
guardrails: { runs_per_hour: 9, targets: 1, cooldown: 1m }
steps:
  - disable: {}
    ttl: 2h
`;
const untouched = '{ "flags": {}, "agent.support.enabled": true }\n';

const attribute = (key, stringValue) => ({ key, value: { stringValue } });
const loop = (agent, digit, at) => ({
  resourceSpans: [
    {
      resource: { attributes: [attribute('service.name', agent)] },
      scopeSpans: [
        {
          spans: Array.from({ length: 9 }, (_, n) => ({
            traceId: digit.repeat(32),
            spanId: (n + 1).toString(16).padStart(16, '0'),
            parentSpanId: 'f'.repeat(16),
            name: 'chat model',
            startTimeUnixNano: `${at + n * 100}000000`,
            endTimeUnixNano: `${at + n * 100 + 5}000000`,
            attributes: [attribute('gen_ai.operation.name', 'chat'), attribute('gen_ai.agent.name', agent)],
          })),
        },
      ],
    },
  ],
});

/** One life: a tick that ends or is killed. */
const live = (folder, at, dies = 0) =>
  new Promise((done, failed) => {
    const log = join(folder, 'boundaries.log');
    rmSync(log, { force: true });
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      SUPPORT_TOKEN: 'tok-support',
      BILLING_TOKEN: 'tok-billing',
      LIFE_AT: at,
      LIFE_DIES: dies,
      LIFE_LOG: log,
    };
    const child = spawn(process.execPath, ['--import', mortal, program, 'tick', '--json'], { cwd: folder, env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (piece) => (out += piece));
    child.stderr.on('data', (piece) => (err += piece));
    child.on('error', failed);
    child.on('close', (status, signal) => {
      const boundaries = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0;
      done({ status, killed: signal === 'SIGKILL', boundaries, out, err });
    });
  });

/** A fleet of which two agents run away, watched for a while already. */
const prepare = async () => {
  mkdirSync(join(template, 'runbooks'), { recursive: true });
  writeFileSync(join(template, 'agentops.yaml'), manifest('template'));
  writeFileSync(join(template, 'runbooks/close-door.yaml'), runbook);
  writeFileSync(join(template, 'flags.json'), untouched);
  const first = await live(template, 0);
  if (first.status !== 0) throw new Error(`the first tick ended with ${first.status}: ${first.err}${first.out}`);
  const env = { SUPPORT_TOKEN: 'tok-support', BILLING_TOKEN: 'tok-billing' };
  const parts = { env, files: systemFiles, secrets: openSecrets(env, systemFiles), process: systemProcesses };
  const { fleet } = await loadFleet(
    parts,
    { flag: join(template, 'agentops.yaml'), cwd: template, allowance: null, version: 'kills' },
    async () => extensions,
  );
  const cache = await openSqliteCache(join(template, '.agentops/cache.db'));
  const journal = await openSqliteJournal(join(template, '.agentops/journal.db'), () => Date.now());
  const ctx = { ...parts, cache: async () => cache, journal: async () => journal, clock: { now: () => Date.now() }, random: Math.random };
  const settings = { cache, ownership: fleetOwnership(fleet), source: 'local', trustCost: false, keepText: null };
  const intake = await openOtlpIntake(ctx, fleet, settings);
  for (const [agent, digit] of [
    ['support', 'a'],
    ['billing', 'b'],
  ]) {
    const body = Buffer.from(JSON.stringify(loop(agent, digit, Date.now() + lifeMs - 150_000)));
    const taken = await intake.take({ body, encoding: 'json', signal: 'traces', boundAgent: agent });
    if (!taken.ok) throw new Error(taken.reason);
  }
  cache.close();
  await journal.close();
};

/** Without what differs from one history to another: instants, the id of the run, the place of its end among its events. */
const plain = (key) => key.replace(/\d{13}/, 'AT').replace(/^close-door-[^/]*\/(\w+)\/\d+$/, 'RUN/$1');

let copies = 0;
/** One history from the first tick that sees the loop to the one that leaves nothing to do. @param deaths boundary of each life, in order */
const history = async (name, deaths) => {
  const folder = join(ground, name);
  cpSync(template, folder, { recursive: true });
  writeFileSync(join(folder, 'agentops.yaml'), manifest(name));
  received.set(`/${name}`, []);
  const got = received.get(`/${name}`);
  const wrong = [];
  const allowed = new Map();
  let kills = 0;
  let boundaries = 0;
  let calm = 0;
  for (let life = 0; calm < 2 && life < mostLives; life += 1) {
    const at = lifeMs * (life + 1);
    const lived = await live(folder, at, deaths[life] ?? 0);
    if (life === 0) boundaries = lived.boundaries;
    if (lived.killed) kills += 1;
    else if (lived.status !== 0) wrong.push({ life, status: lived.status, said: `${lived.err}${lived.out}`.slice(0, 2000) });
    calm = lived.killed ? 0 : calm + 1;
    if (!lived.killed) continue;
    // What was received and not noted may come a second time.
    const journal = await openSqliteJournal(join(folder, '.agentops/journal.db'), () => Date.now() + at);
    const rows = await journal.all("SELECT dedup_key FROM outbox WHERE status = 'due'");
    await journal.close();
    for (const { dedup_key: key } of rows) if (got.some((each) => each.key === key)) allowed.set(key, (allowed.get(key) ?? 0) + 1);
  }
  const journal = await openSqliteJournal(join(folder, '.agentops/journal.db'), () => Date.now() + lifeMs * mostLives);
  const outbox = await journal.all('SELECT id, dedup_key, status FROM outbox');
  for (const { dedup_key: key, status } of outbox) {
    const own = got.filter((each) => each.key === key);
    if (status !== 'sent') wrong.push({ key, status });
    if (own.length === 0) wrong.push({ key, forgotten: true });
    if (own.length > 1 + (allowed.get(key) ?? 0)) wrong.push({ key, copies: own.length, allowed: allowed.get(key) ?? 0 });
    if (new Set(own.map(({ id }) => id)).size > 1) wrong.push({ key, ids: own.map(({ id }) => id) });
    copies += Math.max(0, own.length - 1);
  }
  const runs = await findRuns(journal, { since: 0, open: false }, 99);
  if (runs.length !== 1 || runs[0].status !== 'done') wrong.push({ runs: runs.map(({ head, status, why }) => [head.id, status, why]) });
  const { broken } = await verifyChain(readChain(journal), null);
  if (broken !== null) wrong.push({ chain: broken });
  const flag = JSON.stringify(JSON.parse(readFileSync(join(folder, 'flags.json'), 'utf8')));
  const refolded = refold(await readInputs(journal, { from: 0, to: Date.now() + lifeMs * 99 })).at(-1);
  const open = (await readOpenAlerts(journal)).map(({ agent, label, instance, told }) => ({ agent, label, instance, told }));
  const again = (refolded?.standing ?? []).map(({ agent, label, instance, told }) => ({ agent, label, instance, told }));
  const sorted = (list) => JSON.stringify(list.toSorted((a, b) => (a.agent < b.agent ? -1 : 1)));
  if (sorted(open) !== sorted(again)) wrong.push({ open, again });
  await journal.close();
  rmSync(folder, { recursive: true });
  received.delete(`/${name}`);
  return { deaths, kills, boundaries, wrong, flag, keys: [...new Set(got.map(({ key }) => plain(key)))].sort() };
};

await prepare();
const began = performance.now();
const undisturbed = await history('undisturbed', []);
const every = Number(flags.every);
const plans = every === 0 ? [] : Array.from({ length: Math.floor(undisturbed.boundaries / every) }, (_, at) => [at * every + 1]);
for (const seed of flags.seeds.split(',').filter((text) => text !== '')) {
  const random = seededRandom(Number(seed));
  plans.push(Array.from({ length: 1 + Math.floor(random() * 3) }, () => 1 + Math.floor(random() * undisturbed.boundaries)));
}
const wrong = undisturbed.wrong.length === 0 ? [] : [undisturbed];
let kills = 0;
const queue = plans.entries();
const worker = async () => {
  for (const [at, deaths] of queue) {
    const ended = await history(`history-${at}`, deaths);
    kills += ended.kills;
    const differs = ended.flag !== undisturbed.flag || JSON.stringify(ended.keys) !== JSON.stringify(undisturbed.keys);
    if (ended.wrong.length > 0 || differs) wrong.push({ deaths, wrong: ended.wrong, keys: ended.keys, flag: ended.flag });
  }
};
await Promise.all(Array.from({ length: Number(flags.parallel) }, worker));
receiver.close();
receiver.closeAllConnections();
rmSync(ground, { recursive: true });
const seconds = (performance.now() - began) / 1000;
console.log(
  JSON.stringify({ histories: plans.length, kills, boundaries: undisturbed.boundaries, copies, keys: undisturbed.keys, seconds, wrong }),
);
