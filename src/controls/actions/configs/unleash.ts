import { z } from 'zod';
import { durationField, secretField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';

/** A segment of a path that cannot lead out of it. */
const nameField = () => z.string().regex(/^(?!\.{0,2}$)/, 'is no name');

const config = z.strictObject({
  via: z.literal('unleash'),
  connection: z.string().min(1).describe('A name under connections; its credentials are tokens of the admin API.'),
  project: nameField().default('default').describe('The project of the flag.'),
  flag: nameField().describe('The name of the flag.'),
  environment: nameField().default('production').describe('The environment in which it is switched.'),
  client_token: secretField()
    .optional()
    .describe('A client token of the same environment: a switch is confirmed only once SDKs are told of it.'),
  effect: durationField().default(15_000).describe('How often the SDK of the agent asks for changes; default 15s.'),
});
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `unleash`; the driver beside it is opened without it. */
export default described({ kind: 'unleash', summary: 'A flag of an Unleash server, in one environment.', config });
