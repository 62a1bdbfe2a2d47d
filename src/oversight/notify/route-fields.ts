import { z } from 'zod';
import { zoneField } from '../../fleet/cron-fields.ts';
import { durationField } from '../../fleet/fields.ts';
import { clockMinutes, weekdays } from './hours.ts';

/** What an alert may be about: what routes go by. */
export const categories = ['cost', 'safety', 'quality', 'errors', 'latency', 'availability', 'queue'] as const;

/** What alerts may have in common that are told of in one message. */
export const groupings = ['rule', 'agent', 'category', 'severity', 'owner', 'tier'] as const;

const clockField = () =>
  z
    .string()
    .refine((text) => clockMinutes(text) !== null, 'is not a time of day: write it like 08:00')
    .meta({ examples: ['08:00', '22:30'] });

const during = z
  .strictObject({
    days: z.array(z.enum(weekdays)).min(1).optional().describe('The days of the week; default all.'),
    from: clockField().default('00:00').describe('From this time of day on.'),
    to: clockField().default('24:00').describe('Until this time of day; where it is before from, until then of the next day.'),
    tz: zoneField().default('UTC').describe('The IANA time zone of days and times.'),
  })
  .refine(({ from, to }) => clockMinutes(from) !== clockMinutes(to), 'is empty: from and to are the same');

const group = z.strictObject({
  by: z.array(z.enum(groupings)).min(1).describe('What they must have in common.'),
  wait: durationField().prefault('0s').describe('How long the first one waits for others; default 0s: for those seen in the same moment.'),
});

/** One entry of `routes:`. */
export const routeFields = z.strictObject({
  categories: z.array(z.enum(categories)).min(1).optional().describe('Only alerts of these categories.'),
  severity: z.enum(['page', 'notify']).optional().describe('Only alerts of this severity.'),
  rules: z.array(z.string()).min(1).optional().describe('Only alerts of these rules.'),
  agents: z.array(z.string()).min(1).optional().describe('Only alerts of these agents.'),
  tags: z.array(z.string()).min(1).optional().describe('Only of agents that have all of them.'),
  tiers: z.array(z.int().min(1).max(3)).min(1).optional().describe('Only of agents of these tiers.'),
  owners: z.array(z.string()).min(1).optional().describe('Only of agents of these owners.'),
  during: during.optional().describe('Only at these hours.'),
  to: z.array(z.string()).describe('Names under notify; an empty list tells nobody.'),
  continue: z.boolean().default(false).describe('Looks at the routes behind it too; default: the first one that fits is the last.'),
  group: z
    .union([z.literal('none'), group])
    .prefault({ by: ['rule'] })
    .describe('Which alerts become one message, where the channel can say several; none: each by itself. Default by rule.'),
});

/** What an entry of `routes:` was read as. JSON-safe: it stands in the snapshot of the manifest. */
export type ParsedRoute = z.output<typeof routeFields>;
