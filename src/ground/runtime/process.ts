import { accessSync, constants } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Processes } from './context.ts';

/** Children of this machine: argv arrays only, never a shell; each in a process group of its own, which ends as a whole. */
export const systemProcesses: Processes = {
  baseEnv: Object.fromEntries(
    ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  ),
  owner: () => ({ user: userName(), host: hostname() }),
  // Most commands start nothing, and what starts something is long to load.
  run: async (spec, signal) => (await import('./run-program.ts')).runProgram(spec, signal),
  start: async (spec, signal) => (await import('./service.ts')).startService(spec, signal),
  find(program, cwd) {
    const places = /[/\\]/.test(program)
      ? [isAbsolute(program) ? program : resolve(cwd ?? '.', program)]
      : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
    return places.find(isExecutable) ?? null;
  },
};

/** In a container an account may be a number without a name. */
const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
