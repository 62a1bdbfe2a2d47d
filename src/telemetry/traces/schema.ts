import { z } from 'zod';
import { durationField, periodField } from '../../fleet/fields.ts';

/** What every backend has that is polled. */
export const polledBackend = {
  every: periodField().optional().describe('How often it is read; default 5m.'),
  overlap: durationField().optional().describe('How far back each read goes again, for rows that came late.'),
  mode: z.enum(['spans', 'metrics']).default('spans').describe('spans reads every span; metrics takes figures the backend computed.'),
};
