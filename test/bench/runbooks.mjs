import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { interleave, median, runNode } from './measure.mjs';

const program = resolve(import.meta.dirname, '../../bin/agentops.js');
const kills = resolve(import.meta.dirname, '../kills');

/** What a person waits for at 2 a.m., and what CI runs: CPU of the whole process. */
const measureCommands = async (figure) => {
  console.log('runbooks: CPU of the whole process, as a multiple of `node -e 0` (medians of 9, in turn)');
  const folder = mkdtempSync(join(tmpdir(), 'agentops-bench-'));
  cpSync(join(kills, 'agentops.yaml'), join(folder, 'agentops.yaml'));
  const asked = [
    [['lint'], 6],
    [['plan', 'runaway-loop', '--agent', 'support', '--twins'], 6],
    [['simulate', 'runaway-loop', '--agent', 'support'], undefined],
    [['simulate', 'runaway-loop', '--agent', 'support', '--all'], undefined],
  ];
  const works = [
    () => runNode(['-e', '0'], { cwd: folder }),
    ...asked.map(
      ([args]) =>
        () =>
          runNode([program, 'runbook', ...args, '--json'], { cwd: folder }),
    ),
  ];
  await interleave(1, works);
  const [bare, ...ours] = await interleave(9, works);
  const floor = median(bare.map(({ cpuMs }) => cpuMs));
  for (const [at, [args, bound]] of asked.entries()) {
    const [{ status, stderr }] = ours[at];
    if (status !== 0 && args[0] !== 'lint') throw new Error(`agentops runbook ${args.join(' ')} ended with ${status}: ${stderr}`);
    figure(`runbook ${args.join(' ')}`, median(ours[at].map(({ cpuMs }) => cpuMs)) / floor, bound);
  }
  rmSync(folder, { recursive: true });
};

/** What targets are like changes from seed to seed. */
const kinds = ['declared', 'unreadable', 'unrepeatable', 'neither'];

/** Every shipped runbook, killed at every boundary and within every act; on targets whose faults are another with each seed. */
const measureKills = async (figure, seeds) => {
  console.log(`kills: every shipped runbook, SIGKILL at every boundary and within every act, ${seeds} seeds of faulty targets`);
  const all = Array.from({ length: seeds }, (_, at) => at + 1);
  const found = { paths: 0, kills: 0, lives: 0, seconds: 0, wrong: [] };
  for (const [at, kind] of kinds.entries()) {
    const own = all.filter((seed) => seed % kinds.length === at);
    if (own.length === 0) continue;
    const { status, stdout, stderr } = await runNode([join(kills, 'kill-runs.mjs'), '--kinds', kind, '--seeds', own.join(',')]);
    if (status !== 0) throw new Error(`kill-runs ended with ${status}: ${stderr}`);
    const part = JSON.parse(stdout);
    for (const what of ['paths', 'kills', 'lives', 'seconds']) found[what] += part[what];
    found.wrong.push(...part.wrong);
  }
  figure('runs, undisturbed and killed', found.paths);
  figure('kills', found.kills);
  figure('kills a run that was killed', found.kills / (found.paths / 2));
  figure('seconds', found.seconds);
  figure('runs that did not end as they should, of all', found.wrong.length / found.paths, 0);
  for (const each of found.wrong.slice(0, 20)) console.log(`  ${JSON.stringify(each)}`);
};

export const measureRunbooks = async (figure, seeds) => {
  await measureCommands(figure);
  await measureKills(figure, seeds);
};
