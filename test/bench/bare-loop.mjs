// The floor: the same requests with nothing around them. Prints its wall time in ms.
import { Agent, request } from 'undici';

const [url, count, concurrency] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const dispatcher = new Agent({ connections: concurrency });
const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'ping' }] });
const startedAt = performance.now();
let next = 0;
await Promise.all(
  Array.from({ length: concurrency }, async () => {
    while (next++ < count) {
      const answer = await request(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, dispatcher });
      await answer.body.json();
    }
  }),
);
process.stdout.write(String(performance.now() - startedAt));
await dispatcher.close();
