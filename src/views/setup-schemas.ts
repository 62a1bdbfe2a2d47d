import { z } from 'zod';
import { documentHead, fleetlessHead, instant } from './document-head.ts';

const beat = z.object({
  ...documentHead,
  agent: z.string(),
  check: z.string(),
  status: z.enum(['ok', 'fail']),
  at: instant,
});

const validate = z.object({
  ...documentHead,
  manifest: z.string().describe('Its absolute path'),
  valid: z.literal(true).describe('An invalid manifest is an error document'),
  agents: z.array(z.object({ agent: z.string(), tier: z.int(), checks: z.array(z.string()) })),
});

const init = z.object({
  ...documentHead,
  manifest: z.string().describe('Its absolute path'),
  agent: z.string(),
  protocol: z.string(),
  recognised: z.string().nullable().describe('What the endpoint showed of itself; null where it was not asked'),
  written: z.array(z.string()).describe('Files made or changed, absolute'),
  variables: z.array(z.string()).describe('Environment variables that the manifest reads'),
  next: z.array(z.string()).describe('What to type now'),
});

const explain = z.object({
  ...fleetlessHead,
  path: z.string().describe('Empty for the manifest as a whole'),
  meaning: z.string().nullable(),
  type: z.string(),
  required: z.boolean().nullable().describe('Null where it is not a key'),
  default: z.string().nullable().describe('As it would be written'),
  forms: z.array(z.string()).describe('How it may be written, where that is not plain'),
  keys: z.array(
    z.object({
      key: z.string(),
      type: z.string(),
      required: z.boolean(),
      default: z.string().nullable(),
      meaning: z.string().nullable(),
    }),
  ),
  kinds: z.array(z.object({ kind: z.string(), summary: z.string() })),
  note: z.string().nullable(),
});

const answer = z.enum(['yes', 'no', 'unknown']);

const doctor = z.object({
  ...fleetlessHead,
  verdict: z.enum(['ok', 'wrong', 'cannot_work']).describe('The exit code in words: 0, 1, 3'),
  findings: z.array(
    z.object({
      group: z.string(),
      name: z.string(),
      state: z.enum(['ok', 'warn', 'fail', 'skipped']),
      detail: z.string(),
      fix: z.string().nullable().describe('What to type or to change; null where nothing needs it'),
    }),
  ),
  readiness: z
    .array(
      z.object({
        agent: z.string(),
        action: z.string(),
        driver: z.string().nullable().describe('Null: the manifest binds nothing to it'),
        target: z.string().nullable(),
        can_read: answer,
        can_write: answer.describe('Asked without changing anything; unknown where it cannot be asked'),
        last_drilled: instant.nullable().describe('Null: never'),
        trouble: z.string().nullable(),
        fix: z.string().nullable(),
      }),
    )
    .optional()
    .describe('With --runbooks: agent × action'),
});

const metrics = z.object({
  ...fleetlessHead,
  metrics: z.array(z.object({ name: z.string(), type: z.enum(['gauge', 'counter', 'summary']), help: z.string() })),
});

const error = z.object({
  error: z.object({
    code: z.string().describe('A stable word'),
    message: z.string(),
    hint: z.string().nullable().describe('The next thing to type or to change'),
    exit: z.int(),
    details: z.unknown(),
  }),
});

/** The documents of the commands that set up and look inside. */
export const setupSchemas = { beat, init, validate, doctor, explain, metrics, error } as const;
