import { z } from 'zod';
import { documentHead } from './document-head.ts';

/** The public documents of what takes spans in. */

const ingest = z.object({
  ...documentHead,
  backend: z.string().describe('What the spans count as'),
  files: z.array(z.string()),
  complete: z.boolean().describe('False where it was stopped before everything was read'),
  took_ms: z.int(),
  spans: z.int().describe('added + changed + unchanged'),
  added: z.int(),
  changed: z.int().describe('Newer than what was known'),
  unchanged: z.int(),
  new_traces: z.int(),
  scores: z.int(),
  rejected: z.int().describe('Spans and log records left out of requests that were taken'),
  reasons: z.array(z.string()),
  unreadable_requests: z.int(),
  unreadable_reason: z.string().nullable().describe('Of the first one'),
  unpriced_models: z.array(z.string()).describe('Models that used tokens which nobody could price'),
});

const tally = z
  .object({
    requests: z.int(),
    answers: z.record(z.string(), z.int()).describe('Requests by the HTTP status they were answered with'),
    spans: z.int().describe('New, or newer than known'),
    scores: z.int(),
    rejected: z.int(),
    beats: z.int(),
    waiting: z.int().describe('Requests that wait to be stored'),
  })
  .describe('Since the start');

/** One line of what `serve --json` prints. */
const serve = z.discriminatedUnion('event', [
  z.object({
    ...documentHead,
    event: z.literal('listening'),
    url: z.string(),
    tokens: z.int().describe('How many are known; 0: nobody is asked for one'),
    is_private: z.boolean().describe('Whether it is reached from this machine alone'),
  }),
  z.object({
    ...documentHead,
    event: z.literal('refused'),
    path: z.string(),
    status: z.int(),
    agent: z.string().nullable().describe('Whose token it came with'),
    rejected: z.int().nullable().describe('How many spans or records were left out; null: the whole request'),
    reason: z.string(),
  }),
  z.object({ ...documentHead, event: z.literal('foreign'), reason: z.string().describe('Why it looked like a web page’s') }),
  z.object({ ...documentHead, event: z.literal('beat'), agent: z.string(), check: z.string(), status: z.enum(['ok', 'fail']) }),
  z.object({
    ...documentHead,
    event: z.literal('alert').describe('A request under way went over a cap of a rule'),
    rule: z.string(),
    agent: z.string(),
    reason: z.string().describe('Untrusted'),
  }),
  z.object({
    ...documentHead,
    event: z.literal('run').describe('A runbook that an alert called for and that may start by itself'),
    rule: z.string(),
    agent: z.string().nullable(),
    runbook: z.string(),
    status: z.enum(['held', 'running', 'waiting', 'paused', 'done', 'failed', 'undone', 'aborted']),
    run: z.string().nullable().describe('Null: it did not begin'),
    why: z.string().describe('Untrusted'),
    next: z.string().nullable().describe('What to type'),
  }),
  z.object({
    ...documentHead,
    event: z.literal('incident').describe('A request went over a cap of its agent’s budget'),
    incident: z.string(),
    agent: z.string().nullable(),
    title: z.string(),
    next: z.string().describe('The command to type'),
  }),
  z.object({
    ...documentHead,
    event: z.literal('told'),
    channel: z.string(),
    title: z.string(),
    result: z.enum(['sent', 'delayed', 'given up']),
    why: z.string().nullable(),
  }),
  z.object({
    ...documentHead,
    event: z.literal('scale').describe('A scaler outside is told another number of workers'),
    agent: z.string(),
    from: z.int().min(0),
    to: z.int().min(0),
    reason: z.string(),
  }),
  z.object({ ...documentHead, event: z.literal('trouble'), message: z.string(), hint: z.string().nullable() }),
  z.object({ ...documentHead, event: z.enum(['received', 'stopped']), tally }),
]);

export const intakeSchemas = { ingest, serve } as const;
