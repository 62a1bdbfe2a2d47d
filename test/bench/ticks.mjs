import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { interleave, median, runNode } from './measure.mjs';

const program = resolve(import.meta.dirname, '../../bin/agentops.js');
const kills = resolve(import.meta.dirname, '../kills');

/** What cron does every minute where nothing is due: CPU of the whole process. */
const measureIdle = async (figure) => {
  console.log('tick: a fleet of one agent of which nothing is due (medians of 9, in turn)');
  const folder = mkdtempSync(join(tmpdir(), 'agentops-bench-'));
  cpSync(join(kills, 'agentops.yaml'), join(folder, 'agentops.yaml'));
  const tick = () => runNode([program, 'tick', '--only', 'alerts,notify,incidents,runbooks,expire', '--json'], { cwd: folder });
  const works = [() => runNode(['-e', '0'], { cwd: folder }), tick];
  await interleave(1, works);
  const [bare, ours] = await interleave(9, works);
  const [{ status, stderr }] = ours;
  if (status !== 0) throw new Error(`agentops tick ended with ${status}: ${stderr}`);
  figure('tick, times node -e 0', median(ours.map(({ cpuMs }) => cpuMs)) / median(bare.map(({ cpuMs }) => cpuMs)));
  figure('largest memory', median(ours.map(({ maxRssMiB }) => maxRssMiB)), 150, ' MiB');
  rmSync(folder, { recursive: true });
};

/** Every boundary of a tick, and several lives of one history killed by chance. */
const measureKills = async (figure, seeds) => {
  console.log(`kills: SIGKILL at every boundary of a tick, and ${seeds} histories of up to three deaths`);
  const all = Array.from({ length: seeds }, (_, at) => at + 1).join(',');
  const { status, stdout, stderr } = await runNode([join(kills, 'tick/kill-ticks.mjs'), '--seeds', all]);
  if (status !== 0) throw new Error(`kill-ticks ended with ${status}: ${stderr}`);
  const found = JSON.parse(stdout);
  figure('boundaries', found.boundaries);
  figure('histories', found.histories);
  figure('kills', found.kills);
  figure('second copies, each of a kill between sending and noting', found.copies);
  figure('seconds', found.seconds);
  figure('histories that did not end as they should, of all', found.wrong.length / found.histories, 0);
  for (const each of found.wrong.slice(0, 20)) console.log(`  ${JSON.stringify(each)}`);
};

export const measureTicks = async (figure, seeds) => {
  await measureIdle(figure);
  await measureKills(figure, seeds);
};
