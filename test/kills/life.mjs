/**
 * One life of a run, in a process of its own that may be killed at any boundary: begins a run or goes on with one, on a journal file, on
 * targets that are its parent's. It is told what to do in one message, asks for each act in another, and ends with what it came to.
 */
import { writeFileSync } from 'node:fs';
import { unableError } from '../../dist/ground/errors.js';
import { seededRandom } from '../../dist/ground/math/seeded.js';
import { systemFiles } from '../../dist/ground/runtime/files.js';
import { systemProcesses } from '../../dist/ground/runtime/process.js';
import { virtualClock } from '../../dist/ground/runtime/virtual-clock.js';
import { openSqliteJournal } from '../../dist/ground/store/sqlite.js';
import { resumeRun, runRunbook } from '../../dist/response/runbooks/run-runbook.js';

const pending = new Map();
let asked = 0;

/** The parent answers once it has acted; a life that is killed meanwhile never hears it. */
const ask = (message) =>
  new Promise((answer) => {
    asked += 1;
    pending.set(asked, answer);
    process.send({ ask: asked, ...message });
  });

const live = async ({ fleet, plan, runbook, journalPath, run, word, at, killAt, epitaph, seed }) => {
  const clock = virtualClock(at);
  const journal = await openSqliteJournal(journalPath, () => clock.now());
  const nothing = () => Promise.reject(new Error('a run of this suite reached for the world'));
  const ctx = {
    clock,
    random: seededRandom(seed),
    env: { AGENTOPS_ACTOR: 'maria' },
    http: { send: nothing },
    files: systemFiles,
    process: { ...systemProcesses, run: nothing, start: nothing },
    secrets: { reveal: nothing, mask: (text) => text },
    sandbox: { run: nothing },
    signal: new AbortController().signal,
    journal: async () => journal,
    cache: nothing,
  };
  const boundaries = [];
  const driverOf = (agent, control, access) => {
    const call =
      (name) =>
      async (...args) => {
        const message = { call: name, agent, control, access, args: args.slice(0, -1), at: clock.now(), boundary: boundaries.at(-1) };
        const { answer, thrown } = await ask(message);
        if (thrown !== undefined) throw unableError({ code: 'peer', message: thrown });
        return answer;
      };
    const local = () => {
      throw new Error('a run has no business with the wishes of a driver');
    };
    return {
      traits: traitsOf(plan, agent, control),
      healthy: local,
      plan: local,
      read: call('read'),
      apply: call('apply'),
      confirm: call('confirm'),
      undo: call('undo'),
    };
  };
  const aids = {
    open: async (agent, control, access) => driverOf(agent, control, access),
    verify: async () => ({ verdict: 'pass', evidence: 'as scripted' }),
    decide: async (planned, earlier) => {
      const { evaluateTurn } = await import('../../dist/response/runbooks/evaluate-condition.js');
      const { healthyFigures } = await import('../../dist/response/runbooks/scope.js');
      const steps = Object.fromEntries(earlier.map(({ id, status, verdict }) => [id, { status, verdict }]));
      return evaluateTurn(fleet, planned, plan.params, { figures: async () => healthyFigures, steps });
    },
    crash: (boundary) => {
      boundaries.push(boundary);
      if (!killAt.includes(boundary)) return;
      writeFileSync(epitaph, boundary);
      process.kill(process.pid, 'SIGKILL');
    },
  };
  const ignore = () => undefined;
  const approvals = ['maria', 'tom'].map((by) => ({ by, isSigned: true, breakGlass: null }));
  const order = { plan, runbook, cause: { kind: 'person' }, actor: 'maria', approvals, incident: null };
  const { status, why, steps, containMs } =
    run === null ? await runRunbook(ctx, fleet, order, aids, ignore) : await resumeRun(ctx, fleet, run, aids, ignore, word);
  await journal.close();
  return { status, why, steps, containMs, at: clock.now(), boundaries };
};

/** Every control of a plan was looked at while it was drawn. */
const traitsOf = (plan, agent, control) => {
  const same = (one) =>
    JSON.stringify([one.agent ?? '', one.control?.kind, one.control?.config]) === JSON.stringify([agent, control.kind, control.config]);
  return [...plan.steps, ...plan.finally].find(same).traits;
};

process.on('message', async (message) => {
  if ('answered' in message) {
    pending.get(message.answered)?.(message);
    pending.delete(message.answered);
    return;
  }
  try {
    process.send({ ended: await live(message) }, () => process.disconnect());
  } catch (thrown) {
    process.send({ broke: thrown.stack ?? String(thrown), code: thrown.code ?? null }, () => process.disconnect());
  }
});
