import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

interface Killed {
  readonly histories: number;
  readonly kills: number;
  readonly keys: readonly string[];
  readonly wrong: readonly unknown[];
}

const killTicks = (...args: readonly string[]): Promise<Killed> =>
  new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'kill-ticks.mjs'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.on('error', failed);
    child.on('close', (code) => {
      const text = Buffer.concat(pieces).toString();
      if (code === 0) done(JSON.parse(text) as Killed);
      else failed(new Error(`kill-ticks ended with ${code}: ${text}`));
    });
  });

test('a tick that is killed anywhere forgets no message, repeats none that was noted, and starts no runbook twice', {
  timeout: 240_000,
}, async () => {
  const { wrong, kills, histories, keys } = await killTicks('--every', '11', '--seeds', '1');
  expect(wrong).toEqual([]);
  expect(kills).toBeGreaterThanOrEqual(histories);
  expect(keys).toEqual([
    'RUN/done',
    'alert/runaway/billing/steps/AT/fire',
    // Nothing that the runbook does is bound for this one: people hear that it was not started.
    'alert/runaway/billing/steps/AT/held/close-door/plan_blocked',
    'alert/runaway/support/steps/AT/fire',
  ]);
});
