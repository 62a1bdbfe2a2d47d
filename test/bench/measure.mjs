import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const usage = resolve(import.meta.dirname, 'usage.cjs');

/** Runs node once: what it printed, its wall and CPU time in ms, its largest memory in MiB. */
export const runNode = (args, { cwd, env = {} } = {}) =>
  new Promise((done, failed) => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, ['--require', usage, ...args], {
      cwd,
      env: { PATH: process.env.PATH, HOME: cwd ?? '/', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const read = (stream) => {
      const pieces = [];
      stream.on('data', (piece) => pieces.push(piece));
      return () => Buffer.concat(pieces).toString();
    };
    const [stdout, stderr, used] = [child.stdout, child.stderr, child.stdio[3]].map(read);
    child.on('error', failed);
    child.on('close', (status) =>
      done({ status, stdout: stdout(), stderr: stderr(), wallMs: performance.now() - startedAt, ...JSON.parse(used() || '{}') }),
    );
  });

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Runs things in turn, so that what the machine does meanwhile falls on all of them alike. */
export const interleave = async (rounds, works) => {
  const results = works.map(() => []);
  for (let round = 0; round < rounds; round++) for (const [at, work] of works.entries()) results[at].push(await work());
  return results;
};
