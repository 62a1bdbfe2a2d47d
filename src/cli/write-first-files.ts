import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, nodeCodeOf, type OpsError, refusedError, unableError } from '../ground/errors.ts';
import type { Files } from '../ground/runtime/context.ts';

export interface Written {
  readonly path: string;
  readonly what: string;
}

/** Writes a file a person is to edit and commit: with the rights they usually give. Refuses one that is there, unless it may be replaced. */
export const writeOpenly = (path: string, text: string, mayReplace: boolean): Written => {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: mayReplace ? 'w' : 'wx' });
    return { path, what: 'written' };
  } catch (thrown) {
    if (nodeCodeOf(thrown) === 'EEXIST') throw alreadyThere(path);
    throw notWritten(path, thrown);
  }
};

/** What is said of a file that init would have to replace. */
export const alreadyThere = (path: string): OpsError =>
  refusedError({ code: 'file_exists', message: `${path} is there already, and is left as it is`, hint: '--force replaces it' });

const notWritten = (path: string, thrown: unknown): unknown =>
  nodeCodeOf(thrown) === null
    ? thrown
    : unableError({
        code: 'write_failed',
        message: `${path} could not be written: ${messageOf(thrown)}`,
        hint: 'check the folder and its permissions',
      });

const stateLine = '.agentops/';
const ignoresState = /^\/?(\*\*\/)?\.agentops(\/|\/\*{1,2})?\s*$/m;

/** Keeps the state folder out of the repository that the folder is in. Null: there is none, or it is ignored already. */
export const ignoreState = (files: Files, folder: string, home: string | undefined): Written | null => {
  const root = repositoryOf(files, folder, home);
  if (root === null) return null;
  const own = [...new Set([root, folder])].map((each) => join(each, '.gitignore'));
  const texts = own.map((path) => (files.exists(path) ? readFileSync(path, 'utf8') : ''));
  if (texts.some((text) => ignoresState.test(text))) return null;
  const [path = '', text = ''] = [own[0], texts[0]];
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  try {
    writeFileSync(path, `${text}${text === '' || text.endsWith('\n') ? '' : newline}${stateLine}${newline}`);
  } catch (thrown) {
    throw notWritten(path, thrown);
  }
  return { path, what: `now has ${stateLine}: results and snapshots do not belong into the repository` };
};

const repositoryOf = (files: Files, folder: string, home: string | undefined): string | null => {
  if (files.exists(join(folder, '.git'))) return folder;
  const parent = dirname(folder);
  return folder === home || parent === folder ? null : repositoryOf(files, parent, home);
};
