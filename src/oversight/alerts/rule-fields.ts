import { z } from 'zod';
import { countField, durationField, moneyField, periodField, shareField } from '../../fleet/fields.ts';
import { impossibleBurn } from './conditions/burn-rate.ts';

const hourMs = 3_600_000;

/** A figure of its own, or the promise or cap of each agent (`sla`, `budget`). */
const own = <T extends z.ZodType>(field: T, whose: string) =>
  z
    .union([z.literal('own'), field])
    .default('own')
    .describe(`${whose} Default own: what each agent has in the manifest; one without is not judged.`);

const window = (fallback: string) => periodField().optional().describe(`The narrowest window that is looked at; default ${fallback}.`);
const widenTo = (fallback: string) =>
  periodField().optional().describe(`How wide it may become until it holds enough; default ${fallback}.`);
const recovery = (fallback: string) =>
  z.number().positive().optional().describe(`At or below this multiple of the limit it may end; default ${fallback}.`);
const atLeast = (what: string, fallback: number) => z.int().min(1).default(fallback).describe(`Fewer ${what} prove nothing.`);
const quantile = (fallback: string) =>
  z.number().positive().optional().describe(`One-sided normal quantile of the test; default ${fallback}.`);
const shareMethod = z
  .enum(['wilson', 'ratio'])
  .default('wilson')
  .describe("wilson: the lower end of Wilson's interval is over the limit; ratio: the share itself is.");

/** What every rule has beside what its type looks at. */
const shared = {
  rule: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be a name: lower-case letters, digits, dot, dash and underscore')
    .describe('Its name, unique in the fleet.'),
  description: z.string().optional().describe('What it means, in a sentence for whoever is woken by it.'),
  severity: z.enum(['page', 'notify']).optional().describe('page wakes somebody; notify can wait until morning.'),
  category: z
    .enum(['cost', 'safety', 'quality', 'errors', 'latency', 'availability', 'queue'])
    .optional()
    .describe('What routes go by; default by type.'),
  for: durationField().optional().describe('How long the condition must hold without a break.'),
  keep_firing_for: durationField().optional().describe('How long it must be over without a break.'),
  no_data: z
    .enum(['ok', 'keep', 'alert'])
    .default('keep')
    .describe('What too little data counts as: the end of the condition, nothing at all, or the condition itself.'),
  agents: z.array(z.string()).optional().describe('Names of the agents it is about; default all.'),
  tags: z.array(z.string()).optional().describe('Only agents that have all of them.'),
  tiers: z.array(z.int().min(1).max(3)).optional().describe('Only agents of these tiers.'),
  inhibit: z.boolean().default(true).describe('Keeps quiet while an agent that this one depends on is red itself.'),
  remind: z
    .strictObject({
      every: periodField().describe('How long after the last message.'),
      most: z.int().min(1).max(100).default(6).describe('How many, at most.'),
    })
    .optional()
    .describe('Reminders while it fires and nobody acknowledged it.'),
};

const rule = <Type extends string, Shape extends z.ZodRawShape>(type: Type, summary: string, shape: Shape) => ({
  kind: type,
  summary,
  config: z.strictObject({ ...shared, type: z.literal(type), ...shape }).superRefine((value, ctx) => {
    const { window: narrowest, widen_to: widest } = value as { readonly window?: number; readonly widen_to?: number };
    if (narrowest !== undefined && widest !== undefined && widest < narrowest)
      ctx.addIssue({ code: 'custom', path: ['widen_to'], message: 'must not be below window', input: value });
  }),
});

/** What is wrong with a rule though each of its keys is right, and at which key. */
type Impossibility = { readonly key: string; readonly message: string } | null;

const refined = <Described extends { readonly config: z.ZodType }>(
  described: Described,
  impossibility: (value: z.output<Described['config']>) => Impossibility,
): Described => ({
  ...described,
  config: described.config.superRefine((value, ctx) => {
    const found = impossibility(value as z.output<Described['config']>);
    if (found !== null) ctx.addIssue({ code: 'custom', path: [found.key], message: found.message, input: value });
  }),
});

const described = [
  { kind: 'defaults', summary: 'The rules of a fleet that names none.', config: z.strictObject({ type: z.literal('defaults') }) },
  rule('error_rate', 'Requests that fail, all or of one type, against the share that is promised.', {
    threshold: own(shareField(), 'The share of requests that may fail.'),
    error_type: z.enum(['llm', 'tool', 'guardrail', 'timeout', 'rate_limit', 'other']).optional().describe('Only errors of this type.'),
    method: shareMethod,
    z: quantile('3.3'),
    min_errors: atLeast('errors', 2),
    min_requests: atLeast('requests', 10),
    recovery: recovery('1'),
    window: window('15m'),
    widen_to: widenTo('4h'),
  }),
  rule('latency', 'Requests that are slower than promised, as a share.', {
    slower_than: own(periodField(), 'A request that takes longer is slow; own is sla.latency_p95.'),
    threshold: shareField().prefault('5%').describe('The share of requests that may be slow.'),
    method: shareMethod,
    z: quantile('3.1'),
    min_slow: atLeast('slow requests', 3),
    min_requests: atLeast('requests', 10),
    recovery: recovery('1'),
    window: window('15m'),
    widen_to: widenTo('4h'),
  }),
  rule('quality', 'The mean of scores, against what is promised.', {
    threshold: own(z.number().min(0).max(1), 'The mean score that is promised, 0 to 1; own is sla.quality.'),
    score: z.string().optional().describe('The name of the score; default the one that is the quality of the agent.'),
    z: quantile('2.6'),
    min_scores: atLeast('scores', 10),
    window: window('1h'),
    widen_to: widenTo('24h'),
  }),
  rule('cost_per_request', 'What a request costs, against what it usually costs at this time of day.', {
    method: z
      .enum(['regression', 'ratio'])
      .default('regression')
      .describe('regression: against the same time of day over 7 days, by its spread; ratio: against the mean of the 7 days before.'),
    ratio: z.number().positive().optional().describe('The multiple of the usual that is too much; default 1.5, of method ratio 2.'),
    z: z.number().positive().default(3.6).describe('How far from the usual, in units of the spread.'),
    recovery: z
      .number()
      .positive()
      .optional()
      .describe('At or below this multiple of the usual it may end; default 1.25, of method ratio its ratio.'),
    cap: moneyField().optional().describe('A cap on the mean cost of a request, which needs no history.'),
    wanted: z
      .int()
      .min(1)
      .default(30)
      .describe('Wider and wider windows are looked through, up to one that holds so many priced requests.'),
    min_requests: atLeast('priced requests', 10),
    min_days: z.int().min(1).max(7).default(3).describe('Days with enough requests in the same hours, without which nothing is usual.'),
    min_spread: z.number().positive().default(0.08).describe('The least spread that is believed, in natural logarithms.'),
    window: window('1h'),
    widen_to: widenTo('6h'),
  }),
  rule('spend', 'What was spent in an hour, a day or a month, against a cap.', {
    per: z.enum(['hour', 'day', 'month']).describe('An hour that ends now; the UTC day or month so far.'),
    limit: own(moneyField(), 'What may be spent; own is budget.per_hour, per_day or per_month.'),
    stages: z
      .array(shareField())
      .min(1)
      .optional()
      .describe('Shares of the limit at which somebody is told, for example [50%, 80%, 100%]; default 100%.'),
    forecast: z.boolean().default(false).describe('Judges what the month will have cost at the end, by its lower bound.'),
  }),
  rule('loop_depth', 'Steps of requests, against a cap and against what is usual.', {
    limit: own(countField(), 'Steps of one request that are too many; own is budget.steps_per_request.'),
    creep: z.boolean().default(true).describe('Also looks whether requests take more steps than they used to at this time of day.'),
    ratio: z.number().positive().default(1.5).describe('The multiple of the usual steps that is too much.'),
    z: z.number().positive().default(3).describe('How far from the usual, in units of the spread.'),
    min_requests: atLeast('requests', 30),
    min_days: z.int().min(1).max(7).default(3).describe('Days with enough requests in the same hours, without which nothing is usual.'),
    window: window('1h'),
    widen_to: widenTo('1h'),
  }),
  refined(
    rule('per_trace', 'Steps, tokens or dollars of one single request, against a cap.', {
      steps: z
        .union([z.literal('own'), countField()])
        .optional()
        .describe('Steps of one request; own is budget.steps_per_request.'),
      tokens: z
        .union([z.literal('own'), countField()])
        .optional()
        .describe('Tokens of one request; own is budget.tokens_per_request.'),
      cost: z
        .union([z.literal('own'), moneyField()])
        .optional()
        .describe('Dollars of one request; own is budget.per_request.'),
      window: window('15m'),
    }),
    ({ steps, tokens, cost }) =>
      steps === undefined && tokens === undefined && cost === undefined
        ? { key: 'type', message: 'caps nothing: give steps, tokens or cost' }
        : null,
  ),
  rule('safety', 'A guardrail that ended a request, a tool outside the list, a safety score that failed.', { window: window('15m') }),
  rule('agent_red', 'Checks or heartbeats of the agent fail.', {}),
  rule('heartbeat', 'The agent did not report when it should have.', {}),
  rule('drift', 'The agent changed without an announcement.', {}),
  rule('mitigation_overdue', 'Something that should have been undone by now is still in force.', {}),
  rule('queue_depth', 'Work that waits.', {
    limit: z.number().min(0).describe('How many may wait.'),
    per_worker: z.boolean().default(false).describe('Counts those that wait for each worker.'),
  }),
  refined(
    rule('burn_rate', 'The error budget burns too fast, over a long and a short window.', {
      objective: own(shareField(), 'The share of requests that is promised to succeed; own is sla.availability.'),
      factor: z.number().positive().default(14.4).describe('How many times faster than allowed the error budget may burn.'),
      window: window('1h'),
      short_window: periodField().optional().describe('It must still be going on in this one; default a twelfth of the window.'),
      min_events: atLeast('failed requests', 10),
    }),
    ({ objective, factor, window: longMs = hourMs, short_window: shortMs = longMs / 12 }) => {
      // With an objective of its own each agent is judged once its promise is known.
      const problem = impossibleBurn({ budget: objective === 'own' ? 0 : 1 - objective, factor, longMs, shortMs });
      return problem === null ? null : { key: shortMs >= longMs ? 'short_window' : 'factor', message: problem };
    },
  ),
  refined(
    rule(
      'provider_outage',
      'A provider fails the calls of agents, or probes of it; one alert for the provider, and its agents keep quiet.',
      {
        providers: z.array(z.string()).optional().describe('Which ones, as providers: or traces call them; default all that are called.'),
        share: shareField().prefault('20%').describe('The share of its calls that fails in an outage, at least, across agents.'),
        ratio: z.number().positive().default(3).describe('And so many times what usually fails, by the week before.'),
        z: quantile('3.3'),
        min_errors: atLeast('failed calls', 5),
        min_calls: atLeast('calls', 10),
        probes: z.int().min(1).max(10).default(2).describe('Where calls are too few to tell: so many probes in a row that fail.'),
        window: window('5m'),
        widen_to: widenTo('30m'),
      },
    ),
    ({ agents, tags, tiers }) =>
      agents === undefined && tags === undefined && tiers === undefined
        ? null
        : {
            key: agents !== undefined ? 'agents' : tags !== undefined ? 'tags' : 'tiers',
            message: 'means nothing of an outage: name providers',
          },
  ),
] as const;

/** What an entry of `alerts:` was read as. */
export type ParsedEntry = z.output<(typeof described)[number]['config']>;
export type ParsedRule = Exclude<ParsedEntry, { readonly type: 'defaults' }>;

/** Type of rule → its schema. */
export const ruleKinds = Object.fromEntries(described.map((each) => [each.kind, () => Promise.resolve({ default: each })]));
