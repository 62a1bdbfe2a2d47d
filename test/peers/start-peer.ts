import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface PeerSpec {
  /** Program and arguments; a name without a slash is looked for among the installed peers first. */
  readonly argv: (port: number) => readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Printed, on either output, when the peer can be asked. */
  readonly ready: RegExp;
  readonly readyMs?: number;
}

export interface Peer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Everything printed so far, for a failing test. */
  log(): string;
  /** Ends the peer and all its children; done when they are gone. */
  stop(): Promise<void>;
}

export const peersFolder = fileURLToPath(new URL('.', import.meta.url));

/**
 * The peer runs in a process group of its own that ends with its standard input: by `stop()`, and by the kernel when the test process
 * dies, however it dies.
 */
const leash = '"$@" </dev/null & exec >/dev/null 2>&1; cat; kill -9 0';

/** Starts a real server on a free loopback port and waits until it is ready. */
export const startPeer = async (spec: PeerSpec): Promise<Peer> => {
  const port = await freePort();
  const child = spawn('/bin/sh', ['-c', leash, 'sh', ...spec.argv(port)], {
    cwd: spec.cwd ?? peersFolder,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: `${peersFolder}node_modules/.bin:${process.env['PATH'] ?? ''}`,
      HOME: process.env['HOME'] ?? '/',
      PORT: String(port),
      NODE_OPTIONS: `--require "${peersFolder}loopback.cjs"`,
      ...spec.env,
    },
  });
  const ended = once(child, 'close');
  let printed = '';
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  const ready = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      if (spec.ready.test(printed)) resolve();
    };
    child.stdout.on('data', read).on('end', () => reject(new Error(`the peer ended before it was ready:\n${printed}`)));
    child.stderr.on('data', read);
    child.on('error', reject);
  });
  const patience = new AbortController();
  const tooLate = delay(spec.readyMs ?? 30_000, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`the peer was not ready in time:\n${printed}`);
  });
  try {
    await Promise.race([ready, tooLate]);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    patience.abort();
    tooLate.catch(() => undefined);
  }
  return { url: `http://127.0.0.1:${port}`, port, log: () => printed, stop };
};

/** A port of the loopback that nobody listens on at the moment. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
};
