import { z } from 'zod';
import { durationField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';

const config = z.strictObject({
  via: z.literal('a2a'),
  connection: z.string().min(1).describe('A name under connections; its url is that of the agent or of its card.'),
  version: z.enum(['auto', '1.0', '0.3']).default('auto').describe('The protocol version to speak; auto: the newest that the card offers.'),
  binding: z.enum(['auto', 'jsonrpc', 'rest']).default('auto').describe('JSON-RPC or HTTP+JSON; auto: what the card prefers.'),
  effect: durationField().default(10_000).describe('How long the agent may take to give up a task; default 10s.'),
});
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `a2a`; the driver beside it is opened without it. */
export default described({ kind: 'a2a', summary: 'Tasks of an agent that speaks A2A 1.0 or 0.3.', config });
