// A worker of a queue of BullMQ. A job ends when the key `open` is there. `node bull-worker.mjs URL QUEUE`
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';

const [url, queue] = process.argv.slice(2);
const redis = new Redis(url, { maxRetriesPerRequest: null });
const job = async () => {
  while (!(await redis.exists('open'))) await new Promise((go) => setTimeout(go, 50));
};
const worker = new Worker(queue, job, { connection: redis });
process.on('SIGTERM', () => worker.close().then(() => process.exit()));
