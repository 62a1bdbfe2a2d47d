import { z } from 'zod';
import { connectionField, pathField } from '../../controls/actions/schema.ts';
import { okField, valuesField, wantsField } from '../../controls/actions/templated-schema.ts';
import { durationField, moneyField, periodField, shareField, timeoutField } from '../../fleet/fields.ts';
import { nanosPerDollar } from '../../ground/units/amount.ts';

const param = z
  .string()
  .regex(/^\{\{\s*params\.[A-Za-z_]\w*\s*\}\}$/, 'must be a value of its own kind, or one parameter as {{ params.NAME }}');

/** A field that a parameter may fill instead. */
const or = <T extends z.ZodType>(schema: T) => z.union([schema, param]);

const text = z.string().min(1).max(10_000);
const count = () => or(z.int().min(0).max(1_000_000_000));
const dollars = () => moneyField().transform((nanos) => nanos / nanosPerDollar);
const expression = z.string().min(1).max(2000);
const quick = <T extends z.ZodType>(key: string, short: z.ZodType, long: T) =>
  z.union([short.transform((value) => ({ [key]: value })), long]);
const models = z.union([text.transform((model) => [model]), z.array(text).min(1).max(20)]);
const nothing = z.union([z.null().transform(() => ({})), z.strictObject({})]).describe('{}');

const throttle = z
  .strictObject({
    requests_per_minute: count().optional().describe('Requests that are let through in a minute.'),
    tokens_per_minute: count().optional().describe('Tokens that are let through in a minute.'),
    max_parallel: count().optional().describe('Requests or jobs at the same time.'),
    max_waiting: count().optional().describe('Messages that may wait; what comes beyond is refused.'),
    budget_usd: or(dollars()).optional().describe('What may be spent, as the control counts it.'),
    budget_period: or(text)
      .optional()
      .describe('After how long the control must count what was spent from nothing again, as it writes that: 1d, 30d; it is not changed.'),
  })
  .refine((limits) => Object.keys(limits).length > 0, 'says no limit: give requests_per_minute, or another');

const rollback = quick(
  'of',
  z.enum(['prompt', 'model', 'deploy']),
  z.strictObject({
    of: z.enum(['prompt', 'model', 'deploy']).describe('What goes back.'),
    to: or(z.union([z.int(), text]))
      .optional()
      .describe('The version or revision; default: the one before.'),
  }),
);

const request = {
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE', 'GET']).default('POST').describe('The method; default POST.'),
  path: pathField().describe(
    'Below the url of the connection, with a query if need be; a parameter takes one place and leads nowhere else.',
  ),
  body: z.json().optional().describe('Sent as JSON.'),
};

/** What the controls of the same kind take, but for what a runbook may not say: which credentials are sent, and how. */
const tellable = {
  wants: wantsField().optional(),
  idempotent: z.boolean().optional().describe('Doing it twice is the same as doing it once; default false.'),
  stops_in_flight: z.boolean().optional().describe('It ends work that has begun; default false.'),
  effect: durationField().optional().describe('How long it may take to show; default 0s.'),
};

const http = z.strictObject({
  connection: connectionField(),
  ...request,
  ok: okField().optional(),
  read: z
    .strictObject({ path: pathField().describe('Asked with GET.'), values: valuesField() })
    .optional()
    .describe('How it stands now: for the plan, to confirm, and to restore.'),
  ...tellable,
  undo: z.strictObject(request).optional().describe('The request that takes it back.'),
});

const argv = z.array(z.string().max(4000)).min(1).max(100);

const exec = z.strictObject({
  argv: argv.describe('The program and its arguments; no shell. A parameter fills one argument.'),
  cwd: z.string().min(1).optional().describe('The working directory, relative to the manifest; default: that of the manifest.'),
  read: z
    .strictObject({ argv: argv.describe('A program that prints how it stands as JSON, and changes nothing.'), values: valuesField() })
    .optional()
    .describe('How it stands now: for the plan, to confirm, and to restore.'),
  ...tellable,
  undo: argv.optional().describe('The program that takes it back.'),
});

/** What a step does, by the word that says it. */
export const kindSchemas = {
  throttle: throttle.describe('Lets fewer requests through.'),
  disable: nothing.describe('Refuses new work.'),
  enable: nothing.describe('Takes new work again.'),
  kill: nothing.describe('Closes the door, then cancels what is inside.'),
  rollback: rollback.describe('Back to an earlier prompt, model or deployment.'),
  route_model: quick('model', text, z.strictObject({ model: text.describe('The model that is asked instead.') })).describe(
    'Sends requests to another model.',
  ),
  failover: quick('to', models, z.strictObject({ to: models.describe('The models, the first that works.') })).describe(
    'Sends requests to other models, one after the other until one works.',
  ),
  scale: quick('replicas', count(), z.strictObject({ replicas: count().describe('So many workers.') })).describe(
    'Changes the number of workers.',
  ),
  queue: quick(
    'mode',
    text,
    z
      .object({ mode: text.describe('What its driver offers: pause, resume …') })
      .catchall(z.json())
      .describe('With what the driver takes beside it.'),
  ).describe('Holds the work that waits, or hands it out again.'),
  sampling: quick(
    'share',
    or(shareField()),
    z.strictObject({ share: or(shareField()).describe('The share of traffic that is graded.') }),
  ).describe('Changes the share of traffic that is graded.'),
  check: quick('check', text, z.strictObject({ check: text.describe('A check of the agent; * for all of them.') })).describe(
    'Asks the agent, and goes on when it passes.',
  ),
  eval: quick('suite', text, z.strictObject({ suite: text.describe('A suite, relative to the manifest.') })).describe(
    'Runs a suite, and goes on when its gate passes.',
  ),
  query: quick(
    'expression',
    expression,
    z.strictObject({
      expression: expression.describe('CEL over the figures of the agent.'),
      window: periodField().optional().describe('Over which figures are taken; default: defaults.window of the manifest.'),
    }),
  ).describe('Goes on when a statement about the agent is true.'),
  http: http.describe('Sends one request to a connection.'),
  exec: exec.describe('Runs one program.'),
  notify: z
    .strictObject({
      to: z
        .union([
          z
            .string()
            .min(1)
            .transform((name) => [name]),
          z.array(z.string().min(1)).min(1),
        ])
        .optional()
        .describe('Names under notify; default: all.'),
      message: text.describe('What people are told.'),
      severity: z.enum(['page', 'notify']).default('notify').describe('page wakes somebody.'),
    })
    .describe('Tells people.'),
  approve: quick('message', text, z.strictObject({ message: text.describe('What is asked.') })).describe('Waits until a person approves.'),
  wait: or(timeoutField())
    .transform((ms) => ({ ms }))
    .describe('Waits so long: 90s, 15m.'),
  manual: quick('instruction', text, z.strictObject({ instruction: text.describe('What a person does.') })).describe(
    'Waits until a person says that it is done.',
  ),
  use: z
    .strictObject({
      runbook: z.string().min(1).describe('The name of a runbook.'),
      with: z.record(z.string(), z.json()).default({}).describe('Its parameters.'),
    })
    .describe('The steps of another runbook.'),
} as const;

const waysToVerify = ['check', 'eval', 'expression'] as const;

const verify = z
  .strictObject({
    check: text.optional().describe('A check of the agent; * for all of them.'),
    eval: text.optional().describe('A suite, relative to the manifest.'),
    expression: expression.optional().describe('CEL over the figures of the agent.'),
    window: durationField().default(0).describe('How long it must hold, from when the effect is seen; default: at once.'),
    deadline: timeoutField().default(900_000).describe('After this time it is inconclusive; default 15m.'),
  })
  .superRefine((value, ctx) => {
    const given = waysToVerify.filter((key) => value[key] !== undefined);
    if (given.length === 0) ctx.addIssue({ code: 'custom', message: 'must say how: check, eval or expression', input: value });
    if (given.length > 1)
      ctx.addIssue({
        code: 'custom',
        path: [given[1] ?? ''],
        message: `cannot stand beside ${given[0]}: give one of the two`,
        input: value,
      });
  });

const approval = z.enum(['none', 'one', 'two']);

const shared = {
  id: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/i, 'must be a word of letters, digits and _')
    .max(60)
    .optional()
    .describe('Unique in the runbook; default: its kind.'),
  when: expression.optional().describe('CEL; the step is left out where it is false. What is not known is never false.'),
  target: text.optional().describe('The agent it acts on; default: the parameter of type agent.'),
  timeout: timeoutField().default(30_000).describe('How long one attempt may take; default 30s.'),
  retry: z.int().min(0).max(10).default(2).describe('Further attempts, where one more cannot do it twice; default 2.'),
  on_fail: z
    .enum(['undo', 'stop', 'continue'])
    .optional()
    .describe('undo takes back what was done so far, in reverse order; default undo, of class safety stop.'),
  ttl: or(periodField()).optional().describe('After this time it ends by itself; default: a person ends it.'),
  on_expiry: z
    .enum(['revert', 'page'])
    .optional()
    .describe('revert restores what was; page asks a person. Default revert, of class safety page.'),
  undo: z.enum(['restore', 'keep']).optional().describe('keep: it stays though a later step fails. Default restore, of class safety keep.'),
  verify: verify.optional().describe('How it is seen that it did what it is for.'),
  approval: approval.default('none').describe('How many people must have approved the plan; default none beyond the confirmation.'),
  irreversible: z.boolean().default(false).describe('Said out loud where it cannot be undone.'),
  mitigation: z.boolean().default(true).describe('false: what it sets is the new normal, which nobody has to end; default true.'),
};

const kinds = Object.keys(kindSchemas) as (keyof typeof kindSchemas)[];

/** A step: one word that says what it does, and fields that all steps share. */
export const stepSchema = z
  .strictObject({
    ...shared,
    ...(Object.fromEntries(Object.entries(kindSchemas).map(([kind, schema]) => [kind, schema.optional()])) as {
      [Kind in keyof typeof kindSchemas]: z.ZodOptional<(typeof kindSchemas)[Kind]>;
    }),
  })
  .superRefine((step, ctx) => {
    const given = kinds.filter((kind) => step[kind] !== undefined);
    if (given.length === 0)
      ctx.addIssue({ code: 'custom', message: `must say what it does, in one of these: ${kinds.join(' ')}`, input: step });
    if (given.length > 1)
      ctx.addIssue({
        code: 'custom',
        path: [given[1] ?? ''],
        message: `cannot stand beside ${given[0]}: a step does one thing`,
        input: step,
      });
    if (!step.mitigation && step.ttl !== undefined)
      ctx.addIssue({ code: 'custom', path: ['ttl'], message: 'means nothing beside mitigation: false, which nothing ends', input: step });
    if (given[0] !== 'use') return;
    for (const key of ['target', 'ttl', 'on_expiry', 'verify', 'undo'] as const)
      if (step[key] !== undefined)
        ctx.addIssue({ code: 'custom', path: [key], message: 'cannot stand beside use: the steps of that runbook say it', input: step });
  });

export type ParsedStep = z.output<typeof stepSchema>;
