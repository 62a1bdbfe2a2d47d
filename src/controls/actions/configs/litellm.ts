import { z } from 'zod';
import { durationField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';
import { connectionField } from '../schema.ts';

const config = z
  .strictObject({
    via: z.literal('litellm'),
    connection: connectionField(),
    key_alias: z.string().min(1).optional().describe('The alias of the key the agent calls with.'),
    key: z.string().min(1).optional().describe('The hash of that key, where it has no alias.'),
    team: z.string().min(1).optional().describe('The id of a team, in place of a key: every key of it is hit.'),
    model_group: z.string().min(1).optional().describe('The model group the agent calls; what failover and route_model change.'),
    fallback_type: z
      .enum(['general', 'context_window', 'content_policy'])
      .default('general')
      .describe('The errors that the fallbacks are for.'),
    action: z
      .enum(['block', 'cancel'])
      .optional()
      .describe('How it kills: block (default) refuses every call with the key, cancel ends the requests in flight.'),
    effect: durationField().default(60_000).describe('How long pods remember a key; default 60s, that of the proxy.'),
  })
  .refine((control) => ['key_alias', 'key', 'team'].filter((name) => name in control).length <= 1, {
    message: 'names more than one of key_alias, key and team',
  })
  .refine((control) => ['key_alias', 'key', 'team', 'model_group'].some((name) => name in control), {
    message: 'needs a key_alias, a key, a team or a model_group',
  });
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `litellm`; the driver beside it is opened without it. */
export default described({ kind: 'litellm', summary: 'Keys, teams and model groups of a LiteLLM proxy.', config });
