import { z } from 'zod';
import { durationField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';
import { connectionField } from '../schema.ts';

const config = z.strictObject({
  via: z.literal('redis-stream'),
  connection: connectionField(),
  stream: z.string().min(1).describe('The key of the stream.'),
  group: z.string().min(1).describe('The consumer group of the workers.'),
  flag: z.string().min(1).optional().describe('The key that workers look for before they take an entry; default agentops:paused:<stream>.'),
  user: z
    .string()
    .regex(/^[^\s:]+$/, 'is not the name of a user')
    .optional()
    .describe('The user that workers sign in as: in place of the flag its right to take entries is what changes.'),
  effect: durationField()
    .default(5000)
    .describe('How long workers may take to see the flag: the longest they block for entries; default 5s.'),
});
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `redis-stream`; the driver beside it is opened without it. */
export default described({
  kind: 'redis-stream',
  summary: 'Workers of a Redis stream: a flag that they look for, or the right of their user to take entries.',
  config,
});
