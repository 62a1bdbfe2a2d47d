import { spawn } from 'node:child_process';
import { messageOf, nodeCodeOf, unableError } from '../errors.ts';
import { onAbort } from './abort.ts';
import type { Processes, ProcessResult, ProcessSpec } from './context.ts';
import { killGraceMs, killGroup } from './process-group.ts';

/** Runs a program to its end, in a process group of its own, which ends as a whole. Throws an unable error where none can be started. */
export const runProgram: Processes['run'] = (spec, signal) =>
  new Promise((done, failed) => {
    const fail = (thrown: unknown) => {
      const message = `${spec.argv[0]} could not be started: ${messageOf(thrown)}`;
      failed(unableError({ code: 'program_not_started', message, cause: thrown }));
    };
    if (signal.aborted) return done(notStarted);
    try {
      start(spec, signal, done, fail);
    } catch (thrown) {
      fail(thrown); // spawn() throws some of its errors and emits the others
    }
  });

const notStarted: ProcessResult = { ended: 'aborted', code: null, signal: null, stdout: '', stderr: '', firstByteMs: null, totalMs: 0 };

/** spawn() fails with these for a program, or a working directory, that is not there or may not be run. */
const missingCodes = new Set(['ENOENT', 'EACCES', 'ENOTDIR']);

const start = (spec: ProcessSpec, signal: AbortSignal, done: (result: ProcessResult) => void, failed: (why: unknown) => void) => {
  const startedAt = performance.now();
  const [program, ...args] = spec.argv;
  let ended: ProcessResult['ended'] = 'exit';
  let firstByteMs: number | null = null;
  let bytes = 0;
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const child = spawn(program, args, { cwd: spec.cwd, env: { ...spec.env }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });

  const stop = (why: ProcessResult['ended']) => {
    if (ended !== 'exit') return;
    ended = why;
    killGroup(child.pid, 'SIGTERM');
    killTimer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), killGraceMs);
  };
  let killTimer: NodeJS.Timeout | undefined;
  const deadline = setTimeout(() => stop('timeout'), spec.timeoutMs);
  const forget = onAbort(signal, () => stop('aborted'));

  const collect = (pieces: Buffer[]) => (piece: Buffer) => {
    firstByteMs ??= performance.now() - startedAt;
    bytes += piece.length;
    if (bytes > spec.maxBytes) stop('overflow');
    else pieces.push(piece);
  };
  child.stdout.on('data', collect(out));
  child.stderr.on('data', collect(err));
  // A child that does not read its input closes the pipe; that is its right, not an error of ours.
  child.stdin.on('error', () => {});
  child.stdin.end(spec.stdin ?? '');

  let finished = false;
  const finish = (code: number | null, killedBy: string | null) => {
    if (finished) return;
    finished = true;
    clearTimeout(deadline);
    clearTimeout(killTimer);
    forget();
    killGroup(child.pid, 'SIGKILL');
    // A grandchild in a session of its own may hold the pipes open; they must not hold this process.
    child.stdin.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
    const text = (pieces: Buffer[]) => Buffer.concat(pieces).toString('utf8');
    done({ ended, code, signal: killedBy, stdout: text(out), stderr: text(err), firstByteMs, totalMs: performance.now() - startedAt });
  };
  child.on('error', (thrown) => {
    if (child.pid !== undefined) return; // it runs; how it ends is told by `close`
    ended = 'missing';
    if (!missingCodes.has(nodeCodeOf(thrown) ?? '')) failed(thrown);
    finish(null, null);
  });
  child.on('close', finish);
  // `close` waits for pipes that a grandchild may hold open for ever; its leader's end is the end of the turn.
  child.on('exit', (code, killedBy) => {
    killGroup(child.pid, 'SIGKILL');
    setImmediate(() => setTimeout(() => finish(code, killedBy), 200).unref());
  });
};
