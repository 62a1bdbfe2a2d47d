import { z } from 'zod';
import { urlField } from '../../fleet/fields.ts';

const redisStream = {
  kind: 'redis-stream',
  summary: 'A consumer group of a Redis stream.',
  config: z.strictObject({
    kind: z.literal('redis-stream'),
    url: urlField(['redis:', 'rediss:']),
    stream: z.string().min(1),
    group: z.string().min(1),
  }),
};

/** Queue kind → its config schema. */
export const queueSchemas = { 'redis-stream': async () => ({ default: redisStream }) };
