import { z } from 'zod';

/** An instant of the demo's month: a time of day, UTC, so many days before the day on which the demo runs. */
const instant = z.strictObject({ days_ago: z.int().min(0).max(29), at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/) });

/** `fixtures/demo/incidents.yaml`: what is wrong in the demo's month, to be looked for and to judge by whether it was found. */
export const incidentsFile = z.strictObject({
  incidents: z.array(
    z.strictObject({
      id: z.string(),
      agent: z.string(),
      /** The agent behind it, where that is another one. */
      cause: z.string().optional(),
      kind: z.enum(['cost-regression', 'error-spike', 'runaway-loop']),
      from: instant,
      /** Absent: it goes on. */
      to: instant.optional(),
      /** The release that brought it, with the version of its prompt. */
      release: z.string().optional(),
      prompt_version: z.string().optional(),
      why: z.string(),
    }),
  ),
});
