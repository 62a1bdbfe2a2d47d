import { z } from 'zod';
import { durationField, periodField, timeoutField } from '../../fleet/fields.ts';

/** What every backend has that is polled. */
export const polledBackend = {
  every: periodField().optional().describe('How often it is read; default 5m.'),
  overlap: durationField().optional().describe('How far back each read goes again, for rows that came late.'),
  mode: z.enum(['spans', 'metrics']).default('spans').describe('spans reads every span; metrics takes figures the backend computed.'),
  timeout: timeoutField().optional().describe('How long one answer may take; default 60s.'),
};

/** What a backend has that can only be read span by span. */
export const spanBackend = {
  ...polledBackend,
  mode: z.literal('spans').default('spans').describe('spans reads every span.'),
};

/** What is lost where prompts and tool arguments are not read: they are hashed, and kept only under `capture: io`. */
const withoutIo =
  '[] reads much faster, but repeated prompts and tool calls, and so loops, then go unseen, and capture: io has nothing to keep';

/** What may be left out to save transfer. */
export const includeField = () =>
  z
    .array(z.enum(['io']))
    .default(['io'])
    .describe(`What is read beside the figures; default [io]: prompts and answers, to be hashed. ${withoutIo}.`);

/** As `includeField`, where free metadata has to be asked for as well. */
export const includeMetadataField = () =>
  z
    .array(z.enum(['io', 'metadata']))
    .default(['io'])
    .describe(
      `What is read beside the figures; default [io]: prompts and answers, to be hashed; metadata: for traces.match. ${withoutIo}.`,
    );
