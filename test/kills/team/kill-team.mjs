/**
 * Two machines, each with a state folder of its own, share a journal in one PostgreSQL: they tick at the same moment, or one of them carries
 * out a runbook by hand meanwhile. Each seed kills them, with SIGKILL, at boundaries of their commits or within their act; the other takes
 * over. At the end the plane they act on is asked what was really done. Prints one line of JSON.
 *
 * node test/kills/team/kill-team.mjs --server postgres://user@host:port/postgres [--seeds 1,2] [--parallel N]
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { extensions } from '../../../dist/cli/registries.js';
import { loadFleet } from '../../../dist/fleet/load-fleet.js';
import { readChain } from '../../../dist/ground/audit/audit.journal.js';
import { verifyChain } from '../../../dist/ground/audit/verify-chain.js';
import { seededRandom } from '../../../dist/ground/math/seeded.js';
import { systemFiles } from '../../../dist/ground/runtime/files.js';
import { systemProcesses } from '../../../dist/ground/runtime/process.js';
import { openSecrets } from '../../../dist/ground/runtime/secrets.js';
import { openPostgresJournal } from '../../../dist/ground/store/postgres.js';
import { readPostgresUrl } from '../../../dist/ground/store/postgres-address.js';
import { openSqliteCache } from '../../../dist/ground/store/sqlite-cache.js';
import { findRuns } from '../../../dist/response/runbooks/runs.journal.js';
import { fleetOwnership } from '../../../dist/telemetry/traces/fleet-ownership.js';
import { openOtlpIntake } from '../../../dist/telemetry/traces/ingest-otlp.js';
import { openPlane } from './plane.mjs';

const { values: flags } = parseArgs({
  options: { server: { type: 'string' }, seeds: { type: 'string', default: '1' }, parallel: { type: 'string', default: '2' } },
});

const program = resolve(import.meta.dirname, '../../../bin/agentops.js');
const mortal = join(import.meta.dirname, 'mortal.mjs');
const ground = mkdtempSync(join(tmpdir(), 'agentops-kill-team-'));
const plane = await openPlane();
const machines = ['anna', 'bert'];
/** Between two lives, ms: longer than anything a dead one holds. */
const lifeMs = 120_000;
const mostLives = 10;
/** About as many as a tick that acts passes. */
const mostBoundaries = 60;

const manifest = `version: 1
fleet: team
state: "\${TEAM_STATE}"
backends: { local: { kind: otlp, tokens: { "\${SUPPORT_TOKEN}": support } } }
notify: { ops: { kind: webhook, url: "\${PLANE}/hook" } }
connections: { plane: { url: "\${PLANE}", read: "\${WHO}", write: "\${WHO}" } }
runbooks: [runbooks]
agents:
  support:
    budget: { steps_per_request: 5 }
    traces: { backend: local, match: { agent_name: support } }
    controls: { disable: { via: http, connection: plane, path: /disable, undo: { path: /enable }, read: { path: /state, values: { enabled: $.enabled } }, wants: { enabled: false } } }
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

const attribute = (key, stringValue) => ({ key, value: { stringValue } });
/** One request of nine steps, where five are allowed. */
const loop = (at) => ({
  resourceSpans: [
    {
      resource: { attributes: [attribute('service.name', 'support')] },
      scopeSpans: [
        {
          spans: Array.from({ length: 9 }, (_, n) => ({
            traceId: 'a'.repeat(32),
            spanId: (n + 1).toString(16).padStart(16, '0'),
            parentSpanId: 'f'.repeat(16),
            name: 'chat model',
            startTimeUnixNano: `${at + n * 100}000000`,
            endTimeUnixNano: `${at + n * 100 + 5}000000`,
            attributes: [attribute('gen_ai.operation.name', 'chat'), attribute('gen_ai.agent.name', 'support')],
          })),
        },
      ],
    },
  ],
});

const stateOf = (database) => {
  const url = new URL(flags.server);
  url.pathname = `/${database}`;
  return url.href;
};

const ask = async (database, ...statements) => {
  const client = new pg.Client({ connectionString: stateOf(database), ssl: false });
  await client.connect();
  const answers = [];
  for (const [sql, values] of statements) answers.push((await client.query(sql, values)).rows);
  await client.end();
  return answers;
};

const environmentOf = (database, history, who) => ({
  PATH: process.env.PATH,
  TEAM_STATE: stateOf(database),
  PLANE: plane.url(history),
  SUPPORT_TOKEN: 'tok-support',
  WHO: who,
  AGENTOPS_ACTOR: who,
});

/** One life of one machine: a command that ends or is killed. */
const live = (folder, env, args, at, dies) => {
  const child = spawn(process.execPath, ['--import', mortal, program, ...args, '--json'], {
    cwd: folder,
    env: { ...env, HOME: folder, LIFE_AT: at, LIFE_DIES: dies },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (piece) => (out += piece));
  child.stderr.on('data', (piece) => (err += piece));
  const ended = new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (status, signal) => done({ args, status, killed: signal === 'SIGKILL', out, err }));
  });
  return { child, ended };
};

/** What every history begins with: a database, and for each machine a cache in which the agent runs away. */
const prepare = async () => {
  const template = join(ground, 'template');
  mkdirSync(join(template, 'runbooks'), { recursive: true });
  writeFileSync(join(template, 'agentops.yaml'), manifest);
  writeFileSync(join(template, 'runbooks/close-door.yaml'), runbook);
  await ask('postgres', ['CREATE DATABASE team']);
  plane.begin('template');
  const env = environmentOf('team', 'template', 'anna');
  const first = await live(template, env, ['tick'], 0, 0).ended;
  if (first.status !== 0) throw new Error(`the first tick ended with ${first.status}: ${first.err}${first.out}`);
  const parts = { env, files: systemFiles, secrets: openSecrets(env, systemFiles), process: systemProcesses };
  const request = { flag: join(template, 'agentops.yaml'), cwd: template, allowance: null, version: 'kills' };
  const { fleet } = await loadFleet(parts, request, async () => extensions);
  const cache = await openSqliteCache(join(template, '.agentops/cache.db'));
  const journal = await openPostgresJournal(readPostgresUrl(stateOf('team')));
  const ctx = { ...parts, cache: async () => cache, journal: async () => journal, clock: { now: () => Date.now() }, random: Math.random };
  const settings = { cache, ownership: fleetOwnership(fleet), source: 'local', trustCost: false, keepText: null };
  const intake = await openOtlpIntake(ctx, fleet, settings);
  const body = Buffer.from(JSON.stringify(loop(Date.now() + lifeMs - 150_000)));
  const taken = await intake.take({ body, encoding: 'json', signal: 'traces', boundAgent: 'support' });
  if (!taken.ok) throw new Error(taken.reason);
  cache.close();
  await journal.close();
  return template;
};

/** Time goes by for what the dead hold, and for nothing else. */
const bury = async (database, who) => {
  const [[tick]] = await ask(database, ["SELECT owner FROM agentops.lease WHERE name = 'tick'"]);
  // Whoever holds the tick lease is the only one at work; a dead one that held it held everything else too.
  const wasHolder = tick?.owner.startsWith(who) ?? false;
  await ask(database, [
    `UPDATE agentops.lease SET expires_at = 0 WHERE ${wasHolder ? 'TRUE' : "name = 'tick' AND owner LIKE $1"}`,
    wasHolder ? [] : [`${who}%`],
  ]);
};

/** How each machine dies in the first lives: at a boundary, within its act, or not at all. */
const fateOf = (random) => {
  const drawn = random();
  if (drawn < 0.2) return { boundary: 0, inAct: false };
  if (drawn < 0.4) return { boundary: 0, inAct: true };
  return { boundary: 1 + Math.floor(random() * mostBoundaries), inAct: false };
};

let [kills, lives, takeovers, busy, copies] = [0, 0, 0, 0, 0];

const commandOf = async (database, who, kind, life) => {
  if (who === 'anna' || kind === 'ticks') return ['tick', '--wait'];
  const [open] =
    life === 0 ? [] : (await ask(database, ['SELECT id FROM agentops.runbook_run WHERE ended_at IS NULL AND actor = $1', [who]]))[0];
  if (open !== undefined) return ['runbook', 'resume', open.id];
  return life === 0 ? ['runbook', 'run', 'close-door', '--agent', 'support', '--yes', '--no-tick-check'] : ['tick', '--wait'];
};

const historyOf = async (template, seed) => {
  const name = `team_${seed}`;
  const random = seededRandom(seed);
  const kind = seed % 3 === 0 ? 'person' : 'ticks';
  await ask('postgres', [`CREATE DATABASE ${name} TEMPLATE team`]);
  const folders = machines.map((who) => join(ground, `${name}_${who}`));
  for (const folder of folders) cpSync(template, folder, { recursive: true });
  const history = plane.begin(name);
  const wrong = [];
  const allowed = new Map();
  let calm = 0;
  for (let life = 0; calm < 1 && life < mostLives; life += 1) {
    const fates = machines.map(() => (life < 3 ? fateOf(random) : { boundary: 0, inAct: false }));
    const at = lifeMs * (life + 1);
    const commands = await Promise.all(machines.map((who) => commandOf(name, who, kind, life)));
    const running = machines.map((who, m) => live(folders[m], environmentOf(name, name, who), commands[m], at, fates[m].boundary));
    history.dyingAct = fates.some(({ inAct }) => inAct)
      ? (who) => {
          const m = machines.indexOf(who);
          history.dyingAct = null;
          running[m].child.kill('SIGKILL');
        }
      : null;
    const ends = await Promise.all(
      running.map(async ({ ended }, m) => {
        const end = await ended;
        if (end.killed) await bury(name, machines[m]);
        return end;
      }),
    );
    lives += ends.length;
    kills += ends.filter(({ killed }) => killed).length;
    if (ends.filter(({ killed }) => killed).length === 1) takeovers += 1;
    for (const end of ends) {
      if (end.killed) continue;
      if (end.status === 4) busy += 1;
      // A run by hand may be refused, since the other is at it; or be told by its target that all is done.
      const fine = end.args[0] === 'tick' ? [0] : [0, 4];
      if (!fine.includes(end.status)) wrong.push({ life, ...end, out: end.out.slice(0, 1500), err: end.err.slice(0, 1500) });
    }
    calm = ends.some(({ killed }) => killed) ? 0 : life === 0 ? 0 : calm + 1;
    // What was received and not noted may come a second time.
    if (ends.some(({ killed }) => killed)) {
      const [due] = await ask(name, ["SELECT dedup_key FROM agentops.outbox WHERE status = 'due'"]);
      for (const { dedup_key: key } of due)
        if (history.messages.some((each) => each.key === key)) allowed.set(key, (allowed.get(key) ?? 0) + 1);
    }
  }
  const journal = await openPostgresJournal(readPostgresUrl(stateOf(name)));
  if (history.acts.length !== 1) wrong.push({ acts: history.acts });
  for (const { dedup_key: key, status } of await journal.all('SELECT dedup_key, status FROM outbox')) {
    const own = history.messages.filter((each) => each.key === key);
    copies += Math.max(0, own.length - 1);
    if (status !== 'sent' || own.length === 0 || own.length > 1 + (allowed.get(key) ?? 0)) wrong.push({ key, status, copies: own.length });
    if (new Set(own.map(({ id }) => id)).size > 1) wrong.push({ key, ids: own.map(({ id }) => id) });
  }
  const runs = await findRuns(journal, { since: 0, open: false }, 99);
  if (runs.some(({ status }) => status !== 'done')) wrong.push({ runs: runs.map(({ head, status, why }) => [head.id, status, why]) });
  if (runs.filter(({ head }) => head.cause.kind !== 'person').length > 1)
    wrong.push({ automatic: runs.map(({ head }) => [head.id, head.cause]) });
  const { broken } = await verifyChain(readChain(journal), null);
  if (broken !== null) wrong.push({ chain: broken });
  await journal.close();
  await ask('postgres', [`DROP DATABASE ${name}`]);
  for (const folder of folders) rmSync(folder, { recursive: true });
  return wrong.length === 0 ? [] : [{ seed, kind, wrong }];
};

const began = performance.now();
const template = await prepare();
const wrong = [];
const queue = flags.seeds.split(',').map(Number).values();
const worker = async () => {
  for (const seed of queue) wrong.push(...(await historyOf(template, seed)));
};
await Promise.all(Array.from({ length: Number(flags.parallel) }, worker));
plane.close();
await ask('postgres', ['DROP DATABASE team']);
rmSync(ground, { recursive: true });
const seconds = Math.round((performance.now() - began) / 100) / 10;
console.log(JSON.stringify({ histories: flags.seeds.split(',').length, lives, kills, takeovers, busy, copies, seconds, wrong }));
