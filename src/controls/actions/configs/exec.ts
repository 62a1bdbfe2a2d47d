import { z } from 'zod';
import { deferredTextField, durationField, timeoutField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';
import { hasHole } from '../template.ts';
import { valuesField, wantsField } from '../templated-schema.ts';

const argvField = () =>
  z
    .array(z.string().max(10_000))
    .min(1)
    .max(100)
    .refine(([program = '']) => program !== '' && !hasHole(program), 'must begin with the name of a program, which no value can change');

const envField = () => z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of a variable'), deferredTextField());

/** Everything may be left out that has a usual value: a step of a runbook is one of these, too. */
const config = z.strictObject({
  via: z.literal('exec'),
  argv: argvField().describe('The program and its arguments; no shell. {{ NAME }} takes one value within its argument.'),
  cwd: z.string().min(1).optional().describe('The working directory, relative to the manifest; default: that of the manifest.'),
  env: envField().optional().describe('Variables for the program. It sees these and PATH, HOME, LANG, LC_ALL, TZ, TMPDIR.'),
  write_env: envField().optional().describe('Further ones for argv and undo alone: credentials that may act.'),
  read: z
    .strictObject({
      argv: argvField()
        .refine((argv) => !argv.some(hasHole), 'takes no {{ }}: what is read is always the same')
        .describe('A program that prints how it stands as JSON, and changes nothing.'),
      values: valuesField(),
    })
    .optional()
    .describe('How it stands now: for the plan, to confirm, and to restore.'),
  wants: wantsField().optional(),
  undo: argvField().optional().describe('The program that takes it back. {{ NAME }} takes the value from before.'),
  idempotent: z.boolean().optional().describe('Running it twice is the same as running it once; default false.'),
  stops_in_flight: z.boolean().optional().describe('It ends work that has begun; default false.'),
  effect: durationField().optional().describe('How long it may take to show; default 0s.'),
  timeout: timeoutField().optional().describe('After this time it is ended; default 60s.'),
});
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `exec`; the driver beside it is opened without it. */
export default described({ kind: 'exec', summary: 'A program of your own.', config });
