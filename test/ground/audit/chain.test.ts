import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeAnchor } from '../../../src/ground/audit/anchor.ts';
import { type AuditRecord, firstBreak, nextRecord } from '../../../src/ground/audit/chain.ts';
import { exportLine, parseExport } from '../../../src/ground/audit/exported.ts';
import { verifyChain } from '../../../src/ground/audit/verify-chain.ts';
import { aDeed, chained, deedOf, someChain, someDeeds } from '../../support/audit-chain.ts';
import { noon } from '../../support/facts.ts';

/** A chain of two records or more, and a place in it that is not the last. */
const chainAndPlace = someChain
  .filter(({ length }) => length > 1)
  .chain((chain) => fc.tuple(fc.constant(chain), fc.nat({ max: chain.length - 2 })));

const replaced = (chain: readonly AuditRecord[], at: number, ...records: readonly AuditRecord[]): readonly AuditRecord[] => [
  ...chain.slice(0, at),
  ...records,
  ...chain.slice(at + 1),
];

test('the hash is over the canonical JSON that is documented, whatever the order in which it was told', () => {
  const [record] = chained([aDeed({ body: { note: 'a\tb', release: '2' } })]);
  const zeros = '0'.repeat(64);
  const text = `{"actor":"maria@desk","at":"2026-03-02T12:00:00.000Z","body":{"note":"a\\tb","release":"2"},"kind":"mark","prev":"${zeros}","seq":1,"subject":"support"}`;
  expect(record).toMatchObject({ seq: 1, prev: zeros, hash: createHash('sha256').update(text).digest('hex') });
  expect(chained([aDeed({ body: { release: '2', note: 'a\tb' } })])[0]).toEqual(record);
  expect(() => nextRecord({ seq: 0, hash: zeros }, aDeed({ at: 9e15 }))).toThrow(RangeError);
});

describe('a chain', () => {
  test('of any deeds is whole, as it is and out of its export', () => {
    fc.assert(
      fc.property(someChain, (chain) => {
        expect(firstBreak(chain)).toBeNull();
        expect(parseExport(chain.map(exportLine).join(''))).toEqual({ records: chain, broken: null });
      }),
    );
  });

  test('shows any bit that was turned over in a record, at its place', () => {
    fc.assert(
      fc.property(chainAndPlace, fc.nat(), fc.nat(), fc.nat({ max: 52 }), ([chain, place], field, unit, bit) => {
        const record = chain[place] as AuditRecord;
        const keys = Object.keys(record) as (keyof AuditRecord)[];
        const key = keys[field % keys.length] as keyof AuditRecord;
        const value = record[key];
        fc.pre(value !== '');
        const turned = typeof value === 'number' ? turnedNumber(value, bit) : turnedText(value, unit % value.length, bit % 16);
        expect(firstBreak(replaced(chain, place, { ...record, [key]: turned }))).toMatchObject({ seq: place + 1, problem: 'altered' });
      }),
      { numRuns: 500 },
    );
  });

  test('shows any bit that was turned over in its export', () => {
    fc.assert(
      fc.property(someChain, fc.nat(), fc.nat({ max: 7 }), (chain, byte, bit) => {
        const bytes = Buffer.from(chain.map(exportLine).join(''));
        const at = byte % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        const { records, broken } = parseExport(bytes.toString('utf8'));
        expect(broken ?? firstBreak(records)).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  test('shows what was dropped from it, swapped in it or put in twice, at its place', () => {
    fc.assert(
      fc.property(chainAndPlace, fc.nat(), ([chain, place], other) => {
        const record = chain[place] as AuditRecord;
        const behind = chain.slice(place + 1);
        expect(firstBreak(replaced(chain, place))).toMatchObject({ seq: place + 1, problem: 'missing' });
        expect(firstBreak([...chain.slice(0, place), ...behind.slice(0, 1), record, ...behind.slice(1)])).toMatchObject({
          seq: place + 1,
          problem: 'moved',
        });
        const later = place + 1 + (other % behind.length);
        const again = [...chain.slice(0, later + 1), record, ...chain.slice(later + 1)];
        expect(firstBreak(again)).toMatchObject({ seq: later + 2, problem: 'repeated' });
      }),
    );
  });

  test('shows a record that was written anew, with a hash that fits, at the next one', () => {
    const chain = chained(someDeeds(4));
    const forged = nextRecord(chain[0] as AuditRecord, aDeed({ actor: 'somebody else' }));
    expect(firstBreak(replaced(chain, 1, forged))).toEqual({
      seq: 3,
      problem: 'unlinked',
      message: 'record 3 does not follow the record that stands before it',
    });
  });

  test('lets a body be written in one way only', () => {
    const [record] = chained([aDeed({ body: { note: '\u001b[31m' } })]) as [AuditRecord];
    for (const body of [
      record.body.replace('\\u001b', '\\u001B'),
      ` ${record.body}`,
      '{"note":1,"note":"\\u001b[31m"}',
      '[]',
      'null',
      '{',
    ]) {
      expect(firstBreak([{ ...record, body }])).toMatchObject({ problem: 'altered' });
      const { records, broken } = parseExport(exportLine({ ...record, body }));
      expect(broken ?? firstBreak(records)).not.toBeNull();
    }
  });

  test('names the records that are gone', () => {
    const chain = chained(someDeeds(6));
    expect(firstBreak([...chain.slice(0, 2), ...chain.slice(4)])?.message).toBe('records 3 to 4 are missing before record 5');
    expect(firstBreak(chain.slice(1))?.message).toBe('record 1 is missing before record 2');
  });
});

describe('held against an anchor', () => {
  const held = async (chain: readonly AuditRecord[], anchored: AuditRecord) => {
    const { witness, records, broken } = await verifyChain([chain], anchored.seq);
    expect(broken).toBeNull();
    return judgeAnchor({ ...anchored, at: noon }, witness, records);
  };

  test('a chain that only grew holds it; one that was cut off, or written anew up to it, does not', async () => {
    await fc.assert(
      fc.asyncProperty(chainAndPlace, async ([chain, place]) => {
        const anchored = chain[place + 1] as AuditRecord;
        expect(await held(chain, anchored)).toMatchObject({ holds: true, problem: null });
        expect(await held(chain.slice(0, place + 1), anchored)).toMatchObject({ holds: false, problem: 'truncated' });
        const deeds = chain.map((record, at) =>
          at === place ? { ...deedOf(record), at: record.at === noon ? noon + 1 : noon } : deedOf(record),
        );
        expect(await held(chained(deeds), anchored)).toMatchObject({ holds: false, problem: 'rewritten' });
      }),
    );
  });

  test('a chain that is read in pieces is judged as one', async () => {
    await fc.assert(
      fc.asyncProperty(chainAndPlace, fc.nat(), async ([chain, place], cut) => {
        const pages = (all: readonly AuditRecord[]) => [all.slice(0, cut % all.length), all.slice(cut % all.length)];
        const anchored = chain[place] as AuditRecord;
        expect(await verifyChain(pages(chain), anchored.seq)).toEqual({
          records: chain.length,
          first: chain[0],
          last: chain.at(-1),
          broken: null,
          witness: anchored.hash,
        });
        const altered = replaced(chain, place, { ...anchored, actor: `${anchored.actor}!` });
        expect(await verifyChain(pages(altered), anchored.seq)).toMatchObject({
          records: place,
          last: chain[place - 1] ?? null,
          broken: { seq: place + 1, problem: 'altered' },
          witness: null,
        });
      }),
    );
  });
});

const turnedNumber = (value: number, bit: number): number => Number(BigInt(value) ^ (1n << BigInt(bit)));

const turnedText = (value: string, at: number, bit: number): string =>
  value.slice(0, at) + String.fromCharCode(value.charCodeAt(at) ^ (1 << bit)) + value.slice(at + 1);
