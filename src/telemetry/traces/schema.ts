import { z } from 'zod';
import { durationField } from '../../fleet/fields.ts';

/** What every backend has that is polled. */
export const polledBackend = {
  every: durationField().optional().describe('How often it is read; default 5m.'),
  overlap: durationField().optional().describe('How far back each read goes again, for rows that came late.'),
  mode: z.enum(['spans', 'metrics']).default('spans').describe('spans reads every span; metrics takes figures the backend computed.'),
};

/** What a backend has that can only be read span by span. */
export const spanBackend = {
  ...polledBackend,
  mode: z.literal('spans').default('spans').describe('spans reads every span.'),
  timeout: durationField().optional().describe('How long one answer may take; default 60s.'),
};

/** Which texts are fetched with the spans. */
export const contentField = () =>
  z
    .enum(['none', 'input', 'all'])
    .default('input')
    .describe(
      'Texts to fetch: input finds loops and repeated prompts by keyed hashes; all also has the answers, for capture: io; none is quickest.',
    );
