import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { postgresPrograms, startPostgres } from '../../peers/start-postgres.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';

interface Killed {
  readonly histories: number;
  readonly kills: number;
  readonly takeovers: number;
  readonly wrong: readonly unknown[];
}

const killTeam = (...args: readonly string[]): Promise<Killed> =>
  new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'kill-team.mjs'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.on('error', failed);
    child.on('close', (code) => {
      const text = Buffer.concat(pieces).toString();
      if (code === 0) done(JSON.parse(text) as Killed);
      else failed(new Error(`kill-team ended with ${code}: ${text}`));
    });
  });

describeWithPeer('two machines and one PostgreSQL', { programs: [`${postgresPrograms() ?? '/usr/lib/postgresql'}/postgres`] }, () => {
  test('whoever is killed, the other takes over, and nothing is done twice', { timeout: 240_000 }, async () => {
    const server = await startPostgres('agentops');
    onTestFinished(() => server.stop());
    const { wrong, kills, takeovers } = await killTeam(
      '--server',
      `postgres://agentops@127.0.0.1:${server.port}/postgres`,
      '--seeds',
      '3,4,5',
    );
    expect(wrong).toEqual([]);
    expect(kills).toBeGreaterThan(2);
    expect(takeovers).toBeGreaterThan(0);
  });
});
