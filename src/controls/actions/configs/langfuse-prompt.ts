import { z } from 'zod';
import { durationField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';

const config = z.strictObject({
  via: z.literal('langfuse-prompt'),
  backend: z.string().min(1).describe('A name under backends, of kind langfuse.'),
  prompt: z.string().min(1).describe('The name of the prompt.'),
  label: z
    .string()
    .min(1)
    .refine((label) => label !== 'latest', 'cannot be latest, which Langfuse gives to the newest version by itself')
    .default('production')
    .describe('The label that the agent reads; default production.'),
  effect: durationField().default(60_000).describe('How long the agent keeps a prompt it has read; default 60s, that of the SDKs.'),
});
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `langfuse-prompt`; the driver beside it is opened without it. */
export default described({ kind: 'langfuse-prompt', summary: 'The label of a prompt in Langfuse.', config });
