import { z } from 'zod';
import { documentHead, instant } from './document-head.ts';

const count = z.int().min(0);

const sync = z.object({
  ...documentHead,
  dry_run: z.boolean(),
  backends: z.array(
    z.object({
      backend: z.string(),
      kind: z.string(),
      from: instant,
      to: instant,
      pages: count,
      rows: count.describe('Spans and scores that were read'),
      added: count,
      changed: count,
      scores: count.describe('New or changed'),
      too_old: count.describe('Of requests older than what the cache keeps single spans of'),
      unpriced: z.array(z.string()).describe('Models without a price'),
      complete: z.boolean().describe('False: cut off; the next sync goes on there'),
    }),
  ),
  problems: z.array(z.object({ backend: z.string(), code: z.string(), message: z.string(), hint: z.string().nullable() })),
  releases: z.array(z.object({ agent: z.string(), release: z.string(), at: instant })).describe('Seen in spans for the first time'),
});

const mark = z.object({
  ...documentHead,
  marks: z.array(
    z.object({
      id: z.string(),
      agent: z.string(),
      release: z.string(),
      at: instant,
      note: z.string(),
      source: z.enum(['told', 'seen']).describe('seen: nobody told of it, its spans showed it'),
    }),
  ),
});

/** The keys there are depend on `action`. */
const db = z.object({
  ...documentHead,
  action: z.enum(['stats', 'prune', 'vacuum', 'check']),
  folder: z.string().optional(),
  files: z.array(z.object({ name: z.string(), bytes: count })).optional(),
  traces: count.optional().describe('prune: how many went'),
  requests: count.optional(),
  spans: count.optional(),
  scores: count.optional(),
  payloads: count.optional().describe('Spans whose prompts and answers are kept; prune: how many went'),
  rollups: count.optional().describe('Cells of statistics'),
  cells: count.optional().describe('prune: cells of statistics that went'),
  words: count.optional(),
  bytes_per_span: count.nullable().optional(),
  oldest: instant.nullable().optional(),
  newest: instant.nullable().optional(),
  horizon: instant.nullable().optional().describe('Single spans of requests before this are gone'),
  dirty_buckets: count.optional(),
  free_bytes: count.optional(),
  sources: z
    .array(z.object({ source: z.string(), read_to: instant.nullable(), synced: instant.nullable(), cut_off: z.boolean() }))
    .optional(),
  dry_run: z.boolean().optional(),
  bytes_before: count.optional(),
  bytes_after: count.optional(),
  findings: z
    .array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string(), fix: z.string().nullable().describe('What to type or do') }))
    .optional(),
});

const tables = z.array(z.object({ table: z.string(), rows: count }));

const stateShow = z.object({
  ...documentHead,
  keeper: z.enum(['file', 'postgres']),
  journal: z.string().describe('A path, or host, database and schema'),
  server: z.string().nullable().describe('The version of PostgreSQL; null: a file'),
  format: count.describe('The version of its tables'),
  bytes: count,
  folder: z.string().describe('Where cache and snapshot are'),
  tables,
  leases: z
    .array(z.object({ name: z.string(), owner: z.string(), fence: count.describe('Grows with each holder'), expires_at: instant }))
    .describe('Held now'),
});

const stateMigrate = z.object({
  ...documentHead,
  from: z.string(),
  to: z.string(),
  tables: tables.describe('That hold rows'),
  audit_records: count,
  audit_head: z.string().nullable().describe('The hash of the last record at both ends; null: nothing is recorded'),
});

/** Documents about what is kept, on this machine or for a team. */
export const storeSchemas = { sync, mark, db, 'state show': stateShow, 'state migrate': stateMigrate } as const;
