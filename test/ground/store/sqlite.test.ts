import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Conflict } from '../../../src/ground/store/conflict.ts';
import { journalSteps } from '../../../src/ground/store/journal-schema.ts';
import type { Journal, Write } from '../../../src/ground/store/port.ts';
import { openSqliteJournal } from '../../../src/ground/store/sqlite.ts';
import { noon } from '../../support/facts.ts';
import { temporaryFolder, temporaryJournal } from '../../support/temporary.ts';

const open = (path: string): Promise<Journal> => openSqliteJournal(path, () => noon);
const probe = (traceId: string, at = 0): Write => ({
  sql: 'INSERT INTO probe (trace_id, agent, check_id, at) VALUES (?, ?, ?, ?)',
  params: [traceId, 'a', 'c', at],
  rows: 1,
});
const probes = async (journal: Journal) =>
  (await journal.all<{ trace_id: string }>('SELECT trace_id FROM probe ORDER BY at, trace_id')).map(({ trace_id }) => trace_id);

describe('the file', () => {
  test('is for its owner alone, in a folder for its owner alone, with everything SQLite puts beside it', async () => {
    const folder = join(temporaryFolder(), 'deep', '.agentops');
    const journal = await open(join(folder, 'journal.db'));
    await journal.commit([probe('a')]);
    const modes = readdirSync(folder).map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]);
    expect(modes).toEqual([
      ['journal.db', '600'],
      ['journal.db-shm', '600'],
      ['journal.db-wal', '600'],
    ]);
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
    await journal.close();
    expect(readdirSync(folder)).toEqual(['journal.db']);
  });

  test('loses nothing at a power cut: write-ahead log, synced at every commit', async () => {
    const journal = await temporaryJournal();
    expect(await journal.all('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await journal.all('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
  });

  test('keeps what it holds when opened again, and shares one clock', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const first = await open(path);
    await first.commit([probe('a')]);
    await first.close();
    const second = await open(path);
    expect(await probes(second)).toEqual(['a']);
    expect(await second.now()).toBe(noon);
    await second.close();
  });
});

describe('formats', () => {
  const tablesOf = (path: string) => {
    const database = new Database(path, { readonly: true });
    const rows = database.prepare("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all();
    const version = database.pragma('user_version', { simple: true });
    database.close();
    return { rows, version };
  };

  test.each([...journalSteps.keys()])('version %d is brought up to date', async (version) => {
    const folder = temporaryFolder();
    const old = new Database(join(folder, 'old.db'));
    for (const sql of journalSteps.slice(0, version).flat()) old.exec(sql);
    old.pragma(`user_version = ${version}`);
    old.close();
    for (const name of ['old.db', 'new.db']) await (await open(join(folder, name))).close();
    expect(tablesOf(join(folder, 'old.db'))).toEqual(tablesOf(join(folder, 'new.db')));
    expect(tablesOf(join(folder, 'old.db')).version).toBe(journalSteps.length);
  });

  test('every table keeps types', async () => {
    const journal = await temporaryJournal();
    const loose = await journal.all("SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'");
    expect(loose).toEqual([]);
  });

  test.each(['delete', 'wal'])('a newer file (journal mode %s) is refused and left as it is, to the byte', async (mode) => {
    const path = join(temporaryFolder(), 'journal.db');
    const newer = new Database(path);
    newer.pragma(`journal_mode = ${mode}`);
    newer.exec('CREATE TABLE future (x TEXT)');
    newer.pragma(`user_version = ${journalSteps.length + 1}`);
    newer.close();
    const before = readFileSync(path);
    await expect(open(path)).rejects.toMatchObject({ kind: 'unable', code: 'journal_newer' });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(join(path, '..'))).toEqual(['journal.db']);
  });
});

describe('a file that cannot be used is said in a sentence', () => {
  const refused = (path: string) =>
    open(path).then(
      () => expect.unreachable('it was opened'),
      (thrown: unknown) => thrown,
    );

  test('not a database', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const text = 'these are my notes, please keep them. '.repeat(50);
    writeFileSync(path, text);
    expect(await refused(path)).toMatchObject({ kind: 'unable', message: expect.stringContaining('is damaged or is not a database') });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('a damaged one, at the first look at what is damaged', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const journal = await open(path);
    await journal.commit(Array.from({ length: 500 }, (_, n) => probe(`trace-${n}`)));
    await journal.close();
    const bytes = readFileSync(path);
    bytes.fill(0xaa, 4096);
    writeFileSync(path, bytes);
    const look = async () => {
      const damaged = await open(path);
      onTestFinished(() => damaged.close());
      return probes(damaged);
    };
    await expect(look()).rejects.toMatchObject({ kind: 'unable', code: 'journal_failed', message: expect.stringContaining('is damaged') });
  });

  test('a folder in its place', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    mkdirSync(path);
    expect(await refused(path)).toMatchObject({ kind: 'unable', message: expect.stringContaining('(EISDIR)') });
  });

  test('a file in place of its folder', async () => {
    const folder = join(temporaryFolder(), 'state');
    writeFileSync(folder, '');
    expect(await refused(join(folder, 'journal.db'))).toMatchObject({ kind: 'unable', code: 'journal_failed' });
  });

  // Root may write everywhere but where the kernel itself says no.
  test.runIf(existsSync('/proc/self'))('a folder in which nothing can be made', async () =>
    expect(await refused('/proc/journal.db')).toMatchObject({
      kind: 'unable',
      code: 'journal_failed',
      hint: 'check the folder and its permissions; agentops health --no-store does without',
    }),
  );

  test('a full disk: the commit is not half there, and what was stored before still is', async () => {
    const journal = await temporaryJournal();
    await journal.commit([probe('before')]);
    const [size] = await journal.all<{ page_count: number }>('PRAGMA page_count');
    await journal.all(`PRAGMA max_page_count = ${(size?.page_count ?? 0) + 2}`);
    const many = Array.from({ length: 2000 }, (_, n) => probe(`trace-${n}`));
    await expect(journal.commit(many)).rejects.toMatchObject({ kind: 'unable', message: expect.stringContaining('the disk is full') });
    expect(await probes(journal)).toEqual(['before']);
    await journal.commit([probe('after', 1)]);
    expect(await probes(journal)).toEqual(['before', 'after']);
  });
});

describe('a commit', () => {
  test('whose expectation fails writes nothing', async () => {
    const journal = await temporaryJournal();
    const touch: Write = { sql: 'UPDATE probe SET at = 1 WHERE trace_id = ?', params: ['missing'], rows: 1 };
    await expect(journal.commit([probe('a'), touch])).rejects.toBeInstanceOf(Conflict);
    await expect(journal.commit([probe('a'), { ...touch, rows: 0 }])).resolves.toBeUndefined();
    expect(await probes(journal)).toEqual(['a']);
  });

  test('that breaks a rule of its table writes nothing', async () => {
    const journal = await temporaryJournal();
    await expect(journal.commit([probe('a'), probe('b'), probe('a')])).rejects.toMatchObject({ kind: 'unable' });
    expect(await probes(journal)).toEqual([]);
  });
});

/** Children that each commit pairs of probes, `<child>-<n>-x` and `-y`, until they are told to stop. */
const startWriter = (path: string, name: string, commits: number): ChildProcess => {
  const child = fork(join(import.meta.dirname, '../../support/journal-writer.mjs'), [path, name, String(commits)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
};

describe('several processes at once', () => {
  test('ten of them make the same file and lose nothing of what they write', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    const writers = Array.from({ length: 10 }, (_, n) => startWriter(path, `w${n}`, 20));
    const ends = await Promise.all(
      writers.map(async (writer) => {
        let said = '';
        writer.stderr?.on('data', (text) => {
          said += String(text);
        });
        const [code] = await once(writer, 'exit');
        return { code, said };
      }),
    );
    expect(ends).toEqual(ends.map(() => ({ code: 0, said: '' })));
    const journal = await open(path);
    onTestFinished(() => journal.close());
    expect((await probes(journal)).length).toBe(10 * 20 * 2);
  });

  test('one that is killed in the middle leaves whole commits only, and every one it was told of', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    for (const round of [0, 1, 2]) {
      const writer = startWriter(path, `r${round}`, 1_000_000);
      let told = -1;
      writer.on('message', (commit) => {
        told = Number(commit);
        if (told >= 20 + round) writer.kill('SIGKILL');
      });
      await once(writer, 'exit');
      const journal = await open(path);
      const found = (await probes(journal)).filter((id) => id.startsWith(`r${round}-`));
      await journal.close();
      expect(
        found
          .filter((id) => id.endsWith('-x'))
          .map((id) => id.slice(0, -2))
          .sort(),
      ).toEqual(
        found
          .filter((id) => id.endsWith('-y'))
          .map((id) => id.slice(0, -2))
          .sort(),
      );
      for (let commit = 0; commit <= told; commit++) expect(found).toContain(`r${round}-${commit}-x`);
    }
  });
});

test('leaves nothing native to the garbage collector, which on Node 24 would abort the process', async () => {
  const made: WeakRef<Database.Statement>[] = [];
  const { prepare, pragma } = Database.prototype;
  let pragmas = 0;
  Database.prototype.prepare = function (this: Database.Database, sql: string) {
    const statement = prepare.call(this, sql);
    made.push(new WeakRef(statement));
    return statement;
  } as typeof prepare;
  Database.prototype.pragma = function (this: Database.Database, ...given) {
    pragmas += 1;
    return pragma.apply(this, given);
  };
  onTestFinished(() => void Object.assign(Database.prototype, { prepare, pragma }));
  const journal = await open(join(temporaryFolder(), 'journal.db'));
  for (let at = 0; at < 20; at++) await journal.commit([probe(`t${at}`)]);
  await probes(journal);
  await journal.close();
  setFlagsFromString('--expose-gc');
  await new Promise((done) => setImmediate(done));
  runInNewContext('gc')();
  expect(made.length).toBeGreaterThan(0);
  expect(made.filter((statement) => statement.deref() === undefined)).toEqual([]);
  expect(pragmas).toBe(0);
});
