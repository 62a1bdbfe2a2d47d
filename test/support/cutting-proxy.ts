import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * Stands before a server on the loopback and passes everything on, until the client sends what `isLast` knows: that is passed on as well, and
 * the connection breaks in place of its answer. Gone when the test is over. Answers its port.
 */
export const openCuttingProxy = async (port: number, isLast: (sent: string) => boolean): Promise<number> => {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // either side may go first
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    const upstream = keep(connect(port, '127.0.0.1'));
    let isOver = false;
    client.on('data', (bytes) => {
      isOver ||= isLast(bytes.toString());
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => (isOver ? client.destroy() : client.write(bytes)));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return address.port;
};
