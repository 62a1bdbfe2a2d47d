import { getEventListeners } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ProcessResult, ProcessSpec } from '../../../src/ground/runtime/context.ts';
import { systemProcesses } from '../../../src/ground/runtime/process.ts';

const run = (spec: Partial<ProcessSpec> & { argv: ProcessSpec['argv'] }, signal = new AbortController().signal): Promise<ProcessResult> =>
  systemProcesses.run({ env: systemProcesses.baseEnv, timeoutMs: 5000, maxBytes: 100_000, ...spec }, signal);

const sh = (script: string): ProcessSpec['argv'] => ['/bin/sh', '-c', script];

/** A process that was ended but that nobody has reaped is dead. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self/stat') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'agentops-process-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

describe('a program', () => {
  it('gets its input and gives its output, both streams apart', async () => {
    const result = await run({ argv: sh('cat; echo oops >&2; exit 3'), stdin: 'héllo' });
    expect(result).toMatchObject({ ended: 'exit', code: 3, signal: null, stdout: 'héllo', stderr: 'oops\n' });
    expect(result.firstByteMs).toBeGreaterThan(0);
  });

  it('adds no listener of its own to a signal that many share', async () => {
    const { signal } = new AbortController();
    const running = Array.from({ length: 12 }, () => run({ argv: sh('sleep 0.3') }, signal));
    await vi.waitFor(() => expect(getEventListeners(signal, 'abort')).toHaveLength(1));
    expect((await Promise.all(running)).map(({ code }) => code)).toEqual(running.map(() => 0));
  });

  it('sees the environment that it is given and nothing else', async () => {
    const { stdout } = await run({ argv: ['/usr/bin/env'], env: { ONE: '1' } });
    expect(stdout).toBe('ONE=1\n');
  });

  it('is given its arguments as they are', async () => {
    const odd = ['$(id)', '; rm -rf /', '', "a'b", '*'];
    const { stdout } = await run({ argv: [process.execPath, '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', ...odd] });
    expect(JSON.parse(stdout)).toEqual(odd);
  });

  it('may close its input unread', async () => {
    expect(await run({ argv: sh('exec 0<&-; echo done'), stdin: 'x'.repeat(1_000_000) })).toMatchObject({
      ended: 'exit',
      stdout: 'done\n',
    });
  });

  it.each(['/no/such/program', 'no-such-program-anywhere', import.meta.filename])(
    'that is not there or may not be run is missing: %s',
    async (program) => {
      expect(await run({ argv: [program] })).toMatchObject({ ended: 'missing', code: null });
    },
  );

  it('that cannot be started for another reason is an error of this machine', async () => {
    await expect(run({ argv: ['/bin/echo', 'x'.repeat(3_000_000)] })).rejects.toMatchObject({
      kind: 'unable',
      code: 'program_not_started',
    });
  });

  it('tells the signal that ended it', async () => {
    expect(await run({ argv: sh('kill -SEGV $$') })).toMatchObject({ ended: 'exit', code: null, signal: 'SIGSEGV' });
  });
});

describe('a program that does not end', () => {
  it('is ended with its whole group when its time is over', async () => {
    const file = join(scratch(), 'pid');
    const result = await run({ argv: sh(`sleep 60 & echo $! > ${file}; wait`), timeoutMs: 200 });
    expect(result).toMatchObject({ ended: 'timeout' });
    const child = Number(readFileSync(file, 'utf8'));
    await vi.waitFor(() => expect(isAlive(child)).toBe(false));
  });

  it('is ended by force when it ignores the polite signal', async () => {
    const file = join(scratch(), 'pid');
    const result = await run({ argv: sh(`trap '' TERM; echo $$ > ${file}; while :; do sleep 1; done`), timeoutMs: 200 });
    expect(result).toMatchObject({ ended: 'timeout' });
    expect(isAlive(Number(readFileSync(file, 'utf8')))).toBe(false);
  });

  it('is ended when it prints too much, and no more than that is kept', async () => {
    const result = await run({ argv: ['/usr/bin/yes'], maxBytes: 10_000 });
    expect(result.ended).toBe('overflow');
    expect(result.stdout.length).toBeLessThanOrEqual(10_000);
  });

  it('is ended when nobody waits for it any more', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    expect(await run({ argv: sh('sleep 60') }, abort.signal)).toMatchObject({ ended: 'aborted' });
  });

  it('is not even started when nobody waits for it', async () => {
    const file = join(scratch(), 'started');
    expect(await run({ argv: sh(`touch ${file}`) }, AbortSignal.abort())).toMatchObject({ ended: 'aborted' });
    expect(existsSync(file)).toBe(false);
  });

  it('does not hold the turn by a grandchild that keeps its output open', async () => {
    const result = await run({ argv: sh('setsid sleep 30 & echo $! ; echo done'), timeoutMs: 20_000 });
    expect(result).toMatchObject({ ended: 'exit', code: 0 });
    expect(result.stdout).toContain('done');
    expect(result.totalMs).toBeLessThan(5000);
    process.kill(Number(result.stdout.split('\n')[0]), 'SIGKILL');
  });
});

describe('finding a program', () => {
  it('looks along the search path, and below a folder for a path', () => {
    const folder = scratch();
    writeFileSync(join(folder, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(folder, 'notes'), '', { mode: 0o644 });
    expect(systemProcesses.find('sh')).toMatch(/\/sh$/);
    expect(systemProcesses.find('./tool', folder)).toBe(join(folder, 'tool'));
    expect(systemProcesses.find('./notes', folder)).toBeNull();
    expect(systemProcesses.find('no-such-program-anywhere')).toBeNull();
  });
});
