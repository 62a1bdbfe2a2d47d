import { z } from 'zod';
import { instant } from './document-head.ts';

/** A freeze as every document has it. */
export const freezeShape = z.object({
  id: z.string(),
  agent: z.string().nullable().describe('Null: the whole fleet'),
  stops_safety: z.boolean().describe('Whether it stops containment of class safety too'),
  reason: z.string(),
  actor: z.string(),
  at: instant,
  until: instant,
});
