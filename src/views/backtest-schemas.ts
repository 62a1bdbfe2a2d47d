import { z } from 'zod';
import { documentHead, instant } from './document-head.ts';

const count = z.int().min(0);
const figure = z.number().nullable();
const moment = instant.nullable();

const tally = {
  fired: count,
  notifications: count.describe('Firings of which somebody was told'),
  pages: count.describe('Those of them that wake somebody'),
  pages_at_night: count.describe('22:00 to 07:00 UTC'),
  messages: count.describe('To all channels together, with reminders and ends'),
  notifications_per_week: z.number(),
  pages_per_week: z.number(),
  firing_seconds: count,
};

const alert = z.object({
  rule: z.string(),
  agent: z.string(),
  label: z.string().describe('The stage or measure; empty where the rule has one only'),
  severity: z.enum(['page', 'notify']),
  category: z.string(),
  fired_at: instant.describe('In event time'),
  resolved_at: moment.describe('Null: it goes on'),
  told_at: moment.describe('Null: nobody was told'),
  quiet: z.string().nullable().describe('Why nobody was told'),
  reason: z.string().describe('Untrusted and masked'),
  trace_id: z.string().nullable(),
  told: z.array(z.string()).describe('Channels'),
});

const run = z.object({
  name: z.string().describe('rules, against, or a setting of a sweep: for=15m'),
  ...tally,
  rules: z.array(z.object({ rule: z.string(), ...tally })),
  channels: z.array(z.object({ channel: z.string(), messages: count, begun: count, at_night: count })),
  incidents: z
    .object({
      recall: figure,
      precision: figure.describe('What nobody labelled counts as a false alarm'),
      median_delay_seconds: figure,
      false_alarms: count,
      incidents: z.array(
        z.object({ id: z.string(), found: z.boolean(), rule: z.string().nullable(), agent: z.string().nullable(), delay_seconds: figure }),
      ),
      outside: z.array(z.string()).describe('Incidents that lie outside what was replayed'),
    })
    .nullable()
    .describe('Null: none were given'),
  alerts: z.array(alert).describe('Oldest first'),
});

/** The document of `agentops alerts backtest`. */
export const backtestSchema = z.object({
  ...documentHead,
  from: instant,
  until: instant,
  step_seconds: z.number(),
  lag_seconds: z.number(),
  agents: count,
  requests: count,
  checks_known_from: moment.describe('When the oldest result of a check that is known ended'),
  known_from: moment.describe('When the oldest request that is known began'),
  runs: z.array(run).min(1).describe('The first is of the rules in question'),
  diff: z
    .object({ only_rules: z.array(alert), only_against: z.array(alert), both: count })
    .nullable()
    .describe('Null: nothing was held against'),
  gate: z
    .object({
      condition: z.string(),
      value: figure,
      verdict: z.enum(['passes', 'fails', 'unknown']),
      fails: z.boolean(),
      why: z.string().nullable().describe('Why there is no verdict; null: there is one'),
    })
    .nullable()
    .describe('What --fail-if asked'),
  not_replayed: z
    .array(z.object({ rule: z.string(), why: z.string() }))
    .describe('Rules of which nothing is known, because what they look at was not kept'),
  differences: z.array(z.string()).describe('How this differs from what live ticks did or would do'),
  too_little: z.string().nullable().describe('Why nothing can be concluded; null: there was enough'),
});

/** The document of `agentops alerts test`. */
export const alertTestSchema = z.object({
  ...documentHead,
  passed: count,
  failed: count,
  tests: z.array(
    z.object({
      file: z.string(),
      name: z.string(),
      pass: z.boolean(),
      mismatches: z.array(z.string()).describe('What was expected and not seen'),
    }),
  ),
});
