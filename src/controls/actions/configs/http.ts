import { z } from 'zod';
import { durationField, headersField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';
import { connectionField, pathField } from '../schema.ts';
import { hasHole } from '../template.ts';
import { okField, valuesField, wantsField } from '../templated-schema.ts';

const request = {
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE', 'GET']).optional().describe('The method; default POST.'),
  path: pathField().describe(
    'Below the url of the connection, with a query if need be. {{ NAME }} takes one value, and leads nowhere else.',
  ),
  body: z.json().optional().describe('Sent as JSON. A text that is {{ NAME }} alone takes the value with its type.'),
};

/** Everything may be left out that has a usual value: a step of a runbook is one of these, too. */
const config = z.strictObject({
  via: z.literal('http'),
  connection: connectionField(),
  ...request,
  headers: headersField().optional().describe('Sent with every request. Credentials belong to the connection.'),
  credential: z
    .strictObject({
      header: z.string().min(1).describe('The header that carries it.'),
      prefix: z.string().default('').describe('What stands before it; default nothing.'),
    })
    .optional()
    .describe('How the credential of the connection is sent; default authorization: Bearer.'),
  ok: okField().optional(),
  read: z
    .strictObject({
      path: pathField()
        .refine((path) => !hasHole(path), 'takes no {{ }}: what is read is always the same')
        .describe('Asked with GET.'),
      values: valuesField(),
    })
    .optional()
    .describe('How it stands now: for the plan, to confirm, and to restore.'),
  wants: wantsField().optional(),
  undo: z.strictObject(request).optional().describe('The request that takes it back. {{ NAME }} takes the value from before.'),
  idempotent: z.boolean().optional().describe('Sending it twice is the same as sending it once; default false.'),
  stops_in_flight: z.boolean().optional().describe('It ends work that has begun; default false.'),
  effect: durationField().optional().describe('How long it may take to show; default 0s.'),
});
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `http`; the driver beside it is opened without it. */
export default described({ kind: 'http', summary: 'A request of your own to a connection.', config });
