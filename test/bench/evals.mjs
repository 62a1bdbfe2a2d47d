// A run of a suite against an agent that answers in 5 ms: what our side of it costs. Needs dist/. CPU and memory are those of the whole
// process, from its start to its end. Wall is that of the run, from the first question to the verdict, as the report tells it (`took_ms`):
// what is loaded and checked before costs the same for any agent, and is printed beside it as part of the whole command. The bare loop sends
// as many requests and does nothing else: what is left of the bound once agent and machine are paid.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { interleave, median, runNode } from './measure.mjs';

const program = resolve(import.meta.dirname, '../../bin/agentops.js');
const latencyMs = 5;

const head = 'defaults: { expect: [ { contains: pong }, { not-contains: error }, { max-tokens: 100 } ] }\n';

/** One line a case: how large suites are kept. */
const writeSuite = (folder, count) => {
  writeFileSync(join(folder, 'suite.yaml'), `${head}from: cases.jsonl\n`);
  const cases = Array.from({ length: count }, (_, at) => JSON.stringify({ id: `case-${at}`, input: `ping number ${at}` }));
  writeFileSync(join(folder, 'cases.jsonl'), `${cases.join('\n')}\n`);
};

export const measureEvals = async (figure) => {
  console.log(`evals: 3 assertions a case, an agent that answers in ${latencyMs} ms, trials stored as they end`);
  const agent = spawn(process.execPath, [resolve(import.meta.dirname, 'agent.mjs'), String(latencyMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = await once(agent.stdout, 'data');
  const url = `http://127.0.0.1:${String(port).trim()}/v1`;
  const folder = mkdtempSync(join(tmpdir(), 'agentops-bench-'));
  writeFileSync(
    join(folder, 'agentops.yaml'),
    `version: 1\nfleet: bench\nagents: { echo: { endpoint: { protocol: openai-chat, url: "${url}", model: m } } }\n`,
  );
  const evalRun = async (concurrency) => {
    const args = [program, 'eval', 'run', 'suite.yaml', '--json', '--quiet', '--concurrency', String(concurrency)];
    const result = await runNode(args, { cwd: folder });
    if (result.status !== 0) throw new Error(`agentops ended with ${result.status}: ${result.stderr}`);
    return { ...result, tookMs: JSON.parse(result.stdout).took_ms };
  };
  const measure = async (count, concurrency, rounds, withBare = false) => {
    writeSuite(folder, count);
    const bareLoop = [resolve(import.meta.dirname, 'bare-loop.mjs'), `${url}/chat/completions`, String(count), String(concurrency)];
    const [runs, bare] = await interleave(rounds, [() => evalRun(concurrency), ...(withBare ? [() => runNode(bareLoop)] : [])]);
    const of = (key) => median(runs.map((run) => run[key]));
    const bareMs = bare === undefined ? null : median(bare.map(({ stdout }) => Number(stdout)));
    return { cpuMs: of('cpuMs'), tookMs: of('tookMs'), wallMs: of('wallMs'), maxRssMiB: of('maxRssMiB'), bareMs };
  };
  await measure(100, 4, 1);
  for (const concurrency of [4, 20]) {
    const { cpuMs, tookMs, wallMs, maxRssMiB, bareMs } = await measure(1000, concurrency, 5, true);
    const agentMs = (1000 * latencyMs) / concurrency;
    figure(`1,000 cases, ${concurrency} at once: CPU of the whole process`, cpuMs / 1000, 2, ' s');
    figure(`1,000 cases, ${concurrency} at once: largest memory`, maxRssMiB, 150, ' MiB');
    figure(`1,000 cases, ${concurrency} at once: wall, times the agent's own`, tookMs / agentMs, 2);
    figure(`1,000 cases, ${concurrency} at once: whole command, likewise`, wallMs / agentMs);
    figure(`1,000 cases, ${concurrency} at once: a bare undici loop, likewise`, bareMs / agentMs);
  }
  const small = await measure(10_000, 64, 1);
  const large = await measure(100_000, 64, 1);
  figure('10,000 cases: largest memory', small.maxRssMiB, undefined, ' MiB');
  figure('100,000 cases: largest memory', large.maxRssMiB, undefined, ' MiB');
  figure('100,000 cases: memory, times that of 10,000', large.maxRssMiB / small.maxRssMiB, 2);
  agent.stdin.end();
  rmSync(folder, { recursive: true });
};
