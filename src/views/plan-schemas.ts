import { z } from 'zod';
import { documentHead, instant } from './document-head.ts';

const runbookClass = z.enum(['loop', 'hallucination', 'cost', 'safety', 'latency', 'outage', 'other']);
const mode = z.enum(['suggest', 'approve', 'auto']);
const trigger = z.object({ alert: z.string().describe('An alert rule; * stands for any text'), mode });
const fields = z.record(z.string(), z.unknown());

const list = z.object({
  ...documentHead,
  runbooks: z
    .array(
      z.object({
        runbook: z.string(),
        origin: z.enum(['manifest', 'shipped']),
        file: z.string(),
        class: runbookClass.nullable().describe('Null, as what follows, where it cannot be read'),
        version: z.int().nullable(),
        description: z.string().nullable(),
        params: z.array(z.string()).nullable(),
        triggers: z.array(trigger).nullable(),
        problems: z.int().describe('Why it cannot be read: agentops runbook lint tells'),
      }),
    )
    .describe('By name'),
});

const show = z.object({
  ...documentHead,
  runbook: z.string(),
  version: z.int(),
  class: runbookClass,
  owner: z.string().nullable(),
  description: z.string(),
  file: z.string(),
  hash: z.string().describe('SHA-256 of its text and of the runbooks that it uses'),
  params: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['agent', 'text', 'number', 'duration', 'money', 'share', 'choice', 'flag']),
      description: z.string(),
      default: z.unknown().describe('As a person types it; null: there is none, and it must be given unless it is optional'),
      unless: z.array(z.string()).describe('Parameters beside which the default is not taken'),
      optional: z.boolean().describe('A run goes on without it'),
      choices: z.array(z.string()),
    }),
  ),
  triggers: z.array(trigger),
  steps: z
    .array(
      z.object({
        step: z.string(),
        kind: z.string(),
        args: fields,
        target: z.string().nullable(),
        when: z.string().nullable(),
        ttl_s: z.number().nullable(),
        on_fail: z.enum(['undo', 'stop', 'continue']),
        on_expiry: z.enum(['revert', 'page']),
        undo: z.enum(['restore', 'keep']),
        approval: z.enum(['none', 'one', 'two']),
      }),
    )
    .describe('Those of finally last'),
});

const finding = z.object({
  rule: z.string().describe('throttle-without-ttl'),
  severity: z.enum(['error', 'warning']),
  file: z.string(),
  line: z.int(),
  column: z.int(),
  message: z.string(),
  hint: z.string().nullable(),
});

const lint = z.object({
  ...documentHead,
  errors: z.int(),
  warnings: z.int(),
  runbooks: z.array(
    z.object({ runbook: z.string(), origin: z.enum(['manifest', 'shipped']), file: z.string(), findings: z.array(finding) }),
  ),
});

const step = z.object({
  step: z.string().describe('Its id; of a further control of the same step with .2, .3 …'),
  kind: z.string(),
  action: z.string(),
  agent: z.string().nullable(),
  control: z.string().nullable().describe('The kind of what enforces it; null: it acts on nothing'),
  target: z.string().nullable().describe('Untrusted'),
  from: fields.nullable().describe('The fields it touches, as they are'),
  to: fields.nullable(),
  doing: z.string().nullable().describe('What a step without a control does'),
  settled: z.boolean().describe('It is as wanted already'),
  skipped: z.string().nullable().describe('Why it will not be done'),
  blocked: z
    .object({
      kind: z.enum(['unbound', 'unreadable', 'impossible', 'undecided']),
      why: z.string(),
      hint: z.string().nullable(),
    })
    .nullable(),
  condition: z.string().nullable().describe('CEL, decided when its turn comes'),
  reversible: z.boolean().nullable(),
  lasting: z.string().nullable().describe('Why it cannot be undone'),
  stops_in_flight: z.boolean().nullable(),
  keeps_running: z.string().nullable().describe('Untrusted'),
  shared_with: z.array(z.string()).describe('Who else would feel it. Untrusted'),
  effect_latency_s: z.number().nullable(),
  approval: z.enum(['none', 'one', 'two']),
  ttl_s: z.number().nullable(),
  on_expiry: z.enum(['revert', 'page']).nullable(),
  on_fail: z.enum(['undo', 'stop', 'continue']),
  undo: z.enum(['restore', 'keep']),
});

const plan = z.object({
  ...documentHead,
  plan_hash: z.string().describe('SHA-256 of the runbook, the parameters and the touched fields: what an approval approves'),
  runbook: z.string(),
  class: runbookClass,
  params: fields.describe('As a person types them'),
  source: z.enum(['live', 'twins']),
  drawn_at: instant,
  agents: z.array(z.string()),
  steps: z.array(step),
  finally: z.array(step),
  needs: z.object({
    approvals: z.int().min(0).max(2),
    typed_name: z.string().nullable().describe('What a person types to confirm'),
    locks: z.array(z.string()),
    tick: z.boolean().describe('Something is to end by itself, for which agentops runbook expire must run now and then'),
  }),
  runnable: z.boolean(),
  stale: z.array(z.string()).nullable().describe('What moved since the plan it was held against; null: against none'),
  confirm_command: z.string().nullable().describe('Null where it cannot be run'),
});

/** The documents of runbooks before they are run. */
export const planSchemas = { 'runbook list': list, 'runbook show': show, 'runbook lint': lint, 'runbook plan': plan } as const;
