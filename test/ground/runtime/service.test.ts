import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { systemProcesses } from '../../../src/ground/runtime/process.ts';

const node = process.execPath;
const start = (script: string, parts: { readyMs?: number; signal?: AbortSignal } = {}) =>
  systemProcesses.start(
    { argv: [node, '-e', script], env: systemProcesses.baseEnv, ready: /ready (\d+)\n/, readyMs: parts.readyMs ?? 10_000 },
    parts.signal ?? new AbortController().signal,
  );
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // One that ended and that nobody asked about stays as a zombie where no init reaps it.
    return !existsSync('/proc/self/stat') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};
/** Says its pid in two pieces, and would run for ever. */
const patient = `process.stdout.write('ready '); setTimeout(() => console.log(process.pid), 20); setInterval(() => {}, 1000);`;

describe('a service', () => {
  test('is handed over when its line is whole, and is gone when it was stopped', async () => {
    const { match, stop } = await start(patient);
    const pid = Number(match[1]);
    expect(isAlive(pid)).toBe(true);
    await stop();
    expect(isAlive(pid)).toBe(false);
    await stop();
  });

  test('takes its children with it', async () => {
    const child = `require('node:child_process').spawn(process.execPath, ['-e', 'console.log("ready " + process.pid); setInterval(() => {}, 1000)'], { stdio: 'inherit' });`;
    const { match, stop } = await start(`${child} setInterval(() => {}, 1000);`);
    await stop();
    await vi.waitFor(() => expect(isAlive(Number(match[1]))).toBe(false));
  });

  test('keeps its input open, so that it can end with its starter', async () => {
    const { match, stop } = await start(`process.stdin.on('end', () => process.exit()).resume(); ${patient}`);
    expect(isAlive(Number(match[1]))).toBe(true);
    await stop();
  });

  test('that ends too soon is told with what it printed', async () => {
    await expect(start(`console.error('no room'); process.exit(3)`)).rejects.toMatchObject({
      code: 'service_not_ready',
      message: expect.stringMatching(/ended before it was ready:\nno room/),
    });
  });

  test('that says nothing, or is given up, is ended', async () => {
    await expect(start('setInterval(() => {}, 1000)', { readyMs: 100 })).rejects.toThrow('was not ready after 100 ms');
    await expect(start(patient, { signal: AbortSignal.abort() })).rejects.toThrow('was given up');
  });

  test('that is not there is told', async () => {
    const missing = systemProcesses.start({ argv: ['/no/such/program'], env: {}, ready: /x/, readyMs: 1000 }, new AbortController().signal);
    await expect(missing).rejects.toThrow('could not be started');
  });
});
