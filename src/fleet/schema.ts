import { z } from 'zod';
import { cronAndZone, zoneField } from './cron-fields.ts';
import {
  countField,
  durationField,
  moneyField,
  periodField,
  secretField,
  shareField,
  slotField,
  stateField,
  timeoutField,
  urlField,
} from './fields.ts';
import { scaleFields } from './scale-fields.ts';
import type { Sections } from './slots.ts';

/** Outcomes that a retry may name. */
export const retryableOutcomes = ['agent_error', 'rate_limited', 'timeout', 'unreachable', 'truncated', 'malformed'] as const;

const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'must be a name: letters, digits, dot, dash and underscore, the first a letter or digit, at most 100 characters',
  );
const nameKey = (what: string) => name.describe(`The name of the ${what}.`);
const text = z.string().min(1).max(20_000);
const tier = z.literal([1, 2, 3]).describe('1 critical, 2 normal, 3 best effort.');

const turn = z.strictObject({
  input: text.describe('What is said to the agent in this turn.'),
  expect: z.array(slotField('expect')).optional().describe('Assertions on the answer to this turn.'),
});

const check = z
  .strictObject({
    id: name.optional().describe('Unique within the agent; results are kept under it. Default of a suite: the name of its file.'),
    description: z.string().optional().describe('What it looks for, in one sentence.'),
    every: periodField().optional().describe('How often a scheduled run asks; default: defaults.every.'),
    cron: z.string().optional().describe('When a scheduled run asks, as five cron fields; instead of every.'),
    tz: zoneField().optional().describe('The time zone of cron; default UTC.'),
    heartbeat: z
      .strictObject({
        every: periodField().describe('How often the agent is to report with agentops beat.'),
        grace: durationField().optional().describe('How late a beat may be; default: a tenth of every.'),
      })
      .optional()
      .describe('The agent reports by itself; nothing is sent to it.'),
    input: text.optional().describe('One prompt. Without input, turns and heartbeat the check is a probe that sends no prompt.'),
    turns: z.array(turn).min(1).max(50).optional().describe('Several prompts on one thread, each with its own expectations.'),
    suite: z
      .string()
      .min(1)
      .optional()
      .describe('An eval suite, relative to the manifest: each slot asks some of its cases, other ones every time.'),
    sample: z.int().min(1).max(100).optional().describe('How many cases of the suite a slot asks; default 3.'),
    expect: z.array(slotField('expect')).optional().describe('Assertions on the last answer, or on the whole conversation.'),
    degraded: z
      .strictObject({
        latency: durationField().optional().describe('Of one whole turn.'),
        ttft: durationField().optional().describe('Until the first token; known only where the answer is streamed.'),
        cost: moneyField().optional().describe('Of the whole check.'),
      })
      .optional()
      .describe('Above these a passing check is yellow, not red.'),
    retry: z
      .strictObject({
        max: z.int().min(0).max(5).describe('Attempts after the first.'),
        on: z.array(z.enum(retryableOutcomes)).min(1).optional().describe('Outcomes that are tried again.'),
      })
      .optional()
      .describe('Default: once, on unreachable and rate_limited. A pass on a retry is yellow.'),
    fail_after: z.int().min(1).max(100).default(1).describe('Scheduled runs: red after this many failed slots in a row.'),
    recover_after: z.int().min(1).max(100).default(1).describe('Scheduled runs: green after this many passed slots in a row.'),
    safety: z.boolean().default(false).describe('A failure of this check is a safety event.'),
    timeout: timeoutField().optional().describe('How long one turn may take; default: that of the endpoint.'),
    tags: z.array(z.string()).optional().describe('Words of your own.'),
  })
  .superRefine((value, ctx) => {
    cronAndZone(value, ctx);
    if (value.id === undefined && value.suite === undefined)
      ctx.addIssue({ code: 'invalid_type', expected: 'string', path: ['id'], input: undefined });
    if (value.sample !== undefined && value.suite === undefined)
      ctx.addIssue({ code: 'custom', path: ['sample'], message: 'means nothing without suite', input: value });
    if (value.suite !== undefined && value.expect !== undefined)
      ctx.addIssue({
        code: 'custom',
        path: ['expect'],
        message: 'cannot stand beside suite: each case says what it expects',
        input: value,
      });
    const ways = (['input', 'turns', 'heartbeat', 'suite'] as const).filter((key) => value[key] !== undefined);
    if (ways.length > 1)
      ctx.addIssue({
        code: 'custom',
        path: [ways[1] ?? ''],
        message: `cannot stand beside ${ways[0]}: a check asks in one way`,
        input: value,
      });
    if (value.every !== undefined && value.cron !== undefined)
      ctx.addIssue({ code: 'custom', path: ['cron'], message: 'cannot stand beside every: give one of the two', input: value });
    if (value.tz !== undefined && value.cron === undefined)
      ctx.addIssue({ code: 'custom', path: ['tz'], message: 'means nothing without cron', input: value });
    if (value.heartbeat !== undefined && value.expect !== undefined) {
      ctx.addIssue({
        code: 'custom',
        path: ['expect'],
        message: 'cannot stand beside heartbeat: there is no answer to judge',
        input: value,
      });
    }
  });

const maintenance = z
  .strictObject({
    cron: z.string().describe('When it begins, as five cron fields.'),
    for: periodField().describe('How long it lasts.'),
    tz: zoneField().optional().describe('The time zone of cron; default UTC.'),
  })
  .superRefine(cronAndZone);

const rollback = z.strictObject({
  prompt: slotField('control').optional().describe('Back to the last good version of a prompt.'),
  model: slotField('control').optional().describe('Back to the last good model.'),
  deploy: slotField('control').optional().describe('Back to the last good deployment.'),
});

const controls = z.strictObject({
  throttle: slotField('control').optional().describe('Lets fewer requests through.'),
  disable: slotField('control').optional().describe('Refuses new work.'),
  kill: z
    .union([z.array(slotField('control')).min(1), slotField('control')])
    .optional()
    .describe('Closes the door, then cancels what is inside.'),
  rollback: rollback.optional().describe('Back to the last good prompt, model or deployment.'),
  failover: slotField('control').optional().describe('Goes to the next provider of the fallback chain.'),
  route_model: slotField('control').optional().describe('Sends requests to another model.'),
  scale: slotField('control').optional().describe('Changes the number of workers.'),
  queue: slotField('control').optional().describe('Holds, drains or moves the work that waits.'),
  sampling: slotField('control').optional().describe('Changes the share of traffic that is graded.'),
});

const agent = z.strictObject({
  description: z.string().optional().describe('What it does, in one sentence.'),
  owner: z.string().optional().describe('Who is told about it.'),
  tier: tier.optional(),
  env: z.string().optional().describe('Where it runs, for example prod.'),
  tags: z.array(z.string()).optional().describe('Words to select agents by, with --tag.'),
  endpoint: slotField('endpoint').optional().describe('How it is talked to.'),
  traces: z
    .strictObject({
      backend: z.string().describe('A name under backends.'),
      match: z
        .strictObject({
          trace_name: z.string().optional().describe('The name of the trace.'),
          service_name: z.string().optional().describe('service.name of the resource.'),
          agent_name: z.string().optional().describe('gen_ai.agent.name of a span.'),
          environment: z.string().optional().describe('The environment of the trace.'),
          tags: z.array(z.string()).optional().describe('Tags that the trace has, all of them.'),
          metadata: z.record(z.string(), z.string()).optional().describe('Metadata that the trace has; also as metadata.<key>.'),
        })
        .catchall(z.string())
        .superRefine((match, ctx) => {
          for (const key of Object.keys(match)) {
            if (/^metadata\../.test(key) || ['trace_name', 'service_name', 'agent_name', 'environment', 'tags', 'metadata'].includes(key))
              continue;
            ctx.addIssue({ code: 'unrecognized_keys', keys: [key], input: match });
          }
        })
        .optional()
        .describe(
          'Which traces are its own: trace_name service_name agent_name environment tags metadata.<key>, all of those given; default: those whose gen_ai.agent.name, else service.name, is its name here, and that no match claims.',
        ),
    })
    .optional()
    .describe('Where its traces are read from; needless where there is one backend and spans name the agent as it is named here.'),
  sla: z
    .strictObject({
      latency_p95: durationField().optional().describe('95 of 100 requests are answered within this time.'),
      error_rate: shareField().optional().describe('At most this share of requests fails.'),
      quality: z.number().min(0).max(1).optional().describe('The mean score is at least this.'),
      availability: shareField().optional().describe('At least this share of checks passes.'),
    })
    .optional()
    .describe('What it promises.'),
  budget: z
    .strictObject({
      per_request: moneyField().optional().describe('For one request.'),
      per_hour: moneyField().optional().describe('In an hour.'),
      per_day: moneyField().optional().describe('In a day (UTC).'),
      per_month: moneyField().optional().describe('In a month (UTC).'),
      tokens_per_request: countField().optional().describe('Tokens of one request, input and output.'),
      steps_per_request: countField().optional().describe('Model and tool calls of one request; more look like a loop.'),
    })
    .optional()
    .describe('What it may spend.'),
  tools: z
    .strictObject({
      allow: z.array(z.string()).optional().describe('The only tools it may call.'),
      deny: z.array(z.string()).optional().describe('Tools it may never call.'),
    })
    .optional()
    .describe('Tools it may call; a call outside is a safety event.'),
  safety: z.array(z.string()).optional().describe('Names of scores whose failure is a safety event.'),
  quality: z
    .strictObject({
      score: z.string().describe('The name of the score.'),
      min: z.number().optional().describe('The least value that is good enough.'),
      scale: z.tuple([z.number(), z.number()]).optional().describe('Its worst and its best value; default 0 and 1.'),
    })
    .optional()
    .describe('The score that stands for quality.'),
  fallback: z.array(z.string()).optional().describe('The chain of providers it falls back along.'),
  depends_on: z.array(z.string()).optional().describe('Agents it cannot work without; while one is red, this one is suppressed.'),
  maintenance: z.array(maintenance).optional().describe('Windows in which its state does not count.'),
  probe_budget: z
    .strictObject({ per_day: moneyField().describe('In a day (UTC); checks that would go beyond are skipped.') })
    .optional()
    .describe('What its checks may spend.'),
  checks: z.array(check).optional().describe('Synthetic probes. Without any, one probe that sends no prompt.'),
  evals: z
    .array(z.string().min(1))
    .optional()
    .describe('Eval suites that belong to it, relative to the manifest; agentops eval run runs them.'),
  queue: slotField('queue').optional().describe('The queue its work waits in.'),
  scale: scaleFields.optional().describe('How its number of workers follows that queue.'),
  controls: controls.optional().describe('How an action is enforced on it.'),
});

const defaults = z.strictObject({
  every: periodField().default(600_000).describe('How often a scheduled check runs; default 10m.'),
  timeout: timeoutField().default(30_000).describe('How long one turn may take; default 30s.'),
  window: periodField().default(900_000).describe('How long a safety event keeps an agent red; default 15m.'),
  tier: tier.default(2),
});

/** USD per million tokens: a dollar per token at most, so that no cost outgrows what the store holds. */
const rate = () => z.number().nonnegative().max(1_000_000);

const price = z.strictObject({
  input: rate().describe('USD per million input tokens.'),
  output: rate().describe('USD per million output tokens.'),
  cached_input: rate().optional().describe('USD per million input tokens read from the prompt cache.'),
  cache_write: rate().optional().describe('USD per million input tokens written to the prompt cache.'),
});

const connection = z.strictObject({
  url: urlField(['http:', 'https:', 'redis:', 'rediss:']).describe('Where the control plane answers.'),
  read: secretField().optional().describe('The credential that may only look.'),
  write: secretField().optional().describe('The credential that may act.'),
  headers: z.record(z.string(), secretField()).optional().describe('Sent with every request, each a reference.'),
});

/** `agentops.yaml`, with holes where adapters say what stands there. Also what an included file may hold. */
export const manifestSchema = z.strictObject({
  version: z.literal(1).describe('The version of this file format.'),
  fleet: name.describe('The name of the fleet.'),
  include: z.array(z.string().min(1)).optional().describe('Further files, relative to this one; * and ** are understood.'),
  state: stateField()
    .default('.agentops')
    .describe('The folder of the journal, relative to this file; or the database that a team shares it in.'),
  capture: z.enum(['none', 'io']).default('none').describe('io keeps prompts and answers, redacted and capped.'),
  defaults: defaults.prefault({}).describe('What agents and checks take where they say nothing.'),
  budget: z
    .strictObject({
      per_day: moneyField().optional().describe('In a day (UTC).'),
      per_month: moneyField().optional().describe('In a month (UTC).'),
    })
    .optional()
    .describe('What the fleet may spend.'),
  backends: z.record(nameKey('backend'), slotField('backend')).optional().describe('Where traces are read from.'),
  agents: z.record(nameKey('agent'), agent).describe('The agents of the fleet.'),
  connections: z
    .record(nameKey('connection'), connection)
    .optional()
    .describe('Control planes, with separate credentials to read and to write.'),
  prices: z.record(z.string(), price).optional().describe('USD per million tokens, by provider/model; wins over every other price.'),
  runbooks: z.array(z.string().min(1)).optional().describe('Folders or files of runbooks, relative to the manifest.'),
  watchdog: z
    .strictObject({
      url: urlField().describe('The address to ping; /start and /fail are added to its path. Whoever knows it can silence it.'),
    })
    .optional()
    .describe('Pinged by tick when it begins, is done and fails, so that somebody notices where it stops.'),
});

/** The manifest with the sections that rooms above describe. */
export const manifestSchemaWith = (sections: Sections): typeof manifestSchema =>
  manifestSchema.extend(
    Object.fromEntries(Object.entries(sections).map(([name, { schema }]) => [name, schema.optional()])),
  ) as unknown as typeof manifestSchema;

export type ParsedManifest = z.output<typeof manifestSchema>;
export type ParsedAgent = z.output<typeof agent>;
export type ParsedCheck = z.output<typeof check>;
