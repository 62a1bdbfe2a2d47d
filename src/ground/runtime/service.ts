import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { messageOf, unableError } from '../errors.ts';
import { humanDuration } from '../units/duration.ts';
import type { Processes, ServiceSpec } from './context.ts';
import { killGraceMs, killGroup } from './process-group.ts';

/** What is kept of what a service prints before it is ready, in characters. */
const keptOutput = 4000;

/** Starts a program that goes on running: in a process group of its own, which ends as a whole. */
export const startService: Processes['start'] = async (spec, signal) => {
  const [program, ...args] = spec.argv;
  const child = spawn(program, args, { cwd: spec.cwd, env: { ...spec.env }, detached: true, stdio: 'pipe' });
  const gone = new Promise<void>((done) => child.once('close', () => done()).once('error', () => done()));
  // A service that does not read its input may close the pipe; that is its right, not an error of ours.
  child.stdin.on('error', () => {});
  const stop = async () => {
    killGroup(child.pid, 'SIGTERM');
    const timer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), killGraceMs);
    child.stdin.destroy();
    await gone;
    clearTimeout(timer);
  };
  try {
    return { match: await readiness(child, spec, signal), stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
};

/** The match of the line that says that the service is ready. */
const readiness = (
  child: ChildProcessWithoutNullStreams,
  { argv, ready, readyMs }: ServiceSpec,
  signal: AbortSignal,
): Promise<RegExpExecArray> =>
  new Promise((resolve, reject) => {
    let printed = '';
    const fail = (how: string) => {
      const said = printed.trim() === '' ? '' : `:\n${printed.trim()}`;
      settle(() => reject(unableError({ code: 'service_not_ready', message: `${argv.join(' ')} ${how}${said}` })));
    };
    const onAbort = () => fail('was given up');
    const timer = setTimeout(() => fail(`was not ready after ${humanDuration(readyMs)}`), readyMs);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    // Both outputs go on being read when it is ready: a full pipe would stop the service.
    const read = (piece: string) => {
      printed = `${printed}${piece}`.slice(-keptOutput);
      const found = ready.exec(printed);
      if (found !== null) settle(() => resolve(found));
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('error', (thrown) => fail(`could not be started: ${messageOf(thrown)}`));
    child.once('close', () => fail('ended before it was ready'));
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
