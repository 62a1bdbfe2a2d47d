import { z } from 'zod';
import { durationField, periodField } from '../../fleet/fields.ts';

/** What every backend has that is polled. */
export const polledBackend = {
  every: periodField().optional().describe('How often it is read; default 5m.'),
  overlap: durationField().optional().describe('How far back each read goes again, for rows that came late.'),
  mode: z.enum(['spans', 'metrics']).default('spans').describe('spans reads every span; metrics takes figures the backend computed.'),
  timeout: durationField().optional().describe('How long one answer may take; default 60s.'),
};

/** What a backend has that can only be read span by span. */
export const spanBackend = {
  ...polledBackend,
  mode: z.literal('spans').default('spans').describe('spans reads every span.'),
};

/** What is fetched only on request. */
export const includeField = () =>
  z
    .array(z.enum(['io']))
    .default([])
    .describe('What is read beside the figures, and slows reading down: io for loops, repeated prompts and capture: io.');
