import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** The network between a client and a server on the loopback, as it may be. */
export interface Wire {
  readonly port: number;
  /** Breaks the connection that next sends a text: instead of it (`lost`), or in place of its answer (`unanswered`). */
  breakAt(text: string, how: 'lost' | 'unanswered'): void;
  /** How often it was broken so. */
  readonly breaks: number;
  /** Breaks every connection there is. */
  cut(): void;
}

/** Stands before a server whose port may change; gone when the test is over. */
export const openWire = async (server: { readonly port: number }): Promise<Wire> => {
  const sockets = new Set<Socket>();
  let pending: { readonly text: string; readonly how: 'lost' | 'unanswered' } | null = null;
  let breaks = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // either side may go first
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const listener = createServer((client) => {
    keep(client);
    const upstream = keep(connect(server.port, '127.0.0.1'));
    let isDeaf = false;
    client.on('data', (bytes) => {
      if (pending !== null && bytes.includes(pending.text)) {
        const { how } = pending;
        pending = null;
        breaks += 1;
        if (how === 'lost') return void client.destroy();
        isDeaf = true;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => (isDeaf ? client.destroy() : client.write(bytes)));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    listener.close();
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the wire has no port');
  return {
    port: address.port,
    breakAt(text, how) {
      pending = { text, how };
    },
    get breaks() {
      return breaks;
    },
    cut,
  };
};
