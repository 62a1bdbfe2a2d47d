import { z } from 'zod';
import { durationField, moneyField, periodField } from '../../fleet/fields.ts';
import { parseMoney } from '../../ground/units/amount.ts';
import { parseDuration } from '../../ground/units/duration.ts';
import { parseInstant } from '../../ground/units/instant.ts';
import { categories } from '../notify/route-fields.ts';

const number = (text: string): number | null => (/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null);

/** How each series of an input is read, value by value. */
export const seriesKinds = {
  requests: number,
  errors: number,
  cost: (text: string) => parseMoney(text.startsWith('$') ? text : `$${text}`),
  latency: (text: string) => (text === '0' ? 0 : parseDuration(text)),
  score: number,
  steps: number,
  tokens: number,
} as const;

export type SeriesName = keyof typeof seriesKinds;

const series = (what: string) => z.union([z.string(), z.number()]).optional().describe(what);

const input = z.strictObject({
  agent: z.string(),
  usual: z
    .strictObject({
      days: z.int().min(1).max(60).default(8),
      every: periodField().prefault('5m').describe('One request each.'),
      cost: moneyField().optional(),
      latency: durationField().optional(),
      steps: z.int().min(0).default(1),
    })
    .optional()
    .describe('Days before the first minute on which everything was as ever.'),
  requests: z.union([z.string(), z.number()]).describe('Requests in each minute: 10x60, or 5x20 0x10 5x30.'),
  errors: series('How many of them failed.'),
  cost: series('What each of them cost: $0.02x60.'),
  latency: series('How long each took: 2sx30 12sx30.'),
  score: series('The score that each was given, 0 to 1.'),
  steps: series('Steps of each.'),
  tokens: series('Tokens of each.'),
});

const route = z.strictObject({
  rule: z.string(),
  agent: z.string().optional(),
  category: z.enum(categories).optional().describe('Default: that of the rule.'),
  severity: z.enum(['page', 'notify']).optional().describe('Default: that of the rule.'),
  at: z
    .string()
    .refine((text) => parseInstant(text) !== null, 'is no instant: write it like 2026-11-23T14:05:00Z')
    .optional(),
  channels: z.array(z.string()).describe('Where it leads; empty: nowhere.'),
});

const test = z.strictObject({
  name: z.string().min(1),
  at: z
    .string()
    .refine((text) => parseInstant(text) !== null, 'is no instant: write it like 2026-11-23T14:05:00Z')
    .default('2026-03-02T12:00:00Z')
    .describe('When the first minute begins; default a Monday at noon.'),
  input: z.array(input).default([]),
  alerts: z
    .array(
      z.strictObject({
        at: durationField().describe('So long after the beginning.'),
        firing: z.array(z.string()).optional().describe('All that fires then: rule/agent, or rule/agent/label.'),
        pending: z.array(z.string()).optional().describe('All that is pending then.'),
      }),
    )
    .default([]),
  notifications: z
    .array(
      z.strictObject({
        at: durationField(),
        alert: z.string().describe('rule/agent, or rule/agent/label.'),
        kind: z.enum(['fire', 'remind', 'resolve']).default('fire'),
        channels: z.array(z.string()).min(1),
      }),
    )
    .optional()
    .describe('All that people are told, oldest first; absent: it does not matter.'),
  routes: z.array(route).default([]),
});

/** A file of tests of rules and routes. */
export const alertTestsFile = z.strictObject({
  rules: z.string().optional().describe('A file of rules, beside this one; default: those of the manifest.'),
  tests: z.array(test).min(1),
});

export type ParsedAlertTest = z.output<typeof test>;
export type ParsedInput = z.output<typeof input>;
