import { z } from 'zod';
import { documentHead, instant } from './document-head.ts';

const count = z.int().nullable().describe('Null: that duty was not wanted, or did not come to its end');

const tick = z.object({
  ...documentHead,
  busy: z.boolean().describe('Another tick was at it: nothing was done'),
  took_ms: z.int(),
  ran: z.object({ checks: count, synced_spans: count, rules: count, notifications: count, mitigations_expired: count }),
  duties: z.array(z.object({ duty: z.string(), took_ms: z.int() })).describe('In the order they were done'),
  firing: z.array(
    z.object({
      rule: z.string(),
      agent: z.string(),
      label: z.string().describe('The stage or measure; empty where the rule has one only'),
      severity: z.enum(['page', 'notify']),
      category: z.enum(['cost', 'safety', 'quality', 'errors', 'latency', 'availability', 'queue']),
      since: instant,
      reason: z.string().describe('Untrusted and masked'),
    }),
  ),
  incidents: z
    .array(z.object({ incident: z.string(), agent: z.string().nullable(), title: z.string().describe('Untrusted and masked') }))
    .describe('Opened by this tick'),
  runs: z
    .array(
      z.object({
        rule: z.string(),
        agent: z.string().nullable(),
        runbook: z.string(),
        status: z
          .enum(['held', 'running', 'waiting', 'paused', 'done', 'failed', 'undone', 'aborted'])
          .describe('held: it did not begin, and why says what keeps it'),
        run_id: z.string().nullable(),
        why: z.string().nullable().describe('Untrusted and masked'),
        next: z.string().nullable().describe('What to type'),
      }),
    )
    .describe('Runbooks that alerts called for, or queues (their rule is empty), and that may start by themselves'),
  ended: z.array(
    z.object({
      mitigation: z.string(),
      agent: z.string(),
      result: z.enum(['reverted', 'overdue', 'held', 'conflict']),
      evidence: z.string().describe('Untrusted and masked'),
    }),
  ),
  problems: z.array(
    z.object({
      duty: z.string(),
      message: z.string(),
      hint: z.string().nullable(),
      failure: z.boolean().describe('Work that was to be done was not; otherwise only worth knowing'),
    }),
  ),
});

/** The documents of work that goes on by itself. */
export const tickSchemas = {
  tick,
  watch: tick.describe('One a line, one for each tick'),
  'schedule print': z.object({
    ...documentHead,
    format: z.enum(['crontab', 'systemd', 'kubernetes', 'github-actions']),
    text: z.string(),
    needs: z.array(z.string()).describe('Environment variables that the manifest names'),
  }),
} as const;
