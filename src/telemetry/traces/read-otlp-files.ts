import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { messageOf, unableError } from '../../ground/errors.ts';
import { parseJson } from '../../ground/json.ts';
import type { Files } from '../../ground/runtime/context.ts';
import { type FilePattern, fits, isWild } from './file-pattern.ts';
import { otlpLines } from './otlp-lines.ts';
import type { Page } from './port.ts';

/** How far each file was read: inode → bytes, and a fingerprint of how it begins, because inodes are used again. */
const positions = z.record(z.string(), z.strictObject({ read: z.int().min(0), begins: z.string() }));
type Positions = z.infer<typeof positions>;

interface Found {
  readonly path: string;
  readonly size: number;
  readonly inode: string;
  readonly modifiedMs: number;
}

const pieceBytes = 4 * 1024 * 1024;
/** A longer line is no export: the specification bounds one at 64 MiB. */
const longestLine = 64 * 1024 * 1024;
/** Packed files are unpacked whole. */
const largestUnpacked = 1024 * 1024 * 1024;
const fingerprintBytes = 256;
const deepest = 16;

/** The files that a pattern fits, by name. */
export const listFiles = (files: Files, pattern: FilePattern): readonly string[] => {
  const walk = (folder: string, parts: FilePattern, depth: number): readonly string[] => {
    const [part, ...rest] = parts;
    if (part === undefined || depth > deepest) return [];
    const at = (name: string) => posix.join(folder, name);
    const goOn = (path: string) => (rest.length === 0 ? (files.factsOf(path) === null ? [] : [path]) : walk(path, rest, depth + 1));
    if (part === '**') {
      const below = files.list(folder).filter((name) => !name.startsWith('.') && files.isFolder(at(name)));
      return [...walk(folder, rest, depth), ...below.flatMap((name) => walk(at(name), parts, depth + 1))];
    }
    if (!isWild(part)) return goOn(part === '' ? '/' : at(part));
    return files.list(folder).flatMap((name) => (fits(name, part) ? goOn(at(name)) : []));
  };
  return [...new Set(walk('.', pattern, 0))].sort();
};

/**
 * Reads what files have that was not read before, the longest unchanged first: a file that grew goes on where it ended, one that was cut
 * short or replaced begins anew, one that was renamed is known by its inode. Without a cursor, files unchanged since `sinceMs` are passed
 * over: what started later was written later. Lines that are no OTLP are passed over, as a crash of the writer leaves them. Throws an
 * unable error for a file that begins with nothing else.
 */
export async function* readOtlpFiles(
  files: Files,
  patterns: readonly FilePattern[],
  cursor: string | null,
  sinceMs: number,
): AsyncGenerator<Page> {
  const known: Positions | null = cursor === null ? null : (positions.safeParse(parseJson(cursor)).data ?? null);
  const found = findFiles(files, patterns);
  const done: Positions =
    known === null ? {} : Object.fromEntries(Object.entries(known).filter(([inode]) => found.some((file) => file.inode === inode)));
  for (const file of found) {
    const held = done[file.inode];
    const isSame = held !== undefined && held.read <= file.size && held.begins === beginning(files, file.path, held.read);
    if (known === null && file.modifiedMs < sinceMs) {
      done[file.inode] = { read: file.size, begins: beginning(files, file.path, file.size) };
      continue;
    }
    for (const { read, ...page } of readFile(files, file, isSame ? held.read : 0)) {
      done[file.inode] = { read, begins: beginning(files, file.path, read) };
      yield { ...page, cursor: JSON.stringify(done), waitMs: 0 };
    }
  }
}

const findFiles = (files: Files, patterns: readonly FilePattern[]): readonly Found[] => {
  const paths = [...new Set(patterns.flatMap((pattern) => listFiles(files, pattern)))];
  const found = paths.flatMap((path): Found[] => {
    const facts = files.factsOf(path);
    return facts === null ? [] : [{ path, ...facts }];
  });
  return found.sort((a, b) => a.modifiedMs - b.modifiedMs || (a.path < b.path ? -1 : 1));
};

/** A file that is gone, or may not be read, is a backend that cannot be read. */
const bytesOf = (files: Files, path: string, offset: number, length: number): Uint8Array => {
  try {
    return files.readBytes(path, offset, length);
  } catch (thrown) {
    throw unableError({ code: 'backend_failed', message: messageOf(thrown), cause: thrown });
  }
};

const beginning = (files: Files, path: string, read: number): string =>
  createHash('sha256')
    .update(bytesOf(files, path, 0, Math.min(read, fingerprintBytes)))
    .digest('hex')
    .slice(0, 16);

type Piece = Pick<Page, 'spans' | 'scores'> & { readonly read: number };

const readFile = (files: Files, file: Found, from: number): Iterable<Piece> => {
  const isPacked = isGzip(bytesOf(files, file.path, 0, 2));
  if (isPacked) return file.size === from ? [] : readPacked(files, file);
  return readPlain(files, file, from);
};

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

function* readPlain(files: Files, { path, size }: Found, from: number): Generator<Piece> {
  let [at, length] = [from, pieceBytes];
  while (at < size) {
    const bytes = bytesOf(files, path, at, Math.min(length, size - at));
    const isEnd = at + bytes.length >= size;
    const { spans, scores, taken, readable, unreadable } = otlpLines(bytes);
    if (at === 0 && readable === 0 && unreadable > 0) throw noOtlp(path);
    if (taken > 0) yield { spans, scores, read: at + taken };
    if (isEnd) return;
    if (taken === 0 && length >= longestLine) throw noOtlp(path);
    at += taken;
    length = taken === 0 ? length * 4 : pieceBytes;
  }
}

/** A packed file that cannot be unpacked is still being written: it is left for the next time. */
function* readPacked(files: Files, { path, size }: Found): Generator<Piece> {
  const bytes = unpack(path, bytesOf(files, path, 0, size));
  if (bytes === null) return;
  const { spans, scores, readable, unreadable } = otlpLines(bytes);
  if (readable === 0 && unreadable > 0) throw noOtlp(path);
  yield { spans, scores, read: size };
}

const unpack = (path: string, packed: Uint8Array): Uint8Array | null => {
  try {
    return gunzipSync(packed, { maxOutputLength: largestUnpacked });
  } catch (thrown) {
    if (thrown instanceof RangeError)
      throw unableError({ code: 'backend_failed', message: `${path} is larger than 1 GiB when it is unpacked` });
    if (/unexpected end of file/.test(messageOf(thrown))) return null;
    throw unableError({ code: 'backend_malformed', message: `${path} is not what gzip packs: ${messageOf(thrown)}` });
  }
};

const noOtlp = (path: string) =>
  unableError({
    code: 'backend_malformed',
    message: `${path} has no line that is OTLP in JSON`,
    hint: 'is it a file that an OTLP file exporter wrote? Its format must be json',
  });
