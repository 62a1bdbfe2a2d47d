import { z } from 'zod';

/** An instant as every document writes it. */
export const instant = z.iso.datetime().describe('ISO-8601, UTC');

/** What every document starts with. */
export const documentHead = {
  schema_version: z.literal('1'),
  generated_at: instant,
  fleet: z.string().describe('The name of the fleet'),
};

/** The head of a document that may be about no fleet. */
export const fleetlessHead = { ...documentHead, fleet: z.string().nullable().describe('The name of the fleet; null where none was read') };
