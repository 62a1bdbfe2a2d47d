import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditWrite, findRecords, readChain, readHead } from '../../src/ground/audit/audit.journal.ts';
import { type AuditRecord, emptyHead, nextRecord } from '../../src/ground/audit/chain.ts';
import { Conflict } from '../../src/ground/store/conflict.ts';
import type { Journal, Write } from '../../src/ground/store/port.ts';
import type { CheckResult, CheckStatus, PastResult } from '../../src/quality/health/result.ts';
import {
  lastBeat,
  lastFailure,
  lastFingerprint,
  lastSlotAt,
  latestResults,
  resultById,
  resultsSince,
  saveBeat,
  saveResults,
  spentSince,
  streakOf,
  uptimeSince,
} from '../../src/quality/health/results.journal.ts';
import { noteProbes } from '../../src/telemetry/traces/probes.journal.ts';
import { aDeed, chained, someDeeds } from '../support/audit-chain.ts';
import { aResult, aSlot, day, minute, noon } from '../support/facts.ts';

/** What every journal driver promises, and every query asks of it. `open` answers an empty journal that is gone after the test. */
export const describeJournal = (driver: string, open: () => Promise<Journal>): void => {
  describe(`a journal in ${driver}`, () => {
    portTests(open);
    probeTests(open);
    resultTests(open);
    foldTests(open);
    beatTests(open);
    auditTests(open);
  });
};

const probe = (traceId: string) => ({ traceId, agent: 'support', check: 'ping', at: noon });
const probeIds = async (journal: Journal) =>
  (await journal.all<{ trace_id: string }>('SELECT trace_id FROM probe ORDER BY trace_id')).map(({ trace_id }) => trace_id);

const portTests = (open: () => Promise<Journal>) => {
  const take = (from: string, to: string): Write => ({ sql: 'UPDATE probe SET agent = ? WHERE agent = ?', params: [to, from], rows: 1 });

  test('a write that changed other rows than it had to is a conflict, and the whole commit is undone', async () => {
    const journal = await open();
    await noteProbes(journal, [probe('a')]);
    await journal.commit([take('support', 'mine')]);
    const late: Write = { sql: 'DELETE FROM probe', params: [] };
    await expect(journal.commit([late, take('support', 'also mine')])).rejects.toBeInstanceOf(Conflict);
    expect(await probeIds(journal)).toEqual(['a']);
  });

  test('of many that want the same row at once exactly one gets it', async () => {
    const journal = await open();
    await noteProbes(journal, [probe('a')]);
    const tries = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => journal.commit([take('support', `taker-${n}`)])));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('a broken statement is said in a sentence', async () => {
    const journal = await open();
    await expect(journal.all('SELECT nothing FROM nowhere')).rejects.toMatchObject({ kind: 'unable' });
  });

  test('an empty commit is no work', async () => expect((await open()).commit([])).resolves.toBeUndefined());
};

const probeTests = (open: () => Promise<Journal>) => {
  test('probes are noted all or none', async () => {
    const journal = await open();
    await noteProbes(journal, [probe('a'), probe('b')]);
    await expect(noteProbes(journal, [probe('c'), probe('a')])).rejects.toMatchObject({ kind: 'unable' });
    expect(await probeIds(journal)).toEqual(['a', 'b']);
  });
};

const past = ({ id, agent, check, slotAt, endedAt, status, outcome, costNanos, inMaintenance }: CheckResult): PastResult => ({
  id,
  agent,
  check,
  slotAt,
  endedAt,
  status,
  outcome,
  costNanos,
  inMaintenance,
});

const resultTests = (open: () => Promise<Journal>) => {
  const latest = (journal: Journal, series: 'all' | 'slots' = 'all', until = noon, limit = 100) =>
    latestResults(journal, { agent: 'support', check: 'ping', series, until, limit });

  test('a result is read as it was stored, every field of it', async () => {
    const journal = await open();
    const full = aSlot({
      status: 'fail',
      outcome: 'agent_error',
      cause: 'http 503',
      reason: "it's “down”\n☂",
      attempts: 3,
      latencyMs: 12.5,
      ttftMs: 3.1,
      costNanos: 4_000_000_000_000,
      costSource: 'list',
      traceId: 'f'.repeat(32),
      assertions: [{ assertion: 'contains', pass: null, score: 0.5, saw: '\u202e', message: 'm' }],
      safety: true,
      inMaintenance: true,
      fingerprint: { model: 'abc' },
      drift: ['model'],
    });
    await saveResults(journal, [full]);
    expect(await resultById(journal, full.id)).toEqual(full);
    expect(await resultById(journal, 'another')).toBeNull();
    expect(await latest(journal)).toEqual([past(full)]);
  });

  test('storing a result again changes nothing', async () => {
    const journal = await open();
    const [result, slot] = [aResult(), aSlot()];
    await saveResults(journal, [result, slot]);
    await saveResults(journal, [{ ...result, status: 'fail' }, slot]);
    expect((await latest(journal)).map(({ status }) => status)).toEqual(['pass', 'pass']);
  });

  test('a slot holds one result; one that came second is kept beside it', async () => {
    const journal = await open();
    const [first, second] = [aSlot({ slotAt: noon, costNanos: 5 }), aSlot({ slotAt: noon, status: 'fail', costNanos: 7 })];
    await saveResults(journal, [first]);
    await saveResults(journal, [second]);
    expect(await latest(journal, 'slots')).toEqual([past(first)]);
    expect(await latest(journal)).toEqual([past({ ...second, slotAt: null }), past(first)]);
    expect(await spentSince(journal, 'support', 0)).toBe(12);
  });

  test('the latest come first, up to a moment, and of one check alone', async () => {
    const journal = await open();
    const [old, young, later, other] = [
      aResult({ endedAt: noon - 2 }),
      aSlot({ endedAt: noon }),
      aResult({ endedAt: noon + 1 }),
      aResult({ check: 'other' }),
    ];
    await saveResults(journal, [young, later, old, other]);
    expect(await latest(journal)).toEqual([past(young), past(old)]);
    expect(await latest(journal, 'all', noon, 1)).toEqual([past(young)]);
    expect(await latest(journal, 'slots')).toEqual([past(young)]);
    expect(await resultsSince(journal, 'support', noon - 1)).toEqual([young, other, later]);
  });

  test('a slot that a clock set ahead has filled does not count before its time', async () => {
    const journal = await open();
    expect(await lastSlotAt(journal, 'support', 'ping', noon)).toBeNull();
    await saveResults(journal, [aSlot({ slotAt: noon - 5 }), aSlot({ slotAt: noon + 1000 * minute }), aResult()]);
    expect(await lastSlotAt(journal, 'support', 'ping', noon)).toBe(noon - 5);
    expect(await lastSlotAt(journal, 'support', 'other', noon)).toBeNull();
  });

  test('the last failure is of its check and its time, scheduled or not', async () => {
    const journal = await open();
    await saveResults(journal, [
      aSlot({ status: 'fail', reason: 'old', endedAt: noon - 5 }),
      aResult({ status: 'fail', reason: 'new', endedAt: noon - 3 }),
      aResult({ status: 'error', endedAt: noon - 2 }),
      aResult({ status: 'fail', reason: 'without an answer', outcome: 'unreachable', endedAt: noon - 1 }),
      aResult({ status: 'fail', check: 'other', endedAt: noon - 1 }),
      aResult({ status: 'fail', reason: 'of a clock that was ahead', endedAt: noon + 1 }),
    ]);
    const failure = (since: number) => lastFailure(journal, 'support', 'ping', since, noon);
    expect(await failure(noon - 10)).toEqual({ at: noon - 3, reason: 'new', answered: true });
    expect(await failure(noon - 3)).toEqual({ at: noon - 3, reason: 'new', answered: true });
    expect(await failure(noon - 2)).toEqual({ at: noon - 1, reason: 'without an answer', answered: false });
    expect(await failure(noon)).toBeNull();
  });

  test('the last fingerprint is the last that was told', async () => {
    const journal = await open();
    expect(await lastFingerprint(journal, 'support', 'ping', noon)).toBeNull();
    await saveResults(journal, [
      aResult({ fingerprint: { model: 'old' }, endedAt: noon - 2 }),
      aResult({ fingerprint: { model: 'new' }, endedAt: noon - 1 }),
      aResult(),
      aResult({ fingerprint: { model: 'of a clock that was ahead' }, endedAt: noon + 1 }),
    ]);
    expect(await lastFingerprint(journal, 'support', 'ping', noon)).toEqual({ model: 'new' });
  });
};

const history: fc.Arbitrary<readonly CheckResult[]> = fc
  .array(
    fc.record({
      status: fc.constantFrom<CheckStatus>('pass', 'pass', 'degraded', 'fail', 'error', 'skipped'),
      // Few moments, so that several results end in the same millisecond.
      endedAt: fc.integer({ min: noon - 12, max: noon }),
      scheduled: fc.boolean(),
      check: fc.constantFrom('ping', 'ping', 'other'),
      inMaintenance: fc.boolean(),
      costNanos: fc.option(fc.nat({ max: 1000 })),
    }),
    { maxLength: 25 },
  )
  .map((all) => all.map(({ scheduled, ...parts }, index) => aResult({ ...parts, slotAt: scheduled ? noon - index * minute : null })));

/** The same questions asked of a plain list. */
const naive = {
  streak(results: readonly CheckResult[], last: CheckResult, slots: boolean) {
    const row = results
      .filter((each) => each.check === last.check && (!slots || each.slotAt !== null))
      .toSorted((a, b) => a.endedAt - b.endedAt || (a.id < b.id ? -1 : 1));
    let length = 0;
    let since: number | null = null;
    for (const each of row.slice(0, row.findIndex(({ id }) => id === last.id) + 1).toReversed()) {
      if (each.status === last.status) {
        length += 1;
        since = each.endedAt;
      } else if (each.status !== 'skipped') break;
    }
    return { length, since };
  },
  uptime(results: readonly CheckResult[], check: string | null, since: number) {
    const judged = results.filter(
      (each) =>
        (check === null || each.check === check) &&
        each.endedAt >= since &&
        !each.inMaintenance &&
        ['pass', 'degraded', 'fail'].includes(each.status),
    );
    return judged.length === 0 ? null : judged.filter(({ status }) => status !== 'fail').length / judged.length;
  },
  spent: (results: readonly CheckResult[], since: number) =>
    results.filter(({ endedAt }) => endedAt >= since).reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0),
};

const foldTests = (open: () => Promise<Journal>) =>
  test('streak, uptime and money are what counting a plain list gives', async () => {
    const journal = await open();
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: noon - 13, max: noon + 1 }), async (results, since) => {
        await journal.commit([{ sql: 'DELETE FROM check_result', params: [] }]);
        await saveResults(journal, results);
        for (const last of results) {
          expect(await streakOf(journal, last, 'all')).toEqual(naive.streak(results, last, false));
          if (last.slotAt !== null) expect(await streakOf(journal, last, 'slots')).toEqual(naive.streak(results, last, true));
        }
        for (const check of [null, 'ping', 'other']) {
          expect(await uptimeSince(journal, 'support', check, since)).toBe(naive.uptime(results, check, since));
        }
        expect(await spentSince(journal, 'support', since)).toBe(naive.spent(results, since));
      }),
      { numRuns: 60 },
    );
  });

const beatTests = (open: () => Promise<Journal>) =>
  test('the last beat is the last in time, of its agent and check', async () => {
    const journal = await open();
    expect(await lastBeat(journal, 'support', 'nightly', noon)).toBeNull();
    const late = { at: noon, status: 'fail', note: 'no space left' } as const;
    await saveBeat(journal, 'support', 'nightly', 'b1', late);
    await saveBeat(journal, 'support', 'nightly', 'b2', { at: noon - 1, status: 'ok', note: '' });
    await saveBeat(journal, 'support', 'hourly', 'b3', { at: noon + 1, status: 'ok', note: '' });
    await saveBeat(journal, 'support', 'nightly', 'b4', { at: noon + 400 * day, status: 'ok', note: 'of a clock that was ahead' });
    expect(await lastBeat(journal, 'support', 'nightly', noon)).toEqual(late);
  });

const auditTests = (open: () => Promise<Journal>) => {
  const whole = async (journal: Journal): Promise<readonly AuditRecord[]> => {
    const pages: AuditRecord[][] = [];
    for await (const page of readChain(journal)) pages.push([...page]);
    return pages.flat();
  };

  test('the audit chain is read as it was written, however long it is', async () => {
    const journal = await open();
    expect(await readHead(journal)).toEqual(emptyHead);
    expect(await whole(journal)).toEqual([]);
    const chain = chained(someDeeds(2500));
    await journal.commit(chain.map(auditWrite));
    expect(await whole(journal)).toEqual(chain);
    expect(await readHead(journal)).toEqual({ seq: 2500, hash: chain.at(-1)?.hash });
  });

  test('a record whose place was taken is a conflict, and nothing beside it is written', async () => {
    const journal = await open();
    const [mine, theirs] = ['maria', 'joe'].map((actor) => nextRecord(emptyHead, aDeed({ actor }))) as [AuditRecord, AuditRecord];
    await journal.commit([auditWrite(theirs)]);
    const beat: Write = { sql: "INSERT INTO beat (id, agent, check_id, at, status, note) VALUES ('x', 'a', 'c', 1, 'ok', '')", params: [] };
    await expect(journal.commit([beat, auditWrite(mine)])).rejects.toBeInstanceOf(Conflict);
    expect(await journal.all('SELECT id FROM beat')).toEqual([]);
    expect(await whole(journal)).toEqual([theirs]);
  });

  test('records are found by when, what, whom and who, newest first', async () => {
    const journal = await open();
    const deeds = [{}, { actor: 'joe' }, { kind: 'eval.accept' }, { subject: 'refunds' }, { at: noon + day }];
    const chain = chained(deeds.map(aDeed));
    await journal.commit(chain.map(auditWrite));
    const found = async (parts: object) =>
      (await findRecords(journal, { since: null, kind: null, subject: null, actor: null, limit: 9, ...parts })).map(({ seq }) => seq);
    expect(await found({})).toEqual([5, 4, 3, 2, 1]);
    expect(await found({ limit: 2 })).toEqual([5, 4]);
    expect(await found({ actor: 'joe' })).toEqual([2]);
    expect(await found({ kind: 'eval.accept' })).toEqual([3]);
    expect(await found({ subject: 'refunds' })).toEqual([4]);
    expect(await found({ since: noon + 1 })).toEqual([5]);
    expect(await found({ since: noon + 1, actor: 'joe' })).toEqual([]);
  });
};
