// A run of a suite against an agent that answers in 5 ms: what our side of it costs. Needs dist/.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median, runNode } from './measure.mjs';

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
  const measure = async (count, concurrency, rounds) => {
    writeSuite(folder, count);
    const runs = [];
    for (let round = 0; round < rounds; round++) runs.push(await evalRun(concurrency));
    const of = (key) => median(runs.map((run) => run[key]));
    return { cpuMs: of('cpuMs'), tookMs: of('tookMs'), maxRssMiB: of('maxRssMiB') };
  };
  await measure(100, 4, 1);
  for (const concurrency of [4, 20]) {
    const { cpuMs, tookMs, maxRssMiB } = await measure(1000, concurrency, 3);
    figure(`1,000 cases, ${concurrency} at once: CPU of the whole process`, cpuMs / 1000, 2, ' s');
    figure(`1,000 cases, ${concurrency} at once: largest memory`, maxRssMiB, 150, ' MiB');
    figure(`1,000 cases, ${concurrency} at once: wall, times the agent's own`, tookMs / ((1000 * latencyMs) / concurrency), 2);
  }
  const small = await measure(10_000, 64, 1);
  const large = await measure(100_000, 64, 1);
  figure('10,000 cases: largest memory', small.maxRssMiB, undefined, ' MiB');
  figure('100,000 cases: largest memory', large.maxRssMiB, undefined, ' MiB');
  figure('100,000 cases: memory, times that of 10,000', large.maxRssMiB / small.maxRssMiB, 2);
  agent.stdin.end();
  rmSync(folder, { recursive: true });
};
