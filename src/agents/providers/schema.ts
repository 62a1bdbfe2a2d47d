import { z } from 'zod';
import { durationField, moneyField, periodField, shareField, slotField } from '../../fleet/fields.ts';
import type { Section } from '../../fleet/slots.ts';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be a name: letters, digits, dot, dash and underscore');

const limits = z.strictObject({
  error_rate: shareField()
    .optional()
    .describe('The share of calls that may fail before it is called degraded; default: four times its usual, 5% at least.'),
  latency_p95: durationField().optional().describe('Of one call; above it is called degraded.'),
  per_day: moneyField().optional().describe('What drills and probes of it may spend in a day (UTC).'),
});

const provider = z.strictObject({
  probe: slotField('endpoint').describe(
    'How it is asked: an endpoint of any protocol, with the model that stands for it and params that keep answers short.',
  ),
  input: z.string().min(1).max(2000).default('Answer with the one word: ok').describe('What a probe says.'),
  names: z.array(z.string().min(1)).default([]).describe('What traces call it beside its own name, for example azure or aws.bedrock.'),
  every: periodField().optional().describe('How often tick probes it; default: only drills do.'),
  limits: limits.prefault({}).describe('What it is held to.'),
});

/** An entry of `providers:` as it was read. */
export type ParsedProvider = z.output<typeof provider>;

/** `providers:` */
export const providers: Section = {
  schema: z
    .record(name, provider)
    .describe('Who answers the model calls of agents; what fallback names, and how providers drill and tick probe them.'),
  contradictions: () => [],
};
