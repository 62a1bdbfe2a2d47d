import { z } from 'zod';
import { documentHead, fleetlessHead, instant } from './document-head.ts';

const seq = z.int().min(1).describe('The place in the chain');
const hash = z.string().describe('SHA-256, hex');

const log = z.object({
  ...documentHead,
  records: z
    .array(
      z.object({
        seq: z.int().describe('The place in the chain, from 1'),
        at: instant.nullable().describe('Null where the record was altered and names no moment'),
        actor: z.string().describe('Who said to have done it: AGENTOPS_ACTOR, the job of a build service, or user@host'),
        kind: z.string().describe('mark, eval.accept'),
        subject: z.string().describe('The agent it was done to'),
        body: z.record(z.string(), z.unknown()).nullable().describe('Masked; null where the record was altered and holds none'),
        prev: z.string().describe('The hash of the record before'),
        hash: z.string(),
      }),
    )
    .describe('Newest first'),
});

const verify = z.object({
  ...fleetlessHead,
  file: z.string().nullable().describe('The export that was looked at; null: the journal'),
  whole: z.boolean(),
  records: z.int().min(0).describe('Before the break, or all of them'),
  head: z.object({ seq, hash, at: instant }).nullable().describe('The last record that fits; null: there is none'),
  broken: z
    .object({ seq, problem: z.enum(['altered', 'missing', 'moved', 'repeated', 'unlinked', 'unreadable']), message: z.string() })
    .nullable(),
  anchor: z
    .object({
      source: z.string().describe('The file or the tag'),
      seq,
      hash,
      at: instant.describe('When it was made'),
      holds: z.boolean().nullable().describe('Null: the chain breaks before its record'),
      problem: z.enum(['truncated', 'rewritten']).nullable(),
      signer: z.string().nullable(),
      signature: z.enum(['good', 'bad', 'not checked']),
      signature_problem: z.string().nullable(),
    })
    .nullable(),
});

const anchor = z.object({
  ...documentHead,
  seq,
  hash,
  at: instant,
  file: z.string().nullable(),
  git_tag: z.string().nullable(),
  anchor: z.string().describe('The line that is signed, and the armored SSH signature over it'),
});

/** The documents of the audit chain. */
export const auditSchemas = { 'audit log': log, 'audit verify': verify, 'audit anchor': anchor } as const;
