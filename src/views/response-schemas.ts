import { z } from 'zod';
import { documentHead, instant } from './document-head.ts';

const touched = z.record(z.string(), z.unknown()).describe('Only the fields that are touched');

const mitigation = z.object({
  mitigation: z.string().describe('RUN/STEP'),
  run_id: z.string(),
  step: z.string(),
  agent: z.string().nullable(),
  action: z.string(),
  target: z.string(),
  from: touched,
  to: touched,
  status: z.enum(['active', 'overdue', 'reverted']),
  applied_at: instant,
  expires_at: instant.nullable().describe('Null: a person ends it'),
  on_expiry: z.enum(['revert', 'page']),
  ended_at: instant.nullable(),
  evidence: z.string().describe('Untrusted and masked'),
});

const runStatus = z.enum(['running', 'waiting', 'paused', 'done', 'failed', 'undone', 'aborted']);
const runbookClass = z.enum(['loop', 'hallucination', 'cost', 'safety', 'latency', 'outage', 'other']);

const step = z.object({
  step: z.string(),
  kind: z.string(),
  agent: z.string().nullable(),
  action: z.string(),
  target: z.string().nullable().describe('What was at stake, as its control calls it'),
  status: z.enum(['pending', 'intent', 'done', 'verified', 'failed', 'undone', 'skipped', 'in_doubt']),
  started: instant.nullable(),
  ended: instant.nullable(),
  verdict: z.enum(['pass', 'fail', 'inconclusive']).nullable().describe('Null: nothing was verified'),
  evidence: z.string().nullable().describe('Untrusted and masked'),
});

const aboutRun = {
  run_id: z.string(),
  status: runStatus,
  why: z.string().nullable(),
  runbook: z.string(),
  class: runbookClass,
  agents: z.array(z.string()),
  plan_hash: z.string(),
  actor: z.string(),
  incident: z.string().nullable(),
  started_at: instant,
  ended_at: instant.nullable(),
  time_to_contain_s: z.number().nullable().describe('From the start until the last effect was seen'),
  time_to_quiet_s: z.number().nullable().describe('From the start until the traces were silent; null: not measured'),
};

const run = z.object({
  ...documentHead,
  ...aboutRun,
  steps: z.array(step),
  mitigations: z.array(mitigation).describe('What it put in force, ended or not'),
  resume_command: z.string().nullable().describe('Null: it has ended'),
});

const runs = z.object({
  ...documentHead,
  runs: z.array(z.object({ ...aboutRun, cause: z.enum(['person', 'alert', 'queue', 'drill']) })).describe('Newest first'),
});

const approve = z.object({
  ...documentHead,
  subject: z.string().describe('The hash of a plan, or the id of a run'),
  by: z.string(),
  signed: z.boolean(),
  approvers: z.array(z.string()).describe('Everybody who has approved it by now'),
});

const mitigations = z.object({ ...documentHead, mitigations: z.array(mitigation).describe('The first to end first') });

const ended = z.object({
  ...documentHead,
  ended: z.array(
    mitigation.extend({
      result: z
        .enum(['reverted', 'overdue', 'held', 'conflict'])
        .describe('held: a run is at work on its target, or a later one stands on it'),
    }),
  ),
});

const lock = z.object({ lock: z.string(), run_id: z.string(), expires_at: instant });

const whole = ['throttle', 'rollback', 'kill', 'disable', 'enable'] as const;
const ofRun = ['runbook run', 'runbook resume', 'runbook abort', 'runbook undo', 'budget push', ...whole] as const;

/** The documents of runs and of what they leave in force. */
export const responseSchemas = {
  ...(Object.fromEntries(ofRun.map((name) => [name, run])) as { [Name in (typeof ofRun)[number]]: typeof run }),
  'runbook runs': runs,
  'runbook approve': approve,
  'runbook expire': ended,
  'mitigations list': mitigations,
  'mitigations extend': mitigations,
  'mitigations revert': ended,
  'locks list': z.object({ ...documentHead, locks: z.array(lock) }),
  'locks break': z.object({ ...documentHead, broken: z.array(lock) }),
} as const;
