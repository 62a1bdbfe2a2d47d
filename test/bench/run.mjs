// npm run bench [-- --check] [-- --spans 10m] [-- --rounds=N] [-- --seeds=N] [-- startup|checks|cache|alerts|report|otlp|gate|evals|runbooks|tick|alarms|team]: prints figures; with --check a ratio past its bound is a failure.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { interleave, median, runNode } from './measure.mjs';

const program = resolve(import.meta.dirname, '../../bin/agentops.js');
const { values: flags, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: 'boolean', default: false },
    spans: { type: 'string', default: '1m' },
    rounds: { type: 'string', default: '1000' },
    seeds: { type: 'string' },
  },
});
const isCheck = flags.check;
const spans = Number.parseFloat(flags.spans) * (/k$/i.test(flags.spans) ? 1000 : /m$/i.test(flags.spans) ? 1_000_000 : 1);
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
const rounds = Number(flags.rounds);

const gate = async () => {
  const { measureGate } = await import('./gate.mjs');
  failures.push(...measureGate(rounds));
};

const evals = async () => {
  const { measureEvals } = await import('./evals.mjs');
  await measureEvals(figure);
};

/** 100 seeds take about half an hour. */
const seeds = Number(flags.seeds ?? '100');

const runbooks = async () => {
  const { measureRunbooks } = await import('./runbooks.mjs');
  await measureRunbooks(figure, seeds);
};

const tick = async () => {
  const { measureTicks } = await import('./ticks.mjs');
  await measureTicks(figure, seeds);
};

const alarms = async () => {
  const { measureAlarms } = await import('./alarms.mjs');
  measureAlarms(figure, seeds);
};

const team = async () => {
  const { measureTeam } = await import('./team.mjs');
  await measureTeam(figure, Number(flags.seeds ?? '200'));
};

/** What a bench of its own process measured. */
const measured = async (script) => {
  const { status, stdout, stderr } = await runNode([resolve(import.meta.dirname, script), String(spans)]);
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
};

const cache = async () => {
  const found = await measured('cache.mjs');
  const { ingest, rebuild, compared, process: whole } = found;
  console.log(`cache: ${found.spans.toLocaleString('en-US')} spans of ${found.days} days, pages of 1,000, rollups included`);
  figure('a span, CPU', ingest.cpuUs + rebuild.cpuUs, undefined, ' µs');
  figure('a span of them for rollups', rebuild.cpuUs, undefined, ' µs');
  figure('better-sqlite3 alone, same rows, key (trace, span): CPU', compared.keyed.cpuUs, undefined, ' µs');
  figure('better-sqlite3 alone, same rows, without a key: CPU', compared.plain.cpuUs, undefined, ' µs');
  figure('page by page beside them: CPU', compared.cache.cpuUs, undefined, ' µs');
  figure('CPU, times the loop with the key', compared.cache.cpuUs / compared.keyed.cpuUs, 2);
  figure('wall, times the loop with the key', compared.cache.wallUs / compared.keyed.wallUs);
  figure('CPU, times the loop without a key', compared.cache.cpuUs / compared.plain.cpuUs);
  figure('largest memory', found.largestMiB, 200, ' MiB');
  figure('bytes a span', found.bytesPerSpan, 130);
  // 50 ms and 5 ms, in the unit that is the same on every machine.
  console.log('status of 30 days, median of 7 in one process: milliseconds, and CPU as a multiple of `node -e 0`');
  for (const [by, { wallMs, cpuMs }] of Object.entries(found.status)) {
    figure(`by ${by}`, wallMs, undefined, ' ms');
    figure(`by ${by}, times \`node -e 0\``, cpuMs / whole.nodeMs, keptByDay.has(by) ? undefined : 2.5);
  }
  figure('a trace, median of fifty', found.traceMs.median, undefined, ' ms');
  figure('a trace, times `node -e 0`', found.traceMs.median / whole.nodeMs, 0.25);
  figure('a trace, the longest', found.traceMs.worst, undefined, ' ms');
  figure('agentops status --window 30d, whole process: CPU', whole.statusMs, undefined, ' ms');
  figure('agentops status --window 30d, times `node -e 0`', whole.statusMs / whole.nodeMs, 3.5);
};

/** Thousands of users have cells by the day alone: begun days are read request by request. */
const keptByDay = new Set(['user']);

const alerts = async () => {
  const { agents, days, first, missed, ...found } = await measured('alerts.mjs');
  console.log(
    `alerts: ${agents.toLocaleString('en-US')} agents × ${found.rules} rules over ${found.spans.toLocaleString('en-US')} spans of ${days} days, a process of its own`,
  );
  figure('one evaluation, CPU', first.cpuMs, 1000, ' ms');
  figure('one evaluation, largest memory of the process', found.largestMiB, 150, ' MiB');
  figure(`one that makes up for ${missed.moments} missed moments, CPU`, missed.cpuMs, undefined, ' ms');
  figure('that one, largest memory of the process', found.missedMiB, undefined, ' MiB');
};

const report = async () => {
  const { agents, requests, bytes, ...found } = await measured('report.mjs');
  console.log(
    `report: 30 days of ${agents.toLocaleString('en-US')} agents, ${requests.toLocaleString('en-US')} requests of ${found.spans.toLocaleString('en-US')} spans, a process of its own, median of 5`,
  );
  figure('the page, CPU of the whole process', found.cpuMs / 1000, 2, ' s');
  figure('the page', bytes / 1e6, 1.5, ' MB');
  figure('largest memory of the process', found.largestMiB, undefined, ' MiB');
};

const otlp = async () => {
  const { acknowledgedMs, ...found } = await measured('otlp.mjs');
  console.log(
    `otlp: ${found.spans.toLocaleString('en-US')} spans as JSON, ${found.batchSpans} a request, ${found.senders} senders at once`,
  );
  figure('spans a second', found.perSecond);
  figure('megabytes a second', found.megabytesPerSecond);
  figure('acknowledged after, median', acknowledgedMs.median, undefined, ' ms');
  figure('acknowledged after, 99 of 100', acknowledgedMs.p99, undefined, ' ms');
  figure('acknowledged after, the longest', acknowledgedMs.longest, undefined, ' ms');
  figure('largest memory of the receiver', found.largestMiB, 200, ' MiB');
};

const advice = async () => {
  const { measureAdvice } = await import('./advice.mjs');
  measureAdvice(figure, seeds);
};

const all = { startup, checks, cache, alerts, report, otlp, gate, evals, runbooks, tick, alarms, team, advice };
for (const name of wanted) if (!(name in all)) throw new Error(`there is no bench ${name}: ${Object.keys(all).join(', ')}`);
for (const [name, run] of Object.entries(all)) if (wanted.length === 0 || wanted.includes(name)) await run();
if (isCheck && failures.length > 0) {
  console.error(`past its bound: ${failures.join('; ')}`);
  process.exitCode = 1;
}
