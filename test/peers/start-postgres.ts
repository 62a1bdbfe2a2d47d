import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Peer, startPeer } from './start-peer.ts';

/** Debian keeps the programs of a server beside each other by version, and off the search path. */
const debian = '/usr/lib/postgresql';

/** The folder of the newest installed server's programs; null: there is none. */
export const postgresPrograms = (): string | null => {
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(debian, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
};

/** The server refuses to be root: as root, it becomes the account that Debian made for it. */
const account = (): { readonly uid: number; readonly gid: number } | null => {
  if (process.getuid?.() !== 0) return null;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
};

/** A server with a folder of its own, which can go away and come back. */
export interface Postgres extends Peer {
  /** Ends the server and keeps its folder: `fast` says good-bye to everybody, `immediate` is as if it was killed. */
  halt(mode: 'fast' | 'immediate'): Promise<void>;
  /** Starts it again, on another port. */
  again(): Promise<void>;
}

/** An empty PostgreSQL with one superuser, who needs no password, and the database `postgres`. */
export const startPostgres = async (superuser: string): Promise<Postgres> => {
  const programs = postgresPrograms();
  if (programs === null) throw new Error('PostgreSQL is not installed');
  const data = mkdtempSync(join(tmpdir(), 'agentops-postgres-'));
  const owner = account();
  if (owner !== null) chownSync(data, owner.uid, owner.gid);
  const remove = () => rmSync(data, { recursive: true, force: true });
  const become = owner === null ? [] : ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
  const start = () =>
    startPeer({
      argv: (port) =>
        [...become, join(programs, 'postgres'), '-D', data, '-h', '127.0.0.1', '-p', `${port}`, '-k', data, '-F'] as unknown as [string],
      cwd: data,
      ready: /ready to accept connections/,
    });
  try {
    execFileSync(join(programs, 'initdb'), ['-D', data, '-A', 'trust', '-U', superuser, '--no-sync'], {
      stdio: 'ignore',
      cwd: data,
      ...owner,
    });
    let server = await start();
    const halt = async (mode: 'fast' | 'immediate') => {
      // Killed outright it would leave its shared memory behind.
      execFileSync(join(programs, 'pg_ctl'), ['-D', data, '-m', mode, 'stop'], { stdio: 'ignore', cwd: data, ...owner });
      await server.stop();
    };
    return {
      get url() {
        return server.url;
      },
      get port() {
        return server.port;
      },
      log: () => server.log(),
      halt,
      async again() {
        server = await start();
      },
      async stop() {
        await halt('immediate');
        remove();
      },
    };
  } catch (thrown) {
    remove();
    throw thrown;
  }
};
