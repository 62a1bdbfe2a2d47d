import { z } from 'zod';
import { urlField } from '../../fleet/fields.ts';

const redisStream = {
  kind: 'redis-stream',
  summary: 'A consumer group of a Redis stream.',
  config: z.strictObject({
    kind: z.literal('redis-stream'),
    url: urlField(['redis:', 'rediss:']).describe('Where Redis answers.'),
    stream: z.string().min(1).describe('The key of the stream.'),
    group: z.string().min(1).describe('The consumer group.'),
  }),
};

/** Queue kind → its config schema. */
export const queueSchemas = { 'redis-stream': async () => ({ default: redisStream }) };
