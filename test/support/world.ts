import { tmpdir } from 'node:os';
import type { Ask } from '../../src/agents/protocols/port.ts';
import type { World } from '../../src/fleet/slots.ts';
import { systemClock } from '../../src/ground/runtime/clock.ts';
import type { Env } from '../../src/ground/runtime/context.ts';
import { systemFiles } from '../../src/ground/runtime/files.ts';
import { type OpenHttp, openHttp } from '../../src/ground/runtime/http.ts';
import { systemProcesses } from '../../src/ground/runtime/process.ts';
import { openSecrets } from '../../src/ground/runtime/secrets.ts';

/** A world over the real network, disk and processes, with an environment of its own. Close its `http`. */
export const openWorld = (env: Env = {}): World & { http: OpenHttp } => ({
  clock: systemClock,
  random: () => 0.5,
  http: openHttp(env, systemClock),
  files: systemFiles,
  process: systemProcesses,
  secrets: openSecrets(env, systemFiles),
});

/** A reference as the loader would make it of a text in the manifest. */
export const ref = (secret: string) => ({ secret, base: tmpdir() });

/** A first question with generous limits, overridable. */
export const ask = (parts: Partial<Ask> = {}): Ask => ({
  input: 'ping',
  thread: null,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  limits: { connectMs: 2000, firstByteMs: 5000, stallMs: 5000, totalMs: 10_000 },
  ...parts,
});
