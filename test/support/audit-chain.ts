import fc from 'fast-check';
import { type AuditRecord, bodyOf, type Deed, emptyHead, type Head, nextRecord } from '../../src/ground/audit/chain.ts';
import type { JsonObject } from '../../src/ground/json.ts';
import { noon } from './facts.ts';

export const aDeed = (parts: Partial<Deed> = {}): Deed => ({
  at: noon,
  actor: 'maria@desk',
  kind: 'mark',
  subject: 'support',
  body: { release: '2.4.1' },
  ...parts,
});

/** The records of some deeds, behind a head. */
export const chained = (deeds: readonly Deed[], from: Head = emptyHead): readonly AuditRecord[] => {
  let head = from;
  return deeds.map((deed) => {
    const record = nextRecord(head, deed);
    head = record;
    return record;
  });
};

/** `length` ordinary deeds, each another. */
export const someDeeds = (length: number): readonly Deed[] =>
  Array.from({ length }, (_, n) => aDeed({ at: noon + n, body: { release: `1.${n}`, note: 'it’s “fine”\n☂' } }));

const text = fc.string({ unit: 'binary', maxLength: 12 });

/** Any deed that can be recorded: every text, every JSON object, every moment. */
export const anyDeed: fc.Arbitrary<Deed> = fc.record({
  at: fc.integer({ min: -8.64e15, max: 8.64e15 }),
  actor: text,
  kind: text,
  subject: text,
  body: fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }) as fc.Arbitrary<JsonObject>,
});

export const someChain = fc.array(anyDeed, { minLength: 1, maxLength: 8 }).map((deeds) => chained(deeds));

/** The deed of a record, to be recorded again. */
export const deedOf = ({ at, actor, kind, subject, body }: AuditRecord): Deed => ({ at, actor, kind, subject, body: bodyOf(body) ?? {} });
