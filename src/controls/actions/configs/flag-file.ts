import { z } from 'zod';
import { durationField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';

const config = z.strictObject({
  via: z.literal('flag-file'),
  path: z.string().min(1).describe('The file, relative to the manifest.'),
  flag: z.string().min(1).describe('The key of the flag.'),
  effect: durationField().default(5000).describe('How long the agent may take to read a change; default 5s.'),
});
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `flag-file`; the driver beside it is opened without it. */
export default described({ kind: 'flag-file', summary: 'A flag in a flagd JSON file that any OpenFeature SDK reads.', config });
