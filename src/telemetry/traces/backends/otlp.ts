import { z } from 'zod';
import { adapter } from '../../../fleet/slots.ts';
import type { TraceBackend } from '../port.ts';

const reference = /^\$\{[^}]+\}$/;

const config = z.strictObject({
  kind: z.literal('otlp'),
  tokens: z
    .record(z.string().regex(reference, 'must be a reference such as ${NAME}: a token does not belong into a file'), z.string())
    .optional()
    .describe('Token → the agent for which spans that come with it are believed.'),
  trust_cost: z.boolean().optional().describe('true: costs that agents report outrank our prices; default false.'),
});

/** Spans that the agents send by themselves, over OTLP. */
export default adapter<z.infer<typeof config>, TraceBackend>({
  kind: 'otlp',
  summary: 'Spans that agents send to this machine over OTLP.',
  config,
  open: () => ({
    traits: { spans: false, aggregates: false, overlapMs: 0, sliceMs: 86_400_000 },
    ping: async () => ({ state: 'ok', detail: 'nothing to reach: agents send to this machine' }),
    // What arrives is taken by agentops serve; there is nothing to read.
    async *pages() {},
  }),
});
