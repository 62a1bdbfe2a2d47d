import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { messageOf, nodeCodeOf, unableError } from '../errors.ts';
import type { FileClaim } from './context.ts';

/** The file that says that another is being changed. */
export const claimPath = (path: string): string => `${path}.lock`;

/** Claims a file for one change: makes its lock file, which only one process can (`O_EXCL`). Null where it is there already. */
export const claimFile = (path: string): FileClaim | null => {
  const owner = `${process.pid} ${randomUUID()}\n`;
  const lock = claimPath(path);
  if (!makeNew(lock, owner)) return null;
  const isOurs = () => textOf(lock) === owner;
  return {
    isOurs,
    release() {
      if (isOurs()) rmSync(lock, { force: true });
    },
  };
};

/**
 * Takes away the lock file of a process that died over it. Two that want to do so at once must not take away the next one's: whoever may is
 * settled in the same way.
 * @param owner as it was seen
 */
export const breakClaim = (path: string, owner: string): void => {
  const lock = claimPath(path);
  const breaking = `${lock}.break`;
  if (!makeNew(breaking, owner)) return;
  try {
    if (textOf(lock) === owner) rmSync(lock, { force: true });
  } finally {
    rmSync(breaking, { force: true });
  }
};

/** Whose the lock file of a path is; null: there is none. */
export const claimOwner = (path: string): string | null => textOf(claimPath(path));

/** Makes a file that is not there yet; false where it is. */
const makeNew = (path: string, text: string): boolean => {
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, text);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (thrown) {
    if (nodeCodeOf(thrown) === 'EEXIST') return false;
    throw unableError({
      code: 'write_failed',
      message: `${path} could not be made: ${messageOf(thrown)}`,
      hint: 'check the folder, its permissions and the free space',
    });
  }
};

const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    if (nodeCodeOf(thrown) === 'ENOENT') return null;
    throw thrown;
  }
};
