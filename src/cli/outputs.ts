import { accessSync, chmodSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, nodeCodeOf, type OpsError, unableError, usageError } from '../ground/errors.ts';
import { systemFiles } from '../ground/runtime/files.ts';
import type { Format, GlobalFlags } from './command.ts';

/** A format of the answer and the file it goes to. */
export interface FileOutput {
  readonly format: Format;
  readonly path: string;
}

/** Where one answer goes: one format to stdout, any number of others to files. */
export interface Outputs {
  readonly stdout: Format;
  readonly files: readonly FileOutput[];
}

interface Asked {
  /** As it was typed, for an error. */
  readonly flag: string;
  readonly format: string;
  /** Null: stdout. */
  readonly path: string | null;
}

/** `junit` or `junit=health.xml`. */
const readAsked = (word: string): Asked => {
  const at = word.indexOf('=');
  const flag = `--output ${word}`;
  return at < 0 ? { flag, format: word, path: null } : { flag, format: word.slice(0, at), path: word.slice(at + 1) };
};

const jsonAsked: Asked = { flag: '--json', format: 'json', path: null };

/**
 * Reads `--output` and `--json` against what a command can answer in. Throws a usage error for a format it does not have, for two of
 * them on stdout, and for a file that cannot be written.
 * @param formats the first is the one that is printed unless another is asked for
 */
export const outputsOf = (
  command: string,
  formats: readonly [Format, ...(readonly Format[])],
  { output = [], json }: GlobalFlags,
): Outputs => {
  const asked = [...output.map(readAsked), ...(json === true ? [jsonAsked] : [])];
  const known = ({ flag, format }: Asked): Format => {
    const found = formats.find((each) => each === format);
    if (found !== undefined) return found;
    throw unknownFormat(command, flag, formats);
  };
  const printed = asked.filter(({ path }) => path === null).map((each) => ({ flag: each.flag, format: known(each) }));
  const [first] = printed;
  const second = printed.find(({ format }) => format !== first?.format);
  if (first !== undefined && second !== undefined) {
    throw usageError({
      code: 'flags_conflict',
      message: `${first.flag} and ${second.flag} both go to stdout`,
      hint: `send one to a file: --output ${first.format} --output ${second.format}=FILE`,
    });
  }
  const files = asked.flatMap((each) => (each.path === null ? [] : [{ format: known(each), path: each.path, flag: each.flag }]));
  for (const [at, { path, flag }] of files.entries()) {
    requireWritable(path, flag);
    if (files.findIndex((other) => resolve(other.path) === resolve(path)) !== at)
      throw unwritable(flag, `${path} is named twice`, 'give each format a file of its own');
  }
  return { stdout: first?.format ?? formats[0], files: files.map(({ format, path }) => ({ format, path })) };
};

const unknownFormat = (command: string, given: string, formats: readonly Format[]): OpsError =>
  usageError({ code: 'format_unknown', message: `${command} has no ${given}`, hint: `it can answer as ${formats.join(', ')}` });

const unwritable = (flag: string, why: string, hint: string): OpsError =>
  usageError({ code: 'output_unwritable', message: `${flag}: ${why}`, hint });

/** Looks whether a file can be written, without making it. Throws a usage error where it cannot. @param flag as it was typed */
export const requireWritable = (path: string, flag: string): void => {
  if (path === '') throw unwritable(flag, 'no file is named', 'write it like junit=health.xml');
  const real = systemFiles.realPath(resolve(path));
  const found = statSync(real, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw unwritable(flag, `${path} is a folder, not a file`, 'name a file in it');
  const folder = dirname(real);
  if (found === undefined && !systemFiles.isFolder(folder)) throw unwritable(flag, `there is no folder ${folder}`, `mkdir -p ${folder}`);
  try {
    accessSync(found === undefined ? folder : real, constants.W_OK);
  } catch (thrown) {
    throw unwritable(flag, `${path} cannot be written by this user (${nodeCodeOf(thrown)})`, 'check its permissions, or name another file');
  }
};

/** Writes an answer whole: whoever reads the file meanwhile sees the old or the new one. Pipes and devices are written as they are. */
export const writeOutput = (path: string, text: string): void => {
  const real = systemFiles.realPath(resolve(path));
  const found = statSync(real, { throwIfNoEntry: false });
  try {
    if (found?.isFile() === false || !isWritableFolder(dirname(real))) writeFileSync(real, text);
    else replaceFile(real, text, found?.mode);
  } catch (thrown) {
    throw unableError({
      code: 'write_failed',
      message: `${path} could not be written: ${messageOf(thrown)}`,
      hint: 'check the folder, its permissions and the free space',
    });
  }
};

const replaceFile = (path: string, text: string, mode: number | undefined): void => {
  const beside = `${path}.${process.pid}.new`;
  try {
    writeFileSync(beside, text);
    if (mode !== undefined) chmodSync(beside, mode & 0o777);
    renameSync(beside, path);
  } catch (thrown) {
    rmSync(beside, { force: true });
    throw thrown;
  }
};

const isWritableFolder = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false; // the file itself may be open to us all the same
  }
};
