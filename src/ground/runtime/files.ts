import {
  accessSync,
  appendFileSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, nodeCodeOf, type OpsError, unableError, usageError } from '../errors.ts';
import type { Files } from './context.ts';
import { breakClaim, claimFile, claimOwner } from './file-claim.ts';

/** The disk of this machine. What is written is for its owner alone. */
export const systemFiles: Files = {
  readText(path, maxBytes) {
    try {
      const { size } = statSync(path);
      if (size > maxBytes) throw tooLarge(path, size.toLocaleString('en-US'), maxBytes);
      const text = readAtMost(path, maxBytes + 1);
      if (text.length > maxBytes) throw tooLarge(path, `more than ${maxBytes.toLocaleString('en-US')}`, maxBytes);
      return text.toString('utf8');
    } catch (thrown) {
      throw explainRead(path, thrown);
    }
  },
  readBytes(path, offset, length) {
    let file: number | null = null;
    try {
      file = openSync(path, 'r');
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
    } catch (thrown) {
      throw explainRead(path, thrown);
    } finally {
      if (file !== null) closeSync(file);
    }
  },
  factsOf(path) {
    const facts = statSync(path, { throwIfNoEntry: false, bigint: true });
    if (facts === undefined || !facts.isFile()) return null;
    return { size: Number(facts.size), inode: `${facts.dev}:${facts.ino}`, modifiedMs: Number(facts.mtimeMs) };
  },
  exists: (path) => existsSync(path),
  list(path) {
    try {
      return readdirSync(path).sort();
    } catch (thrown) {
      if (nodeCodeOf(thrown) === 'ENOENT' || nodeCodeOf(thrown) === 'ENOTDIR') return [];
      throw explainRead(path, thrown);
    }
  },
  isFolder(path) {
    try {
      return statSync(path).isDirectory();
    } catch {
      // Links in a circle or behind a closed door lead to no folder.
      return false;
    }
  },
  realPath: (path) => realPath(path),
  writePrivate(path, text) {
    const beside = `${path}.${process.pid}.new`;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(beside, text, { mode: 0o600 });
      renameSync(beside, path);
    } catch (thrown) {
      removeQuietly(beside);
      throw unableError({
        code: 'write_failed',
        message: `${path} could not be written: ${messageOf(thrown)}`,
        hint: 'check the folder, its permissions and the free space',
      });
    }
  },
  replace(path, text) {
    const target = realPath(path);
    const beside = `${target}.${process.pid}.new`;
    try {
      const { mode } = statSync(target);
      writeFileSync(beside, text, { mode: 0o600 });
      chmodSync(beside, mode);
      renameSync(beside, target);
    } catch (thrown) {
      removeQuietly(beside);
      throw unableError({
        code: 'write_failed',
        message: `${path} could not be written: ${messageOf(thrown)}`,
        hint: 'check the folder, its permissions and the free space',
      });
    }
  },
  claim: (path) => claimFile(realPath(path)),
  claimOwner: (path) => claimOwner(realPath(path)),
  breakClaim: (path, owner) => breakClaim(realPath(path), owner),
  mayReplace(path) {
    const target = realPath(path);
    try {
      accessSync(target, constants.W_OK);
      accessSync(dirname(target), constants.W_OK);
      return true;
    } catch {
      // Missing, or closed to this user.
      return false;
    }
  },
  append(path, text) {
    try {
      appendFileSync(path, text);
    } catch (thrown) {
      throw unableError({
        code: 'write_failed',
        message: `${path} could not be written: ${messageOf(thrown)}`,
        hint: 'check the folder, its permissions and the free space',
      });
    }
  },
  makeTemporary(prefix) {
    try {
      return mkdtempSync(join(tmpdir(), prefix));
    } catch (thrown) {
      throw unableError({
        code: 'write_failed',
        message: `no folder could be made in ${tmpdir()}: ${messageOf(thrown)}`,
        hint: 'set TMPDIR to a folder that can be written',
      });
    }
  },
  removeFolder: (path) => rmSync(path, { recursive: true, force: true }),
};

const mostLinks = 40;
const pieceBytes = 64 * 1024;

/** Where a path leads, links followed; what is not there yet is taken to be made where the last link points. */
const realPath = (path: string, links = 0): string => {
  try {
    return realpathSync(path);
  } catch {
    const target = links < mostLinks ? linkTarget(path) : null;
    if (target !== null) return realPath(target, links + 1);
    return dirname(path) === path ? path : join(realPath(dirname(path), links), basename(path));
  }
};

const linkTarget = (path: string): string | null => {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    // No link, or nothing at all.
    return null;
  }
};

/** Takes a half-written file away; what stopped the writing is what gets told. */
const removeQuietly = (path: string) => {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where nothing could be written, nothing is left behind.
  }
};

/** The first bytes of a file. Devices and pipes do not tell their size, and may never end. */
const readAtMost = (path: string, bytes: number): Buffer => {
  const file = openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    let left = bytes;
    while (left > 0) {
      const piece = Buffer.allocUnsafe(Math.min(left, pieceBytes));
      const count = readSync(file, piece, 0, piece.length, null);
      if (count === 0) break;
      pieces.push(piece.subarray(0, count));
      left -= count;
    }
    return Buffer.concat(pieces);
  } finally {
    closeSync(file);
  }
};

const tooLarge = (path: string, size: string, maxBytes: number): OpsError =>
  usageError({
    code: 'file_too_large',
    message: `${path} has ${size} bytes; at most ${maxBytes.toLocaleString('en-US')} are read`,
    hint: 'split it, or check that it is the file you meant',
  });

/** What went wrong with reading a path, as the sentence it becomes. */
export const explainRead = (path: string, thrown: unknown): unknown => {
  const code = nodeCodeOf(thrown);
  if (code === 'ENOENT') return usageError({ code: 'file_missing', message: `there is no file ${path}` });
  if (code === 'EISDIR') return usageError({ code: 'file_missing', message: `${path} is a folder, not a file` });
  if (code === 'EACCES' || code === 'EPERM') {
    return usageError({ code: 'file_unreadable', message: `${path} may not be read by this user`, hint: 'check its permissions' });
  }
  return thrown;
};
