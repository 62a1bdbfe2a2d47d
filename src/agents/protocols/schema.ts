import { z } from 'zod';
import { headersField, timeoutField, urlField } from '../../fleet/fields.ts';

const timeouts = z
  .union([
    timeoutField(),
    z.strictObject({
      connect: timeoutField().optional().describe('Until a connection stands; default 10s.'),
      first_byte: timeoutField().optional().describe('Until the first byte of the answer; default: the total.'),
      stall: timeoutField().optional().describe('The longest silence inside the answer; default: the total.'),
      total: timeoutField().optional().describe('The whole turn.'),
    }),
  ])
  .optional()
  .describe('How long one turn may take, as a whole or by phase; default: defaults.timeout.');

/** What every endpoint has, whatever it speaks. */
export const timeoutOnly = { timeout: timeouts };

/** What every endpoint has that is reached by HTTP. */
export const httpEndpoint = {
  url: urlField().describe('Where the agent answers.'),
  headers: headersField().optional().describe('Sent with every request; credentials as references.'),
  ...timeoutOnly,
};

export const streamField = z.boolean().default(false).describe('Ask for a streamed answer, so that time to first token is known.');
