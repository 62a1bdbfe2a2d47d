import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

interface Killed {
  readonly wrong: readonly unknown[];
  readonly paths: number;
  readonly kills: number;
}

const killRuns = (...args: readonly string[]): Promise<Killed> =>
  new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'kill-runs.mjs'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.on('error', failed);
    child.on('close', (code) => {
      const text = Buffer.concat(pieces).toString();
      if (code === 0) done(JSON.parse(text) as Killed);
      else failed(new Error(`kill-runs ended with ${code}: ${text}`));
    });
  });

const patient = { timeout: 240_000 };

test(
  'every shipped runbook, killed at every boundary and within every act, in front of faulty targets, ends as if it had lived',
  patient,
  async () => {
    const { wrong, paths, kills } = await killRuns('--seeds', '1');
    expect(wrong).toEqual([]);
    expect(paths).toBeGreaterThan(25);
    expect(kills).toBeGreaterThan(100);
  },
);

test('what can neither be read nor done twice is attempted at most once, and then a person is asked', patient, async () => {
  const { wrong, kills } = await killRuns('--runbooks', 'throttle?', '--kinds', 'neither', '--boundaries', 'each');
  expect(wrong).toEqual([]);
  expect(kills).toBeGreaterThan(5);
});
