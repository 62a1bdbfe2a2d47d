import { join } from 'node:path';
import { type LoadedFleet, loadFleet } from '../fleet/load-fleet.ts';
import { systemClock, systemRandom } from '../ground/runtime/clock.ts';
import type { Context, Env, Http, Sandbox } from '../ground/runtime/context.ts';
import { systemFiles } from '../ground/runtime/files.ts';
import { systemProcesses } from '../ground/runtime/process.ts';
import type { Terminal } from '../ground/runtime/terminal.ts';
import type { Cache, Journal } from '../ground/store/port.ts';
import type { Format, GlobalFlags, Outcome, Session } from './command.ts';

export interface OpenSession extends Session {
  /** Frees what was opened; the process can end by itself afterwards. */
  close(): Promise<void>;
}

export interface SessionParts {
  readonly env: Env;
  readonly cwd: string;
  readonly flags: GlobalFlags;
  readonly format: Format;
  readonly terminal: Terminal;
  readonly secrets: Context['secrets'];
  readonly version: string;
  readonly signal: AbortSignal;
  show(outcome: Outcome): Promise<void>;
}

/** Builds what a command may touch. Network, store and sandbox are opened by their first use. */
export const openSession = ({ env, cwd, flags, format, terminal, secrets, version, signal, show }: SessionParts): OpenSession => {
  const closers: (() => Promise<void>)[] = [];
  const opened = <T extends { close(): Promise<void> | void }>(open: () => Promise<T>) => {
    let promise: Promise<T> | null = null;
    return () => {
      promise ??= open().then(
        (thing) => {
          closers.push(async () => thing.close());
          return thing;
        },
        (thrown) => {
          // Tried again by the next use: `serve` outlives a full disk.
          promise = null;
          throw thrown;
        },
      );
      return promise;
    };
  };
  const http = opened(async () => (await import('../ground/runtime/http.ts')).openHttp(env, systemClock));
  const sandbox = opened(async () => (await import('../ground/runtime/sandbox.ts')).openSandbox());
  const journal = opened(async (): Promise<Journal> => {
    const { fleet } = await fleetOnce();
    const { openJournal } = await import('./open-journal.ts');
    return openJournal(ctx, fleet);
  });
  const cache = opened(async (): Promise<Cache> => {
    const { fleet } = await fleetOnce();
    const { openSqliteCache } = await import('../ground/store/sqlite-cache.ts');
    return openSqliteCache(join(fleet.stateFolder, 'cache.db'));
  });
  const extensions = async () => (await import('./registries.ts')).extensions;
  let loaded: Promise<LoadedFleet> | null = null;
  const fleetOnce = () => {
    loaded ??= loadFleet(ctx, { flag: flags.manifest ?? null, cwd, allowance: allowanceOf(flags), version }, extensions);
    return loaded;
  };
  const ctx: Context = {
    clock: systemClock,
    random: systemRandom,
    env,
    http: { send: async (...call) => (await http()).send(...call) } satisfies Http,
    files: systemFiles,
    process: systemProcesses,
    secrets,
    sandbox: { run: async (...call) => (await sandbox()).run(...call) } satisfies Sandbox,
    signal,
    journal,
    cache,
  };
  return {
    ctx,
    terminal,
    version,
    flags,
    format,
    cwd,
    fleet: fleetOnce,
    extensions,
    show,
    async close() {
      for (const close of closers.reverse()) await close();
    },
  };
};

/** What `--untrusted` leaves allowed; null: everything is trusted. */
export const allowanceOf = ({ untrusted, allowEnv, allowHost }: GlobalFlags) =>
  untrusted === true ? { variables: allowEnv ?? [], hosts: allowHost ?? [] } : null;
