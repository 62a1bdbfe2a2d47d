import { parseJson } from '../../ground/json.ts';
import type { OtlpEncoding } from './otlp.ts';

/** How requests stand one after the other in a file. */
export type StreamShape =
  /** One JSON document a line, as the specification has files. */
  | 'lines'
  /** One JSON document, on as many lines as it likes. */
  | 'document'
  /** Each request behind its length, four bytes, most significant first: the Collector's `format: proto`. */
  | 'frames'
  /** One protobuf request, or several without anything between, which is the same. */
  | 'fields';

export const encodingOfShape = (shape: StreamShape): OtlpEncoding => (shape === 'lines' || shape === 'document' ? 'json' : 'proto');

/** Cuts a stream into export requests. */
export interface Splitter {
  /** Null until enough was seen. */
  readonly shape: StreamShape | null;
  /** The requests that end within this piece. */
  push(piece: Uint8Array): readonly Uint8Array[];
  /** What is left at the end: nothing, or a last request, which may be cut off. */
  end(): readonly Uint8Array[];
  /** Bytes that wait for the rest of their request. */
  readonly waiting: number;
}

/** A request of bytes that have arrived: where it begins and ends. Null: the rest is still to come. */
type Cut = { readonly from: number; readonly to: number; readonly next: number } | null;

/** How much of a stream is looked at to tell its shape. */
const tellingBytes = 64;

export const openSplitter = (): Splitter => {
  let shape: StreamShape | null = null;
  let pieces: Uint8Array[] = [];
  let waiting = 0;
  // What waits is looked at again when it is twice as much: each byte is then copied a few times, however long its request is.
  let lookAt = tellingBytes;

  const gathered = (): Uint8Array => {
    const all = pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces, waiting);
    pieces = [all];
    return all;
  };
  const cutAll = (how: (bytes: Uint8Array, at: number) => Cut): readonly Uint8Array[] => {
    const bytes = gathered();
    const found: Uint8Array[] = [];
    let at = 0;
    for (let cut = how(bytes, at); cut !== null; cut = how(bytes, at)) {
      if (cut.to > cut.from) found.push(bytes.subarray(cut.from, cut.to));
      at = cut.next;
    }
    pieces = at < bytes.length ? [bytes.subarray(at)] : [];
    waiting = bytes.length - at;
    return found;
  };
  const take = (isDue: boolean): readonly Uint8Array[] => {
    if (!isDue || shape === null || shape === 'document') return [];
    if (shape === 'lines') return cutAll(lineAt).filter((line) => !isBlank(line));
    return cutAll(shape === 'frames' ? frameAt : fieldAt);
  };

  return {
    get shape() {
      return shape;
    },
    get waiting() {
      return waiting;
    },
    push(piece) {
      if (piece.length === 0) return [];
      pieces.push(piece);
      waiting += piece.length;
      const hasLineEnd = piece.includes(lineFeed);
      if (shape === null && (hasLineEnd || waiting >= lookAt)) shape = shapeOf(gathered());
      const found = take(shape === 'lines' ? hasLineEnd : waiting >= lookAt);
      if (waiting >= lookAt || found.length > 0) lookAt = Math.max(tellingBytes, 2 * waiting);
      return found;
    },
    end() {
      if (waiting === 0) return [];
      shape ??= shapeOf(gathered()) ?? 'document';
      const found = take(true);
      const rest = waiting === 0 ? [] : [gathered()];
      pieces = [];
      waiting = 0;
      return [...found, ...(encodingOfShape(shape) === 'proto' ? rest : rest.filter((bytes) => !isBlank(bytes)))];
    },
  };
};

const lineFeed = 0x0a;

/** Null: it is text, and its first line, which tells whether lines are documents, has not ended. */
const shapeOf = (bytes: Uint8Array): StreamShape | null => {
  if (!isText(bytes.subarray(0, tellingBytes))) return bytes[0] === 0 ? 'frames' : 'fields';
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = text.findIndex((byte) => !isSpace(byte));
  const end = start === -1 ? -1 : text.indexOf(lineFeed, start);
  if (end === -1) return null;
  return parseJson(text.toString('utf8', start, end)) === undefined ? 'document' : 'lines';
};

/** Text has no control characters but tabs and line ends. */
const isText = (bytes: Uint8Array): boolean => bytes.every((byte) => byte >= 0x20 || isSpace(byte));
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === lineFeed || byte === 0x0d;
const isBlank = (bytes: Uint8Array): boolean => bytes.every(isSpace);

const lineAt = (bytes: Uint8Array, at: number): Cut => {
  const end = bytes.indexOf(lineFeed, at);
  return end === -1 ? null : { from: at, to: end, next: end + 1 };
};

const frameAt = (bytes: Uint8Array, at: number): Cut => {
  if (bytes.length - at < 4) return null;
  const end = at + 4 + new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0);
  return end > bytes.length ? null : { from: at + 4, to: end, next: end };
};

/** One field of the request with its tag, which is a request by itself. Anything else than field 1 is handed on as it is, to be found unreadable. */
const fieldAt = (bytes: Uint8Array, at: number): Cut => {
  if (at >= bytes.length) return null;
  if (bytes[at] !== lineFeed) return { from: at, to: bytes.length, next: bytes.length };
  let [length, factor, from] = [0, 1, at + 1];
  for (; from < bytes.length; from++) {
    const byte = bytes[from] ?? 0;
    length += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte < 0x80) break;
  }
  const end = from + 1 + length;
  return from >= bytes.length || end > bytes.length ? null : { from: at, to: end, next: end };
};
