import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { nodeCodeOf } from '../errors.ts';

/** A body as it was meant: whole and unpacked. Or why there is none: an HTTP status, and a sentence for whoever sent it. */
export type ReceivedBody =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly status: 400 | 413 | 415 | 429; readonly reason: string };

export interface BodyLimits {
  /** Bytes on the wire. */
  readonly bodyBytes: number;
  /** Bytes after unpacking. */
  readonly unpackedBytes: number;
  /** Bytes of all bodies that are held at the same time, from their first byte until they are answered. */
  readonly heldBytes: number;
}

/** What one request holds of the memory that all bodies share. */
export interface Holding {
  /** False: there is no room for that many bytes more. */
  hold(bytes: number): boolean;
  /** Gives back all it held. */
  release(): void;
}

/** Memory for bodies, `most` bytes of it; each call is the holding of one request. */
export const openHoldings = (most: number): (() => Holding) => {
  let all = 0;
  return () => {
    let mine = 0;
    return {
      hold(bytes) {
        if (all + bytes > most) return false;
        all += bytes;
        mine += bytes;
        return true;
      },
      release() {
        all -= mine;
        mine = 0;
      },
    };
  };
};

const unpack = promisify(gunzip);

/** Reads bodies within limits. Packed ones are unpacked one after the other: each may become large. */
export const openBodyReader = (limits: BodyLimits): ((request: IncomingMessage, holding: Holding) => Promise<ReceivedBody>) => {
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  return async (request, holding) => {
    const coding = request.headers['content-encoding']?.trim().toLowerCase() || 'identity';
    if (coding !== 'identity' && coding !== 'gzip')
      return { ok: false, status: 415, reason: `content-encoding ${JSON.stringify(coding)} is not taken: send gzip, or no encoding` };
    const received = await receive(request, limits, holding);
    if (!received.ok || coding === 'identity') return received;
    const unpacked = await inTurn(() => unpackWithin(received.bytes, limits.unpackedBytes));
    return unpacked.ok && !holding.hold(unpacked.bytes.length) ? noRoom : unpacked;
  };
};

const noRoom: ReceivedBody = { ok: false, status: 429, reason: 'too much is waiting to be stored; send it again a little later' };
const tooLarge = (what: string, most: number): ReceivedBody => ({
  ok: false,
  status: 413,
  reason: `the body ${what} more than ${most.toLocaleString('en-US')} bytes: send smaller batches`,
});

/** The bytes on the wire. Where it gives up early nobody listens any more and the rest flows away, so that the answer can still be heard. */
const receive = (request: IncomingMessage, { bodyBytes }: BodyLimits, holding: Holding): Promise<ReceivedBody> =>
  new Promise((resolve) => {
    if (Number(request.headers['content-length'] ?? 0) > bodyBytes) return resolve(tooLarge('has', bodyBytes));
    const pieces: Uint8Array[] = [];
    let size = 0;
    const take = (piece: Uint8Array) => {
      size += piece.length;
      if (size > bodyBytes) settle(tooLarge('has', bodyBytes));
      else if (!holding.hold(piece.length)) settle(noRoom);
      else pieces.push(piece);
    };
    const end = () => settle({ ok: true, bytes: Buffer.concat(pieces, size) });
    const cut = () => settle({ ok: false, status: 400, reason: 'the body was cut off' });
    const settle = (body: ReceivedBody) => {
      request.off('data', take).off('end', end).off('close', cut);
      resolve(body);
    };
    request.on('data', take).once('end', end).once('close', cut);
  });

const unpackWithin = async (packed: Uint8Array, most: number): Promise<ReceivedBody> => {
  try {
    return { ok: true, bytes: await unpack(packed, { maxOutputLength: most }) };
  } catch (thrown) {
    if (nodeCodeOf(thrown) === 'ERR_BUFFER_TOO_LARGE') return tooLarge('unpacks to', most);
    return { ok: false, status: 400, reason: 'the body is not gzip, or it was cut off' };
  }
};
