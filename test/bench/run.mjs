// npm run bench [-- --check] [-- startup|checks|gate] [-- --rounds=N]: prints figures; with --check a ratio past its bound is a failure.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { interleave, median, runNode } from './measure.mjs';

const program = resolve(import.meta.dirname, '../../bin/agentops.js');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isCheck = process.argv.includes('--check');
const failures = [];

const figure = (what, value, bound, unit = '') => {
  const past = bound !== undefined && value > bound;
  if (past) failures.push(what);
  const limit = bound === undefined ? '' : `   bound ${bound}${unit}${past ? '   PAST' : ''}`;
  console.log(`  ${what.padEnd(58)} ${value.toFixed(2).padStart(9)}${unit}${limit}`);
};

const startup = async () => {
  console.log('start-up: CPU of the whole process, as a multiple of `node -e 0` (medians of 15, in turn)');
  const commands = [['--version'], ['--help'], ['completion', 'bash']];
  const folder = mkdtempSync(join(tmpdir(), 'agentops-bench-'));
  const works = [
    () => runNode(['-e', '0'], { cwd: folder }),
    ...commands.map((args) => () => runNode([program, ...args], { cwd: folder })),
  ];
  await interleave(2, works);
  const [bare, ...ours] = (await interleave(15, works)).map((runs) => median(runs.map(({ cpuMs }) => cpuMs)));
  figure('node -e 0', bare, undefined, ' ms');
  for (const [at, args] of commands.entries()) figure(`agentops ${args.join(' ')}`, ours[at] / bare, 1.6);
  rmSync(folder, { recursive: true });
};

const manifestOf = (url, count) =>
  [
    'version: 1',
    'fleet: bench',
    'agents:',
    '  echo:',
    `    endpoint: { protocol: openai-chat, url: "${url}/v1", model: m }`,
    '    checks:',
    ...Array.from({ length: count }, (_, at) => `      - { id: check-${at}, input: ping, expect: [{ contains: pong }] }`),
  ].join('\n');

const checks = async () => {
  console.log('checks: an agent that answers in 20 ms, 64 at a time, results stored');
  const agent = spawn(process.execPath, [resolve(import.meta.dirname, 'agent.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = await once(agent.stdout, 'data');
  const url = `http://127.0.0.1:${String(port).trim()}`;
  const folder = mkdtempSync(join(tmpdir(), 'agentops-bench-'));
  const health = async (count, rounds) => {
    writeFileSync(join(folder, 'agentops.yaml'), manifestOf(url, count));
    const args = [program, 'health', '--json', '--quiet', '--concurrency', '64', '--per-host', '64'];
    const works = [
      () => runNode([resolve(import.meta.dirname, 'bare-loop.mjs'), `${url}/v1/chat/completions`, String(count), '64']),
      () => runNode(args, { cwd: folder }),
    ];
    await works[1]();
    const [bare, ours] = await interleave(rounds, works);
    for (const { status, stderr } of ours) if (status !== 0) throw new Error(`agentops ended with ${status}: ${stderr}`);
    const took = median(ours.map(({ stdout }) => JSON.parse(stdout).took_ms));
    const floor = median(bare.map(({ stdout }) => Number(stdout)));
    console.log(
      `  ${count.toLocaleString('en-US')} checks: ${took.toFixed(0)} ms; bare undici loop ${floor.toFixed(0)} ms; whole process ${median(ours.map(({ wallMs }) => wallMs)).toFixed(0)} ms`,
    );
    figure(`${count} checks, wall, times the bare loop`, took / floor, 1.5);
    figure(`${count} checks, largest memory`, median(ours.map(({ maxRssMiB }) => maxRssMiB)), 150, ' MiB');
  };
  await health(1000, 5);
  await health(10_000, 1);
  agent.stdin.end();
  rmSync(folder, { recursive: true });
};

/** Of the simulation: 1,000 take about two minutes. */
const rounds = Number(process.argv.find((word) => word.startsWith('--rounds='))?.slice('--rounds='.length) ?? 1000);

const gate = async () => {
  const { measureGate } = await import('./gate.mjs');
  failures.push(...measureGate(rounds));
};

const evals = async () => {
  const { measureEvals } = await import('./evals.mjs');
  await measureEvals(figure);
};

const all = { startup, checks, gate, evals };
for (const [name, run] of Object.entries(all)) if (wanted.length === 0 || wanted.includes(name)) await run();
if (isCheck && failures.length > 0) {
  console.error(`past its bound: ${failures.join('; ')}`);
  process.exitCode = 1;
}
