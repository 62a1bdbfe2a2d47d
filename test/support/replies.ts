import type { ServerResponse } from 'node:http';
import type { Json } from '../../src/ground/json.ts';
import type { Received, Reply } from './http-peer.ts';

/** A whole JSON answer. */
export const json =
  (value: Json, status = 200, headers: Readonly<Record<string, string>> = {}): Reply =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  };

/** A whole answer of any kind. */
export const body =
  (content: string | Uint8Array, type: string, status = 200, headers: Readonly<Record<string, string>> = {}): Reply =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type, ...headers }).end(content);
  };

/** Pieces of a stream, each in a write of its own; then a clean end, a destroyed connection, or silence. */
export const stream =
  (
    pieces: readonly string[] | ((request: Received) => readonly string[]),
    ending: 'end' | 'cut' | 'hang' = 'end',
    type = 'text/event-stream',
  ): Reply =>
  (request, response) => {
    response.writeHead(200, { 'content-type': type });
    const all = typeof pieces === 'function' ? pieces(request) : pieces;
    const step = (at: number) => {
      const piece = all[at];
      if (piece !== undefined) response.write(piece, () => setImmediate(step, at + 1));
      else if (ending === 'end') response.end();
      else if (ending === 'cut') response.socket?.destroy();
    };
    step(0);
  };

/** Bytes on the connection that need not be HTTP; then the peer closes it. */
export const raw =
  (bytes: string): Reply =>
  (_request, response) => {
    response.socket?.end(bytes, 'latin1');
  };

/** The connection is closed without a word. */
export const hangUp: Reply = (_request, response) => {
  response.socket?.destroy();
};

/** Nothing, for ever. */
export const silence: Reply = () => {};

/** The same piece for ever, as fast as the reader takes it. */
export const endless =
  (piece: string, type: string, status = 200): Reply =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type });
    const block = piece.repeat(Math.ceil(65_536 / piece.length));
    const more = () => {
      while (!response.destroyed && response.write(block));
    };
    response.on('drain', more);
    more();
  };

/** One byte every few milliseconds: never silent, never done. */
export const trickle =
  (text: string, type: string, everyMs = 5): Reply =>
  (_request, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': type });
    let at = 0;
    const timer = setInterval(() => {
      const byte = text[at++ % text.length];
      if (byte !== undefined) response.write(byte);
    }, everyMs);
    response.on('close', () => clearInterval(timer));
  };

export const redirect =
  (location: string, status = 307): Reply =>
  (_request, response) => {
    response.writeHead(status, { location }).end('moved');
  };

/** Server-sent events of JSON values; `event` names each by its own `type` as typed streams do. */
export const sse = (values: readonly Json[], typed = false): readonly string[] =>
  values.map((value) => {
    const type = typed && typeof value === 'object' && value !== null && 'type' in value ? `event: ${String(value['type'])}\n` : '';
    return `${type}data: ${JSON.stringify(value)}\n\n`;
  });
