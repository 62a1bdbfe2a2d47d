import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrateState, openMigration } from '../../src/cli/migrate-state.ts';
import type { StatePlace } from '../../src/cli/state-places.ts';
import { auditWrite, readChain } from '../../src/ground/audit/audit.journal.ts';
import { verifyChain } from '../../src/ground/audit/verify-chain.ts';
import { copyBegun } from '../../src/ground/store/copy-journal.ts';
import { journalTables, keyOf, plainTable } from '../../src/ground/store/journal-tables.ts';
import { takeLease } from '../../src/ground/store/lease.ts';
import type { Journal, Param, Write } from '../../src/ground/store/port.ts';
import { openPostgresJournal } from '../../src/ground/store/postgres.ts';
import { readPostgresUrl } from '../../src/ground/store/postgres-address.ts';
import { openSqliteJournal } from '../../src/ground/store/sqlite.ts';
import { postgresPrograms } from '../peers/start-postgres.ts';
import { chained, someDeeds } from '../support/audit-chain.ts';
import { noon } from '../support/facts.ts';
import { fakeContext } from '../support/fake-context.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { postgresUrl, sharedPostgres } from '../support/postgres-journals.ts';
import { temporaryFolder } from '../support/temporary.ts';

const inFile = (path = join(temporaryFolder(), 'journal.db')): StatePlace => ({
  keeper: 'file',
  shown: path,
  exists: true,
  open: () => openSqliteJournal(path, () => noon),
});

const inPostgres = (url: string): StatePlace => ({
  keeper: 'postgres',
  shown: new URL(url).search,
  exists: true,
  open: () => openPostgresJournal(readPostgresUrl(url)),
});

/** What a column of a type may hold, SQLite's word for it. */
const sampleOf = (type: string, n: number): Param => (type === 'TEXT' ? `text ${n}\u0000☂` : type === 'REAL' ? n + 0.25 : 2 ** 52 + n);

/** Some rows in every table, and a chain. */
const filled = async (place: StatePlace, rows: number): Promise<void> => {
  const journal = await place.open();
  const writes: Write[] = chained(someDeeds(rows)).map(auditWrite);
  for (const table of journalTables.filter((each) => each !== 'audit' && each !== 'lease')) {
    const columns = await journal.all<{ name: string; type: string }>(`SELECT name, type FROM pragma_table_info('${plainTable(table)}')`);
    for (let n = 0; n < rows; n += 1)
      writes.push({
        sql: `INSERT INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`,
        params: columns.map(({ type }) => sampleOf(type, n)),
      });
  }
  await journal.commit(writes);
  await journal.close();
};

const contentOf = async (place: StatePlace): Promise<Readonly<Record<string, readonly unknown[]>>> => {
  const journal = await place.open();
  const tables: Record<string, readonly unknown[]> = {};
  for (const table of journalTables) tables[table] = await journal.all(`SELECT * FROM ${table} ORDER BY ${keyOf(table).join(', ')}`);
  await journal.close();
  return tables;
};

const migrate = async (from: StatePlace, to: StatePlace, on: (rows: number) => void | Promise<void> = () => undefined) => {
  const migration = await openMigration(from, to);
  try {
    return await migrateState(fakeContext({ env: { AGENTOPS_ACTOR: 'maria' } }), migration, (rows) => void on(rows));
  } finally {
    await migration.close();
  }
};

describeWithPeer('a journal that moves', { programs: [`${postgresPrograms() ?? '/usr/lib/postgresql'}/postgres`] }, () => {
  const { server } = sharedPostgres();
  const somewhere = async () => inPostgres(postgresUrl(await server()));

  test('from a file to a server and back is what it was, row by row, with a record of each move', async () => {
    const [first, shared, last] = [inFile(), await somewhere(), inFile()];
    await filled(first, 600);
    await migrate(first, shared);
    await migrate(shared, last);
    const [before, after] = [await contentOf(first), await contentOf(last)];
    expect({ ...after, audit: after['audit']?.slice(0, 600) }).toEqual(before);
    expect(after['audit']?.slice(600)).toMatchObject([
      { kind: 'state.migrate', actor: 'maria' },
      { kind: 'state.migrate', actor: 'maria' },
    ]);
    const journal = await last.open();
    expect((await verifyChain(readChain(journal), null)).broken).toBeNull();
    await journal.close();
  });

  test('and is cut off after any of its commits is begun anew by the next, and ends as if it had not been', async () => {
    const from = inFile();
    await filled(from, 3);
    class Cut extends Error {}
    const cutAfter = (place: StatePlace, commits: number): StatePlace => ({
      ...place,
      open: async (): Promise<Journal> => {
        const journal = await place.open();
        let left = commits;
        return {
          ...journal,
          commit: async (...given) => {
            if (left === 0) throw new Cut();
            left -= 1;
            return journal.commit(...given);
          },
        };
      },
    });
    const to = await somewhere();
    let cuts = 0;
    for (let commits = 0; ; commits += 7) {
      const ended = await migrate(from, cutAfter(to, commits)).then(
        () => 'done',
        (thrown) => (thrown instanceof Cut ? 'cut' : Promise.reject(thrown)),
      );
      if (ended === 'done') break;
      cuts += 1;
      const half = await to.open();
      expect(await copyBegun(half)).toEqual(commits === 0 ? null : expect.any(Number));
      await half.close();
      if (commits > 0) await expect(migrate(to, inFile())).rejects.toMatchObject({ code: 'state_half_copied' });
    }
    expect(cuts).toBeGreaterThan(3);
    const [before, after] = [await contentOf(from), await contentOf(to)];
    expect({ ...after, audit: after['audit']?.slice(0, 3) }).toEqual(before);
  });

  test('does so only alone: what is written meanwhile makes the copy count for nothing', async () => {
    const [from, to] = [inFile(), await somewhere()];
    await filled(from, 3);
    const other = await from.open();
    const write: Write = { sql: "UPDATE probe SET agent = 'another'", params: [] };
    await expect(migrate(from, to, () => other.commit([write]))).rejects.toMatchObject({ kind: 'unable', code: 'state_changed' });
    await expect(migrate(from, to)).resolves.toMatchObject({ head: expect.any(String) });
    await takeLease(other, { name: 'tick', owner: 'tom', ttlMs: 60_000 });
    await expect(migrate(from, await somewhere())).rejects.toMatchObject({ kind: 'refused', code: 'state_in_use' });
    await other.close();
  });

  test('never over another, and never with a chain that was altered', async () => {
    const [one, two] = [inFile(), inFile()];
    await filled(one, 2);
    await filled(two, 2);
    await expect(migrate(one, two)).rejects.toMatchObject({ kind: 'usage', code: 'state_not_empty' });
    await expect(migrate(one, one)).rejects.toMatchObject({ kind: 'usage', code: 'state_same' });
    const journal = await one.open();
    await journal.commit([{ sql: "UPDATE audit SET actor = 'nobody' WHERE seq = 1", params: [] }]);
    await journal.close();
    await expect(migrate(one, await somewhere())).rejects.toMatchObject({ kind: 'unable', code: 'chain_broken' });
  });
});
