import { type AuditRecord, type Break, emptyHead, firstBreak, type Head } from './chain.ts';

/** What a chain looks like from its beginning to its end, or to its first break. */
export interface ChainReport {
  /** Records before the break, or all of them. */
  readonly records: number;
  readonly first: AuditRecord | null;
  /** The last record that fits. */
  readonly last: AuditRecord | null;
  readonly broken: Break | null;
  /** The hash at the place that was asked for; null where the chain ends, or breaks, before. */
  readonly witness: string | null;
}

/** Goes through a chain from its first record. @param place the place whose hash is wanted as well */
export const verifyChain = async (
  pages: AsyncIterable<readonly AuditRecord[]> | Iterable<readonly AuditRecord[]>,
  place: number | null,
): Promise<ChainReport> => {
  let first: AuditRecord | null = null;
  let last: AuditRecord | null = null;
  let witness: string | null = null;
  for await (const page of pages) {
    const head: Head = last ?? emptyHead;
    const broken = firstBreak(page, head);
    const sound = broken === null ? page : page.slice(0, broken.seq - 1 - head.seq);
    first ??= sound[0] ?? null;
    witness ??= sound.find(({ seq }) => seq === place)?.hash ?? null;
    last = sound.at(-1) ?? last;
    if (broken !== null) return { records: last?.seq ?? 0, first, last, broken, witness };
  }
  return { records: last?.seq ?? 0, first, last, broken: null, witness };
};
