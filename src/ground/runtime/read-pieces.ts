import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { nodeCodeOf, usageError } from '../errors.ts';
import { explainRead } from './files.ts';

/** Something that is read from its beginning to its end, and is never whole in memory. */
export interface Pieces {
  /** Unpacked where it was gzip. Throws a usage error where it cannot be read to its end. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Bytes on disk; null where that is not known beforehand. */
  readonly size: number | null;
  /** Bytes read so far, before unpacking. */
  readBytes(): number;
}

/** Reads a file; `-` is standard input. Throws a usage error where there is none. */
export const readPieces = async (path: string): Promise<Pieces> => {
  if (path === '-') return counted('standard input', process.stdin, null);
  try {
    const file = await open(path);
    const stats = await file.stat();
    if (stats.isDirectory()) {
      await file.close();
      throw Object.assign(new Error(), { code: 'EISDIR' });
    }
    return counted(path, file.createReadStream(), stats.isFile() ? stats.size : null);
  } catch (thrown) {
    throw explainRead(path, thrown);
  }
};

const counted = (name: string, source: AsyncIterable<Uint8Array>, size: number | null): Pieces => {
  let read = 0;
  const count = async function* () {
    for await (const piece of source) {
      read += piece.length;
      yield piece;
    }
  };
  return { pieces: unpacked(name, count()), size, readBytes: () => read };
};

const startsWith = (piece: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, at) => piece[at] === byte);
const gzipMagic = [0x1f, 0x8b];
const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd];

/** The pieces, through gunzip where the first one says so. */
const unpacked = async function* (name: string, source: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const first = await source.next();
  if (first.done === true) return;
  if (startsWith(first.value, zstdMagic)) {
    throw usageError({ code: 'file_packed', message: `${name} is packed with zstd`, hint: `zstd -dc ${name} | agentops ingest -` });
  }
  const whole = async function* () {
    yield first.value;
    yield* source;
  };
  if (!startsWith(first.value, gzipMagic)) {
    yield* whole();
    return;
  }
  const unpacking = createGunzip();
  // What goes wrong in either of them is thrown to whoever reads the last one.
  pipeline(whole(), unpacking, () => undefined);
  try {
    yield* unpacking;
  } catch (thrown) {
    if (!/^Z_/.test(nodeCodeOf(thrown) ?? '')) throw thrown;
    throw usageError({
      code: 'file_damaged',
      message: `${name} is gzip, but damaged or cut off`,
      hint: 'what came before that is kept; read it again when it is whole',
    });
  }
};
