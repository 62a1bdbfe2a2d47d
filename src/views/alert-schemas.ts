import { z } from 'zod';
import { alertTestSchema, backtestSchema } from './backtest-schemas.ts';
import { documentHead, instant } from './document-head.ts';

const figure = z.number().nullable();
const moment = instant.nullable();

const silence = z.object({
  id: z.string(),
  rule: z.string().nullable().describe('A glob; null: every rule'),
  agent: z.string().nullable().describe('A glob; null: every agent'),
  reason: z.string(),
  actor: z.string(),
  at: instant,
  until: instant,
});

const judged = {
  value: figure.describe('What was seen, in `unit`; null: nothing could be'),
  threshold: figure.describe('What is too much, in `unit`'),
  baseline: figure.describe('What is usual, in `unit`; null: the rule knows no usual'),
  unit: z.enum(['share', 'ratio', 'usd', 'ms', 'steps', 'tokens', 'score', 'count']),
  reason: z.string().describe('Untrusted and masked'),
};

const severity = z.enum(['page', 'notify']);
const category = z.enum(['cost', 'safety', 'quality', 'errors', 'latency', 'availability', 'queue']);

const alert = z.object({
  rule: z.string(),
  agent: z.string().describe('@fleet: the fleet as a whole'),
  label: z.string().describe('The stage or measure; empty where the rule has one only'),
  state: z.enum(['pending', 'firing', 'recovering', 'resolved', 'inactive']),
  severity,
  category,
  since: instant.describe('One that recovers fires since it began'),
  ...judged,
  trace_id: z.string().nullable().describe('The request that shows it best'),
  flapping: z.boolean(),
  told: z.array(z.string()).describe('Channels that it was announced to'),
  untold: z
    .array(
      z.object({
        channel: z.string(),
        why: z.string().nullable().describe('What the receiver said, untrusted and masked; null: nothing was sent yet'),
        tries_at: moment.describe('Null: it was given up'),
      }),
    )
    .describe('Those of them that have not taken it'),
  told_at: moment,
  quiet: z
    .object({ by: z.enum(['silence', 'maintenance', 'parent', 'ack']), because: z.string() })
    .nullable()
    .describe('Why nobody was told at the last evaluation'),
  silence: silence.nullable(),
  acked: z.object({ actor: z.string(), at: instant, note: z.string().nullable() }).nullable(),
  next: z.string().describe('The next thing to type'),
});

const evaluated = {
  evaluated_at: moment.describe('When rules were last evaluated; null: never'),
  watermark: moment.describe('Up to when traces were complete then'),
};

const rule = z.object({
  rule: z.string(),
  description: z.string(),
  type: z.string(),
  severity,
  category,
  test: z.string(),
  parameters: z.record(z.string(), z.string()),
});

const show = z.object({
  ...documentHead,
  ...evaluated,
  name: z.string(),
  rule: rule.nullable().describe('Null: the manifest has it no more'),
  never_breached_by: z.array(z.string()),
  alerts: z.array(alert),
  since: instant,
  events: z
    .array(
      z.object({
        rule: z.string(),
        agent: z.string(),
        label: z.string(),
        kind: z.enum(['pending', 'firing', 'resolved', 'inactive', 'told', 'reminded', 'told-end', 'acked']),
        at: instant.describe('In event time'),
        seen_at: instant,
        late: z.boolean(),
        detail: z.string().describe('Untrusted and masked'),
      }),
    )
    .describe('Oldest first'),
  moments: z
    .array(
      z.object({
        agent: z.string(),
        label: z.string(),
        at: instant,
        said: z.enum(['breach', 'between', 'clear', 'unknown']),
        evaluated_at: instant,
      }),
    )
    .describe('The newest moments that were judged, oldest first'),
});

const decided = z.object({
  rule: z.string(),
  agent: z.string(),
  label: z.string(),
  severity,
  category,
  said: z.enum(['breach', 'between', 'clear', 'unknown']),
  ...judged,
  trace_id: z.string().nullable(),
  state: z.enum(['pending', 'firing', 'recovering']).describe('As it would stand after an evaluation of now'),
  judged_at: instant.describe('The moment that was judged, in event time'),
  next: z.string(),
});

const check = z.object({
  ...documentHead,
  rules: z.int().describe('How many were judged'),
  agents: z.int(),
  firing: z.array(decided).describe('What would fire'),
  pending: z.array(decided).describe('What breaches, and not yet for as long as its rule wants'),
  unknown: z.int().describe('Judgements for which there is too little data'),
  problems: z.array(z.string()),
});

const explained = z.object({
  ...documentHead,
  rule,
  agents: z.array(
    z.object({
      agent: z.string(),
      label: z.string(),
      severity,
      judged_at: instant,
      state: z.enum(['inactive', 'pending', 'firing', 'recovering', 'resolved']),
      said: z.enum(['breach', 'between', 'clear', 'unknown']),
      ...judged,
      numbers: z.record(z.string(), figure).describe('Every figure of the decision'),
      would_fire: z.string().describe('What would make it fire, in a sentence'),
      trace_id: z.string().nullable(),
    }),
  ),
  not_judged: z.array(z.object({ agent: z.string(), why: z.string() })),
});

/** The documents of alerts and silences. */
export const alertSchemas = {
  'alerts list': z.object({ ...documentHead, ...evaluated, alerts: z.array(alert).describe('What is most urgent first') }),
  'alerts show': show,
  'alerts ack': z.object({ ...documentHead, alerts: z.array(alert) }),
  'alerts silence': z.object({
    ...documentHead,
    begun: silence.nullable(),
    ended: silence.nullable(),
    active: z.array(silence),
    firing: z.array(z.string()).describe('Alerts that fire and of which nobody is told by what was begun'),
  }),
  'alerts check': check,
  'alerts explain': explained,
  'alerts backtest': backtestSchema,
  'alerts test': alertTestSchema,
} as const;
