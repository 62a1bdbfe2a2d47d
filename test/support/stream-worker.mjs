// A worker of the group `workers` of a Redis stream. A job ends when the key `open` is there. `node stream-worker.mjs URL STREAM NAME`
import { Redis } from 'ioredis';

const [url, stream, name] = process.argv.slice(2);
const redis = new Redis(url);
let isOver = false;
process.on('SIGTERM', () => {
  isOver = true;
});
while (!isOver) {
  const taken = await redis.xreadgroup('GROUP', 'workers', name, 'COUNT', 1, 'BLOCK', 200, 'STREAMS', stream, '>');
  const id = taken?.[0]?.[1]?.[0]?.[0];
  if (id === undefined) continue;
  while (!(await redis.exists('open'))) await new Promise((go) => setTimeout(go, 50));
  await redis.xack(stream, 'workers', id);
}
await redis.xgroup('DELCONSUMER', stream, 'workers', name);
redis.disconnect();
