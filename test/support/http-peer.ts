import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Json, parseJson } from '../../src/ground/json.ts';

/** One request as the peer received it. */
export interface Received {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body as JSON; null where it is none. */
  readonly json: Json;
}

/** Answers one request, well or badly. */
export type Reply = (request: Received, response: ServerResponse) => void;

export interface Peer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** `127.0.0.1:PORT`: how messages name the peer. */
  readonly host: string;
  readonly received: readonly Received[];
  /** Bytes that left the peer, over all its connections. */
  bytesSent(): number;
}

/** An HTTP server that does as it is told and is gone when the test is over. */
export const openPeer = async (reply: Reply, tls?: { readonly key: string; readonly cert: string }): Promise<Peer> => {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('error', () => {}); // the client went away; what it wanted no longer matters
    response.on('error', () => {});
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://peer');
      const body = Buffer.concat(pieces).toString('utf8');
      const seen = { method: request.method ?? '', path: pathname, query: searchParams, headers: request.headers, body };
      received.push({ ...seen, json: parseJson(body) ?? null });
      reply({ ...seen, json: parseJson(body) ?? null }, response);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    return new Promise((closed) => server.close(() => closed()));
  });
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    received,
    bytesSent: () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0),
  };
};

/** A TCP server for peers that do not even speak HTTP; gone when the test is over. */
export const openTcpPeer = async (onSocket: (socket: Socket) => void): Promise<{ readonly port: number; readonly host: string }> => {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((closed) => server.close(() => closed()));
  });
  return { port, host: `127.0.0.1:${port}` };
};

/** A port at which nobody listens: it was free a moment ago. */
export const closedPort = async (): Promise<number> => {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((closed) => server.close(closed));
  return port;
};

const listen = (server: ReturnType<typeof createTcpServer>): Promise<number> =>
  new Promise((listening) => server.listen(0, '127.0.0.1', () => listening((server.address() as AddressInfo).port)));
