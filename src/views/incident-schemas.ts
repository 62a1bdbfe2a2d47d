import { z } from 'zod';
import { actKinds } from '../response/runbooks/acts.ts';
import { documentHead, instant } from './document-head.ts';
import { freezeShape } from './freeze-shape.ts';

const moment = instant.nullable();
const json = z.unknown();

/** An incident as every document has it. */
export const incident = z.object({
  id: z.string().describe('inc-7'),
  title: z.string().describe('Untrusted'),
  agent: z.string().nullable().describe('Null: the fleet as a whole'),
  class: z.enum(['loop', 'hallucination', 'cost', 'safety', 'latency', 'outage', 'other']),
  severity: z.enum(['page', 'notify']),
  status: z.enum(['open', 'acked', 'resolved']),
  started_at: instant.describe('When the trouble began, as far as it is known'),
  opened_at: instant,
  acked_at: moment,
  resolved_at: moment,
  cause: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('person') }),
    z.object({
      kind: z.literal('alert'),
      rule: z.string(),
      label: z.string().describe('Which stage or measure of the rule; empty where it has one only'),
      fired_at: instant.describe('Which firing'),
      reason: z.string().describe('Untrusted'),
      trace: z.string().nullable().describe('The request that shows it best; null: none is known'),
    }),
    z.object({
      kind: z.literal('cap'),
      cap: z.enum(['steps_per_request', 'tokens_per_request', 'per_request']),
      value: z.number().describe('Steps or tokens; per_request: nano-dollars'),
      limit: z.number(),
      trace: z.string().describe('The request that went over it'),
    }),
  ]),
});

const next = z.array(z.object({ command: z.string(), why: z.string() })).describe('The most useful one first, three at most');

const milestones = z.object({
  started_at: instant,
  detected_at: moment,
  acked_at: moment,
  contained_at: moment.describe('When the last effect of the last run that acted was seen'),
  quiet_at: moment.describe('When the traces were silent'),
  verified_at: moment,
  reverted_at: moment.describe('Null while a mitigation is in force'),
  resolved_at: moment,
});

const seconds = z.number().nullable();

const show = z.object({
  ...documentHead,
  incident,
  next,
  milestones,
  time_to_contain_s: seconds.describe('From the start'),
  time_to_quiet_s: seconds.describe('From the start'),
  cost: z
    .object({ burnt_usd: z.number(), requests: z.int(), unpriced_spans: z.int() })
    .nullable()
    .describe(
      'Of its agent, from the start until it was contained, else resolved, else now; null: no single agent, or no trace was ever read',
    ),
  approvals: z.array(z.object({ at: instant, by: z.array(z.string()), runbook: z.string().nullable(), plan_hash: z.string().nullable() })),
  changes: z.array(
    z.object({
      at: instant,
      agent: z.string(),
      step: z.string(),
      action: z.string().nullable(),
      target: z.string().nullable(),
      from: json,
      to: json,
      status: z.string(),
    }),
  ),
  mitigations: z.array(
    z.object({
      id: z.string(),
      agent: z.string(),
      action: z.string().nullable(),
      target: z.string().nullable(),
      since: instant,
      expires_at: moment.describe('Null: until a person takes it back'),
    }),
  ),
  freezes: z.array(freezeShape),
});

const timeline = z.object({
  ...documentHead,
  incident,
  milestones,
  acts: z
    .array(
      z.object({
        seq: z.int().describe('The place in the audit chain'),
        at: instant,
        actor: z.string(),
        kind: z.enum(actKinds),
        subject: z.string(),
        said: z.string().describe('One sentence; untrusted'),
        run: z.string().nullable(),
        step: z.string().nullable(),
        status: z.string().nullable(),
        from: json,
        to: json,
      }),
    )
    .describe('Oldest first'),
});

const answer = z.object({ ...documentHead, incident, done: z.string(), next });

const exported = z.object({
  ...documentHead,
  incident: z.string(),
  suite: z.string(),
  is_new: z.boolean().describe('Whether the file was made'),
  trace_id: z.string(),
  agent: z.string(),
  case: z.object({ id: z.string(), severity: z.enum(['critical', 'normal']), input: z.string(), expect: z.array(json) }),
});

const demo = show.extend({
  scenes: z.array(
    z.object({
      title: z.string(),
      said: z.string(),
      command: z.string().nullable().describe('What a person would type; null: nobody types anything'),
      lines: z.array(z.string()).describe('What that prints, or the part of it that matters'),
      at_s: z.number().describe('Since the demo began'),
    }),
  ),
  run_id: z.string(),
  run_status: z.string(),
  time_to_detect_s: z.number(),
  state: z.string().describe('Of the agent in the end, by its checks'),
  postmortem: z.string().describe('Markdown'),
});

/** The documents of incidents and freezes. */
export const incidentSchemas = {
  'incident open': answer,
  'incident list': z.object({ ...documentHead, incidents: z.array(incident).describe('Newest first') }),
  'incident show': show,
  'incident ack': answer,
  'incident note': answer,
  'incident resolve': answer,
  'incident timeline': timeline,
  'incident postmortem': z.object({ ...documentHead, incident, markdown: z.string() }),
  'incident export-case': exported,
  'demo incident': demo,
  freeze: z.object({ ...documentHead, begun: z.array(freezeShape), active: z.array(freezeShape) }),
  unfreeze: z.object({ ...documentHead, ended: z.array(freezeShape), active: z.array(freezeShape) }),
} as const;
