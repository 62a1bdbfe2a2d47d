import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runNode } from './measure.mjs';

const kills = resolve(import.meta.dirname, '../kills/team');
const debian = '/usr/lib/postgresql';

/** Runs a program of the newest server that is installed; it refuses to be root. */
const asPostgres = (data) => {
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const [version] = versions;
  if (version === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  const isRoot = process.getuid() === 0;
  const idOf = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const owner = isRoot ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (isRoot) chownSync(data, owner.uid, owner.gid);
  return (program, ...args) =>
    execFileSync(join(debian, version, 'bin', program), ['-D', data, ...args], { stdio: 'ignore', cwd: data, ...owner });
};

/** Two machines that share a journal, killed by chance in each history; on a PostgreSQL of their own, reached by its socket. */
export const measureTeam = async (figure, seeds) => {
  console.log(`team: two machines, one PostgreSQL, SIGKILL at commits and within acts, ${seeds} histories`);
  const data = mkdtempSync(join(tmpdir(), 'agentops-team-'));
  const run = asPostgres(data);
  run('initdb', '-A', 'trust', '-U', 'agentops', '--no-sync');
  run('pg_ctl', '-w', '-l', join(data, 'log'), '-o', `-c listen_addresses='' -k ${data} -F`, 'start');
  try {
    const server = `postgres://agentops@localhost/postgres?host=${encodeURIComponent(data)}`;
    const all = Array.from({ length: seeds }, (_, at) => at + 1).join(',');
    const { status, stdout, stderr } = await runNode([join(kills, 'kill-team.mjs'), '--server', server, '--seeds', all]);
    if (status !== 0) throw new Error(`kill-team ended with ${status}: ${stderr}`);
    const found = JSON.parse(stdout);
    for (const what of ['histories', 'lives', 'kills', 'takeovers', 'busy', 'seconds']) figure(what, found[what]);
    figure('second copies of a message, each of a kill between sending and noting', found.copies);
    figure('histories that did not end as they should, of all', found.wrong.length / found.histories, 0);
    for (const each of found.wrong.slice(0, 20)) console.log(`  ${JSON.stringify(each)}`);
  } finally {
    run('pg_ctl', '-m', 'immediate', 'stop');
    rmSync(data, { recursive: true, force: true });
  }
};
