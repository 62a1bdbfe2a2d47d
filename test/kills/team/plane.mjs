/** What two machines act on and tell people by, in a process that outlives both: every act and message that really arrived. */
import { once } from 'node:events';
import { createServer } from 'node:http';

const read = async (request) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
};

/** Opens `/NAME/state`, `/NAME/disable` and `/NAME/hook` for any number of histories. */
export const openPlane = async () => {
  const histories = new Map();
  const server = createServer(async (request, response) => {
    const [, name, what] = request.url.split('/');
    const history = histories.get(name);
    try {
      const body = await read(request);
      if (what === 'hook') history.messages.push({ key: JSON.parse(body).data.dedup_key, id: request.headers['webhook-id'] ?? null });
      if (what === 'disable') {
        history.acts.push(request.headers.authorization);
        history.enabled = false;
        // Dead between the act and its answer: the plane knows, and nobody else.
        if (history.dyingAct !== null) return void history.dyingAct(request.headers.authorization.split(' ').at(-1));
      }
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ enabled: history.enabled }));
    } catch {
      response.destroy(); // whoever asked is dead
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: (name) => `http://127.0.0.1:${server.address().port}/${name}`,
    /** What happened in one history; `dyingAct` is called with who acted, in place of an answer. */
    begin(name) {
      const history = { enabled: true, acts: [], messages: [], dyingAct: null };
      histories.set(name, history);
      return history;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
};
