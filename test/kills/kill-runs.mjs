/**
 * Kills every run it is told to, with SIGKILL, and resumes it, until it ends; then asks the targets what was really done to them.
 * Prints one line of JSON: what was wrong, path by path, and how much was done.
 *
 * node test/kills/kill-runs.mjs [--runbooks a,b] [--seeds 1,2] [--kinds declared,…] [--boundaries each|chain|some]
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { extensions } from '../../dist/cli/registries.js';
import { seededFate } from '../../dist/controls/actions/mishap.js';
import { standingMitigations } from '../../dist/controls/actions/mitigations.journal.js';
import { openControl } from '../../dist/controls/actions/open-control.js';
import { openTwins } from '../../dist/controls/actions/open-twins.js';
import { loadFleet } from '../../dist/fleet/load-fleet.js';
import { readChain } from '../../dist/ground/audit/audit.journal.js';
import { verifyChain } from '../../dist/ground/audit/verify-chain.js';
import { seededRandom } from '../../dist/ground/math/seeded.js';
import { systemFiles } from '../../dist/ground/runtime/files.js';
import { systemProcesses } from '../../dist/ground/runtime/process.js';
import { openSecrets } from '../../dist/ground/runtime/secrets.js';
import { heldLeases } from '../../dist/ground/store/lease.js';
import { openSqliteJournal } from '../../dist/ground/store/sqlite.js';
import { drawPlan } from '../../dist/response/runbooks/draw-plan.js';
import { givenParams } from '../../dist/response/runbooks/given-params.js';
import { loadRunbook } from '../../dist/response/runbooks/load-runbooks.js';
import { findRuns } from '../../dist/response/runbooks/runs.journal.js';
import { healthyFigures } from '../../dist/response/runbooks/scope.js';
import { judgePath } from '../../dist/response/runbooks/simulation.js';
import { openLives } from './lives.mjs';
import { openPeer } from './peer.mjs';

const passing = ['busy', 'unsure', 'lost', 'slow', 'blind'];
/** What targets may be like, beside what their drivers declare. */
const kinds = {
  declared: {},
  unreadable: { readable: false, idempotent: true },
  unrepeatable: { readable: true, idempotent: false },
  neither: { readable: false, idempotent: false },
};
/** Longer than any lease of the dead, ms. */
const untilResumedMs = 600_000;
const start = Date.UTC(2026, 2, 2, 12);
const mostLives = 400;
const share = 0.4;

const { values: flags } = parseArgs({
  options: {
    runbooks: { type: 'string' },
    seeds: { type: 'string', default: '0' },
    kinds: { type: 'string', default: 'declared' },
    boundaries: { type: 'string', default: 'chain' },
    parallel: { type: 'string', default: '2' },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'agentops-kills-'));
cpSync(join(import.meta.dirname, 'agentops.yaml'), join(folder, 'agentops.yaml'));
const ground = { env: {}, files: systemFiles, secrets: openSecrets({}, systemFiles), process: systemProcesses };
const ctx = { ...ground, clock: { now: () => start }, random: seededRandom(1), signal: new AbortController().signal };
const { fleet } = await loadFleet(
  ground,
  { flag: join(folder, 'agentops.yaml'), cwd: folder, allowance: null, version: 'kills' },
  async () => extensions,
);

/** What some need beside an agent, as the query of a URL. */
const given = {
  'provider-outage': ['first=openai&second=anthropic'],
  'hallucination-spike': ['model=earlier'],
  rollback: ['what=prompt', 'what=model&to=earlier', 'what=deploy'],
  scale: ['replicas=7'],
};
const shipped = readdirSync(resolve(import.meta.dirname, '../../runbooks'))
  .map((file) => basename(file, '.yaml'))
  .flatMap((name) => (given[name] ?? ['']).map((query) => `${name}?${query}`));

const real = (kind) => async (agent, control) => {
  const driver = await openControl(ctx, fleet, agent, control, 'read');
  return { ...driver, traits: { ...driver.traits, ...kinds[kind] } };
};

const planOf = async (asked, kind) => {
  const [name, query] = asked.split('?');
  const runbook = await loadRunbook(ctx, fleet, name, folder);
  const params = givenParams(runbook, { agent: 'support', ...Object.fromEntries(new URLSearchParams(query)) }, ['support']);
  const { open } = openTwins({ real: real(kind), clock: ctx.clock });
  const plan = await drawPlan(ctx, fleet, { runbook, params, aids: { open, figures: async () => healthyFigures } });
  return { runbook: { name: runbook.name, class: runbook.class }, plan };
};

let livesLived = 0;
let kills = 0;
const lives = openLives(Number(flags.parallel) + 1);

/** A person has done what was asked; no shipped runbook has an approval among its steps. */
const wordFor = ({ steps }) => {
  const asked = steps.find(({ kind, status }) => kind === 'manual' && status === 'intent');
  return asked === undefined ? null : { step: asked.id, says: 'done' };
};

/** One run from its beginning to its end. @param killsAt boundaries, at each of which one of its lives ends */
const walk = async ({ runbook, plan }, kind, seed, killsAt) => {
  const fate = seed === 0 ? () => null : seededFate(seed, share, passing);
  const peer = openPeer({ real: real(kind), fate });
  const journalPath = join(folder, `${livesLived}-${Math.random().toString(36).slice(2)}.db`);
  let at = start;
  const journal = await openSqliteJournal(journalPath, () => at);
  const epitaph = `${journalPath}.died`;
  /** Each boundary kills once. */
  const left = new Set(killsAt);
  const boundaries = new Set();
  let end = null;
  let word = null;
  for (let life = 0; end === null && life < mostLives; life++) {
    const [run] = await findRuns(journal, { since: 0, open: false }, 1);
    livesLived += 1;
    const order = { fleet, plan, runbook, journalPath, run: run?.head.id ?? null, word, at, killAt: [...left], epitaph, seed: seed + 1 };
    const came = await lives.live(order, async (message) => {
      const answered = await peer.answer(message);
      const midAct = `${message.boundary?.split(':')[0]}:mid-${message.call}`;
      return { ...answered, kill: left.delete(midAct) };
    });
    if (existsSync(epitaph)) {
      left.delete(readFileSync(epitaph, 'utf8'));
      rmSync(epitaph);
    }
    word = null;
    if (came.killed) {
      kills += 1;
      at += untilResumedMs;
    } else if (came.ended?.status === 'waiting') {
      at = came.ended.at + untilResumedMs;
      word = wordFor(came.ended);
    } else end = came;
    for (const boundary of came.ended?.boundaries ?? []) boundaries.add(boundary);
  }
  at = end?.ended?.at ?? at;
  const judged = {
    path: { crashAt: null, failing: {} },
    status: end?.ended?.status ?? null,
    why: end?.ended?.why ?? end?.broke ?? 'it never ended',
    steps: end?.ended?.steps ?? [],
    boundaries: [...boundaries],
    acts: peer.acts,
    state: peer.state(),
    fieldsOf: ({ agent, control }) => (control === null ? {} : peer.fieldsOf(agent ?? '', control)),
    isChainWhole: (await verifyChain(readChain(journal), null)).broken === null,
    held: (await heldLeases(journal, '')).map(({ name }) => name),
    inForce: (await standingMitigations(journal)).map(({ step }) => step),
    tookMs: at - start,
    containMs: null,
  };
  await journal.close();
  for (const ending of ['', '-wal', '-shm']) rmSync(`${journalPath}${ending}`, { force: true });
  return judged;
};

/** Also dead between the act and its answer: the target knows, and nobody here. */
const withMidActs = (boundaries) =>
  boundaries.flatMap((boundary) => {
    const [step, phase] = boundary.split(':');
    if (phase === 'after-intent') return [boundary, `${step}:mid-apply`];
    return phase === 'after-undo-intent' ? [boundary, `${step}:mid-undo`] : [boundary];
  });

const inDoubt = /:(after-intent|after-act|mid-apply|after-undo-intent|after-undo-act|mid-undo)$/;

/** The schedules of kills to try on a run that comes over these boundaries. */
const schedules = (boundaries, how, random) => {
  const all = withMidActs(boundaries);
  if (how === 'each') return all.map((boundary) => [boundary]);
  if (how === 'some') return [all.filter(() => random() < 0.25)];
  return [all];
};

const wrong = [];
let paths = 0;
let boundaryCount = 0;

const killRuns = async (name, kind, seed) => {
  const drawn = await planOf(name, kind);
  const undisturbed = await walk(drawn, kind, seed, []);
  const isOnceOnly = (boundary) => {
    const { traits } = [...drawn.plan.steps, ...drawn.plan.finally].find(({ id }) => id === boundary.split(':')[0]);
    return traits !== null && !traits.readable && !traits.idempotent;
  };
  const note = (end, killed, declared, like) => {
    paths += 1;
    const problems = judgePath(drawn.plan, end, like, declared);
    if (problems.length > 0) wrong.push({ runbook: name, kind, seed, killed, status: end.status, problems });
  };
  note(undisturbed, [], [undisturbed.status], null);
  boundaryCount += undisturbed.boundaries.length;
  for (const killed of schedules(undisturbed.boundaries, flags.boundaries, seededRandom(seed + 7))) {
    // What nobody may repeat ends the run at the first kill in doubt: a person has to look.
    const stops = killed.findIndex((boundary) => inDoubt.test(boundary) && isOnceOnly(boundary));
    const schedule = stops < 0 ? killed : killed.slice(0, stops + 1);
    if (schedule.length === 0) continue;
    note(await walk(drawn, kind, seed, schedule), schedule, [stops < 0 ? undisturbed.status : 'paused'], stops < 0 ? undisturbed : null);
  }
};

const jobs = (flags.runbooks?.split(',') ?? shipped).flatMap((name) =>
  flags.kinds.split(',').flatMap((kind) => flags.seeds.split(',').map((seed) => () => killRuns(name, kind, Number(seed)))),
);
const work = async () => {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
};
const startedAt = performance.now();
await Promise.all(Array.from({ length: Number(flags.parallel) }, work));
lives.close();
rmSync(folder, { recursive: true, force: true });
console.log(
  JSON.stringify({
    wrong,
    paths,
    boundaries: boundaryCount,
    lives: livesLived,
    kills,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  }),
);
