import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageError } from '../ground/errors.ts';
import { shellWord } from '../response/runbooks/next-command.ts';
import type { Session } from './command.ts';

/** Throws a usage error for a file of secrets that is not there, or that its group or everybody may read. */
export const requirePrivate = (file: string): void => {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true)
    throw usageError({
      code: 'env_file_missing',
      message: `there is no file ${file}`,
      hint: `(umask 077 && touch ${shellWord(file)}), then one NAME=value a line`,
    });
  const mode = found.mode & 0o777;
  if ((mode & 0o077) !== 0)
    throw usageError({
      code: 'env_file_open',
      message: `${file} holds secrets, and others may read it (mode ${mode.toString(8).padStart(4, '0')})`,
      hint: `chmod 600 ${shellWord(file)}`,
    });
};

/** The flags by which Node was told to read files of variables. @param execArgv as `process.execArgv` has them */
export const envFilesIn = (execArgv: readonly string[]): readonly string[] =>
  execArgv.flatMap((word, at) => {
    const [, flag, path] = /^(--env-file(?:-if-exists)?)(?:=(.*))?$/s.exec(word) ?? [];
    const file = path ?? execArgv[at + 1];
    return flag === undefined || file === undefined ? [] : [file];
  });

/**
 * Throws a usage error where others may read the file that this process has its secrets from, as far as it can know: what Node was told to
 * read, as a line of crontab does, and what `AGENTOPS_ENV_FILE` names, as a unit of systemd does.
 */
export const requirePrivateEnv = ({ ctx, cwd }: Pick<Session, 'ctx' | 'cwd'>): void => {
  const named = ctx.env['AGENTOPS_ENV_FILE'];
  const optional = envFilesIn(process.execArgv).filter((file) => statSync(resolve(file), { throwIfNoEntry: false }) !== undefined);
  for (const file of [...optional.map((each) => resolve(each)), ...(named ? [resolve(cwd, named)] : [])]) requirePrivate(file);
};
