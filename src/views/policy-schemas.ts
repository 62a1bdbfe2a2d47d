import { z } from 'zod';
import { requirements } from '../fleet/policy.ts';
import { documentHead } from './document-head.ts';

/** The document of policies. */
export const policySchemas = {
  'policy check': z.object({
    ...documentHead,
    agents: z.int(),
    strict: z.boolean().describe('Warnings fail it too'),
    violations: z.int().describe('Of severity error; where strict, of any'),
    findings: z
      .array(
        z.object({
          policy: z.string(),
          require: z.enum(requirements),
          agent: z.string(),
          severity: z.enum(['error', 'warning']),
          verdict: z.enum(['pass', 'fail', 'unknown']).describe('unknown: what it asks about could not be seen'),
          reason: z.string(),
          hint: z.string().nullable().describe('What to do about it; null where it passes'),
        }),
      )
      .describe('Agents in the order of the manifest'),
  }),
} as const;
