import { z } from 'zod';
import { documentHead, instant } from './document-head.ts';

const severity = z.enum(['page', 'notify']);

const routes = z.object({
  ...documentHead,
  tested: z
    .object({
      rule: z.string().nullable(),
      agent: z.string().nullable().describe('Null: an alert that concerns no agent'),
      category: z.enum(['cost', 'safety', 'quality', 'errors', 'latency', 'availability', 'queue']),
      severity,
      at: instant,
      channels: z
        .array(
          z.object({
            channel: z.string(),
            kind: z.string(),
            group: z.string().nullable().describe('What alerts have in common that become one message; null: each by itself'),
            wait_s: z.number().describe('How long the first waits for others'),
          }),
        )
        .describe('Who would be told; empty: nobody'),
    })
    .nullable()
    .describe('Null where the routes were only listed'),
  routes: z.array(
    z.object({
      route: z.string(),
      is_default: z.boolean().describe('What is done where no route of the manifest fits'),
      for: z.string().describe('In words'),
      to: z.array(z.string()),
      continue: z.boolean(),
      group_by: z.array(z.string()),
      wait_s: z.number(),
      fits: z.boolean().nullable().describe('Null: it was not looked at'),
      mismatch: z.string().nullable().describe('Why it does not fit'),
    }),
  ),
});

const notifyTest = z.object({
  ...documentHead,
  channel: z.string(),
  kind: z.string(),
  key: z.string().describe('Under which the test began and ended'),
  at: instant,
  taken: z.boolean().describe('True where both messages were taken'),
  messages: z.array(
    z.object({
      phase: z.enum(['begins', 'ends']),
      result: z.enum(['sent', 'retry', 'rejected']).describe('retry: a later attempt may be taken'),
      why: z.string().nullable().describe('Untrusted and masked'),
      took_ms: z.number(),
    }),
  ),
});

/** The documents of who is told, by command. */
export const routeSchemas = { 'alerts routes': routes, 'alerts notify-test': notifyTest } as const;
