import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { messageOf, nodeCodeOf, unableError } from '../errors.ts';
import { foreignReason } from './foreign-caller.ts';
import { type BodyLimits, openBodyReader, openHoldings, type ReceivedBody } from './request-body.ts';

export interface ServerLimits extends BodyLimits {
  readonly headerBytes: number;
  readonly connections: number;
  /** Milliseconds until the headers must be there, and until the body must be. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** The longest silence on a connection, milliseconds. */
  readonly idleMs: number;
}

export interface ServerRequest {
  readonly method: string;
  /** As sent, without the query; it begins with a slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Reads the body; not before it is asked for, so that a request can be refused unread. */
  body(): Promise<ReceivedBody>;
}

export interface ServerReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface ServerSpec {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Names, beside loopback addresses, that it may be called by; null: any name. */
  readonly names: readonly string[] | null;
  readonly limits: ServerLimits;
  answer(request: ServerRequest): Promise<ServerReply>;
  /** Told why a request was taken for one of a web page and refused. */
  onForeign(reason: string): void;
  /** Told what `answer` threw; its caller gets a 500 that says nothing. */
  onFault(thrown: unknown): void;
}

export interface Server {
  /** `http://127.0.0.1:4318` */
  readonly url: string;
  /** Takes no new connection, answers what has arrived, then is gone; what is still open after `graceMs` is cut. */
  close(graceMs: number): Promise<void>;
}

/** How long the rest of a body that nobody wants may go on arriving: cut at once, its sender would not hear why. */
const lingerMs = 1000;

/** Listens for HTTP. Throws an unable error where the address cannot be had. */
export const startServer = async (spec: ServerSpec): Promise<Server> => {
  const { limits } = spec;
  const readBody = openBodyReader(limits);
  const openHolding = openHoldings(limits.heldBytes);
  let isClosing = false;
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    },
    (incoming, outgoing) => {
      // A caller that goes away takes nothing with it: what was received is still stored.
      outgoing.on('error', () => undefined);
      incoming.on('error', () => undefined);
      void respond(incoming, outgoing);
    },
  );
  server.maxConnections = limits.connections;
  server.setTimeout(limits.idleMs);

  const respond = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const holding = openHolding();
    try {
      write(incoming, outgoing, await replyTo(incoming, () => readBody(incoming, holding)));
    } catch (thrown) {
      spec.onFault(thrown);
      write(incoming, outgoing, plain(500, 'this request met a fault of agentops; its log says more'));
    } finally {
      holding.release();
    }
  };

  const replyTo = async (incoming: IncomingMessage, body: ServerRequest['body']): Promise<ServerReply> => {
    const { method = '', url = '' } = incoming;
    const headers = Object.fromEntries(Object.entries(incoming.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]));
    const foreign = foreignReason(headers, spec.names);
    if (foreign !== null) {
      spec.onForeign(foreign);
      return plain(403, foreign);
    }
    if (!url.startsWith('/')) return plain(400, 'the request is not about a path');
    const at = url.indexOf('?');
    const [path, query] = at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
    return spec.answer({ method, path, query: new URLSearchParams(query), headers, body });
  };

  const write = (incoming: IncomingMessage, outgoing: ServerResponse, { status, headers, body = '' }: ServerReply): void => {
    const bytes = Buffer.from(body);
    outgoing.writeHead(status, {
      'content-length': bytes.length,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(isClosing ? { connection: 'close' } : {}),
      ...headers,
    });
    outgoing.end(bytes);
    if (!incoming.complete) setTimeout(() => incoming.complete || incoming.socket.destroy(), lingerMs).unref();
  };

  const { port } = await listen(server, spec);
  return {
    url: `http://${isIPv6(spec.host) ? `[${spec.host}]` : spec.host}:${port}`,
    async close(graceMs) {
      isClosing = true;
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await new Promise((closed) => server.close(closed));
      clearTimeout(timer);
    },
  };
};

/** A reply in words. */
export const plain = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): ServerReply => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body: `${text}\n`,
});

const listen = (server: ReturnType<typeof createServer>, { host, port }: ServerSpec): Promise<AddressInfo> =>
  new Promise((listening, failed) => {
    const onError = (thrown: unknown) =>
      failed(
        unableError({
          code: 'listen_failed',
          message: `cannot listen on ${host}:${port}: ${reasons[nodeCodeOf(thrown) ?? ''] ?? messageOf(thrown)}`,
          hint: 'choose another with --host and --port',
          cause: thrown,
        }),
      );
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      listening(server.address() as AddressInfo);
    });
  });

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there already',
  EACCES: 'this user may not use that port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no host of that name',
};
