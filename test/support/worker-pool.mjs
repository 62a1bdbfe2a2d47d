// So many worker processes: `node worker-pool.mjs FOLDER set N` starts and ends them, `count` looks. What a worker is stands in FOLDER/worker.json.
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, verb, wanted] = process.argv.slice(2);
const store = join(folder, 'workers.json');
const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false; // it has ended
  }
};
const known = existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) : { pids: [], begun: 0 };
let { begun } = known;
const pids = known.pids.filter(isAlive);
if (verb === 'set') {
  const { argv, cwd, env } = JSON.parse(readFileSync(join(folder, 'worker.json'), 'utf8'));
  for (; pids.length < Number(wanted); begun += 1) {
    const log = openSync(join(folder, `worker-${begun}.log`), 'a');
    const own = argv.map((argument) => argument.replaceAll('NUMBER', String(begun)));
    const worker = spawn(own[0], own.slice(1), { cwd, env: { ...process.env, ...env }, stdio: ['ignore', log, log], detached: true });
    worker.unref();
    pids.push(worker.pid);
  }
  for (const pid of pids.splice(Number(wanted))) process.kill(pid, 'SIGTERM');
  writeFileSync(store, JSON.stringify({ pids, begun }));
}
console.log(JSON.stringify({ replicas: pids.length }));
