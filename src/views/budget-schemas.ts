import { z } from 'zod';
import { documentHead, instant } from './document-head.ts';

const usd = z.number();
const forecast = z.object({ expected_usd: usd, low_usd: usd, high_usd: usd });

const budget = z.object({
  agent: z.string().nullable().describe('Null: the fleet as a whole'),
  per: z.enum(['hour', 'day', 'month']).describe('An hour is the last one; a day and a month begin in UTC'),
  period: z.object({ from: instant, to: instant }),
  limit_usd: usd,
  used_usd: usd,
  left_usd: usd.describe('0: nothing is left'),
  used_share: z.number().describe('Above 1: more was spent than may be'),
  forecast: forecast.nullable().describe('What the period will have cost, with the interval that 95 of 100 end in; null: see `unforeseen`'),
  unforeseen: z.string().nullable().describe('Why nobody can tell what the period will have cost'),
  spent_up_at: instant.nullable().describe('When it will be used up as things go; null: not in this period, or nobody can tell'),
  rule: z.string().nullable().describe('The rule that tells people of it; null: none does'),
  stages: z.array(z.number()).describe('Shares at which that rule tells people'),
  stage: z.number().nullable().describe('The last of them that is passed'),
  next: z.string().nullable().describe('The next thing to type; null: nothing is to be done'),
});

/** The documents of `agentops budget`. */
export const budgetSchemas = {
  'budget show': z.object({
    ...documentHead,
    known_from: instant.nullable().describe('The first day of this month that anything is known of'),
    known_to: instant.nullable().describe('Up to when every source was read; null: nothing ever came, or a source never answered'),
    unpriced_spans: z.int().describe('Of this month; their cost is not known and in no sum'),
    budgets: z.array(budget),
  }),
} as const;
