import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import type { Sandbox, SandboxRun } from './context.ts';

/** Heap of the worker; far above what a small check needs, far below what would hurt the host. */
const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

/**
 * Each run gets a realm of its own: JavaScript's built-ins and a silent console, no process, no require, no network, and nothing that an
 * earlier run left behind. Results cross as JSON text, so that nothing but data comes back.
 */
const workerSource = `
const { parentPort } = require('node:worker_threads');
const vm = require('node:vm');
const silent = Object.fromEntries(['log', 'info', 'debug', 'warn', 'error'].map((name) => [name, () => {}]));
parentPort.on('message', async ({ code, args }) => {
  try {
    const parsingContext = vm.createContext({ console: silent });
    const call = vm.compileFunction(code, Object.keys(args), { parsingContext, filename: 'code' });
    const value = await call(...Object.values(args));
    parentPort.postMessage({ json: JSON.stringify(value) ?? null, error: null });
  } catch (thrown) {
    const message = thrown && typeof thrown === 'object' && 'message' in thrown ? thrown.name + ': ' + thrown.message : String(thrown);
    parentPort.postMessage({ json: null, error: message });
  }
});
`;

const startWorker = async (): Promise<Worker> => {
  const worker = new Worker(workerSource, { eval: true, env: {}, argv: [], execArgv: [], stdout: true, stderr: true, resourceLimits });
  await once(worker, 'online');
  return worker;
};

interface Reply {
  readonly json: string | null;
  readonly error: string | null;
}

const failed = (error: string): SandboxRun => ({ value: undefined, error });

/** Asks a worker once. Null: it ended without an answer. Throws what killed it, or the signal's reason. */
const ask = async (worker: Worker, message: unknown, signal: AbortSignal): Promise<Reply | null> => {
  const reply = (once(worker, 'message', { signal }) as Promise<[Reply]>).then(([first]) => first);
  const gone = once(worker, 'exit', { signal }).then(() => null);
  // Whichever comes second is aborted by the caller, and nobody waits for it then.
  reply.catch(() => undefined);
  gone.catch(() => undefined);
  worker.postMessage(message);
  return Promise.race([reply, gone]);
};

/** A worker that runs one function at a time; it is started by the first run, and anew after a run that had to be ended. */
export const openSandbox = (): Sandbox & { close(): Promise<void> } => {
  let current: Promise<Worker> | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  const acquire = (): Promise<Worker> => {
    if (current !== null) return current;
    const starting = startWorker();
    // It may fail to start, or die between two runs by a promise that an earlier run left behind.
    const forget = (): void => {
      if (current === starting) current = null;
    };
    current = starting;
    starting.then((worker) => worker.on('error', forget).on('exit', forget), forget);
    return starting;
  };

  const discard = async (): Promise<void> => {
    const old = current;
    current = null;
    const worker = await old?.catch(() => null);
    await worker?.terminate();
  };

  const runAlone = async (code: string, args: Readonly<Record<string, unknown>>, timeoutMs: number): Promise<SandboxRun> => {
    const worker = await acquire();
    const ended = new AbortController();
    const deadline = setTimeout(() => ended.abort(), timeoutMs);
    // A process that has nothing else to do waits for a run, and does not wait for an idle worker.
    worker.ref();
    try {
      const reply = await ask(worker, { code, args }, ended.signal);
      if (reply === null) return failed('the worker ended before it answered');
      return { value: reply.json === null ? undefined : JSON.parse(reply.json), error: reply.error };
    } catch (thrown) {
      await discard();
      return failed(ended.signal.aborted ? `it did not end within ${timeoutMs} ms` : messageOf(thrown));
    } finally {
      clearTimeout(deadline);
      ended.abort();
      worker.unref();
    }
  };

  return {
    run: (code, args, timeoutMs) => {
      const result = queue.then(() => runAlone(code, args, timeoutMs)).catch((thrown: unknown) => failed(messageOf(thrown)));
      queue = result;
      return result;
    },
    close: discard,
  };
};
