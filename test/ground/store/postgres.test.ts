import { chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Conflict } from '../../../src/ground/store/conflict.ts';
import { journalSteps } from '../../../src/ground/store/journal-schema.ts';
import { holdLease, takeLease } from '../../../src/ground/store/lease.ts';
import type { Journal, Write } from '../../../src/ground/store/port.ts';
import { openPostgresJournal } from '../../../src/ground/store/postgres.ts';
import { readPostgresUrl } from '../../../src/ground/store/postgres-address.ts';
import { readPostgresFacts } from '../../../src/ground/store/postgres-facts.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../peers/start-postgres.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { askPostgres, postgresUrl, sharedPostgres } from '../../support/postgres-journals.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { openWire } from '../../support/wire.ts';

const probe = (id: string): Write => ({
  sql: 'INSERT INTO probe (trace_id, agent, check_id, at) VALUES (?, ?, ?, ?)',
  params: [id, 'support', 'ping', 1],
  rows: 1,
});

const probes = async (journal: Journal): Promise<readonly string[]> =>
  (await journal.all<{ trace_id: string }>('SELECT trace_id FROM probe ORDER BY trace_id')).map(({ trace_id }) => trace_id);

const openAt = async (url: string): Promise<Journal> => {
  const journal = await openPostgresJournal(readPostgresUrl(url));
  onTestFinished(() => journal.close());
  return journal;
};

const schemaOf = (url: string): string => new URL(url).searchParams.get('schema') ?? '';

describeWithPeer('a journal in PostgreSQL', { programs: [`${postgresPrograms() ?? '/usr/lib/postgresql'}/postgres`] }, () => {
  const { open, server } = sharedPostgres();

  describe('is made', () => {
    test('once, however many open it at the same moment', async () => {
      const url = postgresUrl(await server());
      const journals = await Promise.all(Array.from({ length: 8 }, () => openAt(url)));
      await Promise.all(journals.map((journal, at) => journal.commit([probe(`p${at}`)])));
      expect(await probes(journals[0] as Journal)).toHaveLength(8);
      expect((await readPostgresFacts(journals[0] as Journal)).version).toBe(journalSteps.length);
    });

    test('from where an earlier version left it', async () => {
      const url = postgresUrl(await server());
      await (await openAt(url)).commit([probe('before')]);
      const schema = schemaOf(url);
      // What the last step made is taken away, as if that had never been.
      const made = (journalSteps.at(-1) ?? []).map((sql) => /^(CREATE TABLE|ALTER TABLE) (\S+)(?: ADD COLUMN (\S+))?/.exec(sql));
      for (const found of made)
        if (found !== null)
          await askPostgres(
            await server(),
            found[1] === 'CREATE TABLE'
              ? `DROP TABLE "${schema}".${found[2]} CASCADE`
              : `ALTER TABLE "${schema}".${found[2]} DROP COLUMN ${found[3]} CASCADE`,
          );
      await askPostgres(await server(), `UPDATE "${schema}".journal_version SET version = ${journalSteps.length - 1}`);
      expect(await probes(await openAt(url))).toEqual(['before']);
    });

    test('never by an older program: a newer one is refused and left as it is', async () => {
      const url = postgresUrl(await server());
      await openAt(url);
      await askPostgres(await server(), `UPDATE "${schemaOf(url)}".journal_version SET version = ${journalSteps.length + 1}`);
      await expect(openAt(url)).rejects.toMatchObject({ kind: 'unable', code: 'journal_newer' });
    });

    test('in a schema that is there already, by somebody who may not make one', async () => {
      const url = new URL(postgresUrl(await server()));
      url.username = 'guest';
      const schema = schemaOf(url.href);
      await askPostgres(await server(), `CREATE ROLE guest LOGIN`);
      await expect(openAt(url.href)).rejects.toMatchObject({ code: 'journal_failed', hint: expect.stringContaining('CREATE SCHEMA') });
      await askPostgres(await server(), `CREATE SCHEMA "${schema}" AUTHORIZATION guest`);
      await (await openAt(url.href)).commit([probe('mine')]);
    });
  });

  describe('keeps', () => {
    test('numbers, bytes of text and times as they are, NUL and all', async () => {
      const journal = await open();
      const texts = ['a\u0000b', '\u{F0000}', '\u{F0000}0', '\u{F0000}1\u0000', '\\x00', "it's “☂”", ''];
      await journal.commit(
        texts.map((text, at) => ({
          sql: 'INSERT INTO mark (id, agent, release, at, note, source) VALUES (?, ?, ?, ?, ?, ?)',
          params: [String(at), text, text, Number.MAX_SAFE_INTEGER - at, text, 'told'],
        })),
      );
      const rows = await journal.all('SELECT note, at FROM mark ORDER BY id');
      expect(rows).toEqual(texts.map((note, at) => ({ note, at: Number.MAX_SAFE_INTEGER - at })));
      expect(await journal.all('SELECT id FROM mark WHERE note = ?', 'a\u0000b')).toEqual([{ id: '0' }]);
      expect(await journal.all("SELECT SUM(at) > 1 AS more, COUNT(*) AS n, 1.5 AS half FROM mark WHERE id = '0'")).toEqual([
        { more: 1, n: 1, half: 1.5 },
      ]);
    });

    test('text in the order of its bytes, whatever language the database was made for', async () => {
      const journal = await open();
      await journal.commit(['b', 'B', 'a', 'ä', '_', '1', 'a-b', 'ab'].map(probe));
      expect(await probes(journal)).toEqual(['1', 'B', '_', 'a', 'a-b', 'ab', 'b', 'ä']);
    });

    test('nothing that a number cannot hold exactly without a word', async () => {
      const journal = await open();
      await expect(journal.all('SELECT 9007199254740993::bigint AS n')).rejects.toThrow('past the numbers');
    });
  });

  test('its clock is the server’s, which all holders of leases share', async () => {
    const url = postgresUrl(await server());
    const [ours, theirs] = [await openAt(url), await openAt(url)];
    const [row] = await askPostgres(await server(), 'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now');
    expect(Math.abs((await ours.now()) - Number(row?.['now']))).toBeLessThan(5000);
    const lease = (await takeLease(ours, { name: 'tick', owner: 'ours', ttlMs: 60 })) ?? expect.fail('it was free');
    expect(await takeLease(theirs, { name: 'tick', owner: 'theirs', ttlMs: 60_000 })).toBeNull();
    await pause(80);
    expect(await takeLease(theirs, { name: 'tick', owner: 'theirs', ttlMs: 60_000 })).toMatchObject({ fence: 2 });
    await expect(ours.commit([probe('late'), holdLease(lease, await ours.now())])).rejects.toBeInstanceOf(Conflict);
    expect(await probes(theirs)).toEqual([]);
  });

  test('commits of many at once are written one after the other: nothing is read that another is about to change', async () => {
    const url = postgresUrl(await server());
    const journals = await Promise.all(Array.from({ length: 4 }, () => openAt(url)));
    const next: Write = {
      sql: "INSERT INTO beat (id, agent, check_id, at, status, note) SELECT CAST(COUNT(*) AS TEXT), 'a', 'c', COUNT(*), 'ok', '' FROM beat",
      params: [],
      rows: 1,
    };
    await Promise.all(journals.flatMap((journal) => Array.from({ length: 25 }, () => journal.commit([next]))));
    expect(await journals[0]?.all('SELECT COUNT(*) AS n, MAX(at) AS last FROM beat')).toEqual([{ n: 100, last: 99 }]);
  });

  test('a commit that may wait for the disk is there for everybody at once', async () => {
    const journal = await open();
    await journal.commit([probe('a')], 'kill');
    expect(await probes(journal)).toEqual(['a']);
  });

  describe('a network that breaks', () => {
    const wired = async () => {
      const url = postgresUrl(await server());
      const wire = await openWire(await server());
      return { wire, journal: await openAt(url.replace(/:\d+\//, `:${wire.port}/`)) };
    };

    /** The last word of a transaction, as it stands on the wire; not that of READ COMMITTED. */
    const theEnd = 'COMMIT\u0000';

    test('in place of the word that a commit went through: it is looked up, and told as what it is', async () => {
      const { wire, journal } = await wired();
      wire.breakAt(theEnd, 'unanswered');
      await journal.commit([probe('once')]);
      expect([wire.breaks, await probes(journal)]).toEqual([1, ['once']]);
    });

    test('before a commit arrives: it is written anew', async () => {
      const { wire, journal } = await wired();
      wire.breakAt(theEnd, 'lost');
      await journal.commit([probe('once')]);
      expect([wire.breaks, await probes(journal)]).toEqual([1, ['once']]);
    });

    test('in the middle of what is to be committed: the whole of it is written anew, and expectations with it', async () => {
      const { wire, journal } = await wired();
      await journal.commit([probe('a')]);
      wire.breakAt('UPDATE probe', 'unanswered');
      const take: Write = { sql: "UPDATE probe SET agent = 'mine' WHERE agent = ?", params: ['support'], rows: 1 };
      await journal.commit([probe('b'), { ...take, rows: 2 }]);
      wire.breakAt('UPDATE probe', 'lost');
      await expect(journal.commit([take])).rejects.toBeInstanceOf(Conflict);
      expect([wire.breaks, await probes(journal)]).toEqual([2, ['a', 'b']]);
    });

    test('while somebody reads: it is read again', async () => {
      const { wire, journal } = await wired();
      await journal.commit([probe('a')]);
      wire.breakAt('SELECT trace_id', 'unanswered');
      expect([await probes(journal), wire.breaks]).toEqual([['a'], 1]);
      wire.cut();
      expect(await probes(journal)).toEqual(['a']);
    });
  });
});

describeWithPeer('a PostgreSQL that goes away', { programs: [`${postgresPrograms() ?? '/usr/lib/postgresql'}/postgres`] }, () => {
  const started = async (): Promise<Postgres> => {
    const server = await startPostgres('agentops');
    onTestFinished(() => server.stop());
    return server;
  };

  test.each(['fast', 'immediate'] as const)(
    'and comes back (%s), under many commits: each is written once, whatever it was at',
    async (mode) => {
      const server = await started();
      const wire = await openWire(server);
      const journal = await openAt(postgresUrl({ port: wire.port }));
      let isOver = false;
      const told: string[] = [];
      const writer = async (name: string) => {
        for (let n = 0; !isOver; n += 1) {
          await journal.commit([probe(`${name}-${n}`)]);
          told.push(`${name}-${n}`);
        }
      };
      const writers = Promise.all(['a', 'b', 'c'].map(writer));
      for (let round = 0; round < 2; round += 1) {
        await pause(150);
        await server.halt(mode);
        await server.again();
      }
      await pause(100);
      isOver = true;
      await writers;
      expect(told.length).toBeGreaterThan(10);
      expect(await probes(journal)).toEqual(told.toSorted());
    },
  );

  test('or wants to be sure of both ends: a password, and a certificate that somebody vouches for', async () => {
    const server = await started();
    const [{ hba_file: hba = '', data_directory: data = '' } = {}] = (await askPostgres(
      server,
      "SELECT current_setting('hba_file') AS hba_file, current_setting('data_directory') AS data_directory",
    )) as { hba_file: string; data_directory: string }[];
    const { key, cert, certFile } = selfSigned(1);
    for (const [name, text] of [
      ['server.crt', cert],
      ['server.key', key],
    ] as const) {
      writeFileSync(join(data, name), text, { mode: 0o600 });
      chownSync(join(data, name), statSync(data).uid, statSync(data).gid);
    }
    writeFileSync(
      hba,
      `hostssl all guarded 127.0.0.1/32 scram-sha-256\nhost all guarded 127.0.0.1/32 reject\n${readFileSync(hba, 'utf8')}`,
    );
    await askPostgres(server, "CREATE ROLE guarded LOGIN SUPERUSER PASSWORD 'quite-a-secret'");
    await askPostgres(server, 'ALTER SYSTEM SET ssl = on');
    await server.halt('fast');
    await server.again();
    const url = (password: string, tls: string) =>
      postgresUrl(server)
        .replace('agentops@', `guarded${password === '' ? '' : `:${password}`}@`)
        .concat(`&${tls}`);
    const verified = `sslmode=verify-full&sslrootcert=${certFile}`;
    const problem = (from: string) =>
      openAt(from).then(
        () => expect.unreachable('it was opened'),
        (thrown: Error) => thrown,
      );
    await (await openAt(url('quite-a-secret', verified))).commit([probe('a')]);
    await (await openAt(url('quite-a-secret', 'sslmode=require'))).commit([probe('a')]);
    const wrong = [
      await problem(url('not-the-secret', verified)),
      await problem(url('', verified)),
      await problem(url('quite-a-secret', 'sslmode=verify-full')),
      await problem(url('quite-a-secret', 'sslmode=disable')),
      await problem(url('quite-a-secret', verified).replace('127.0.0.1', 'localhost')),
    ];
    expect(wrong.map(({ message }) => message.replace(/^the journal at \S+ schema \S+ /, ''))).toEqual([
      'refused the password of guarded',
      'wants a password of guarded',
      expect.stringContaining('has a certificate that is not trusted'),
      expect.stringContaining('refused guarded: pg_hba.conf rejects'),
      expect.stringContaining('has a certificate that is not trusted'),
    ]);
    expect(wrong.map(({ message, stack }) => message + stack).join('')).not.toMatch(/quite-a-secret|not-the-secret/);
  });

  test('and stays away: every failure is a sentence with the next thing to type', async () => {
    const server = await started();
    const url = postgresUrl(server);
    const refused = (change: (url: URL) => void) => {
      const other = new URL(url);
      change(other);
      return expect(openAt(other.href)).rejects;
    };
    await refused((other) => {
      other.pathname = '/nowhere';
    }).toMatchObject({
      kind: 'unable',
      code: 'journal_failed',
      message: expect.stringContaining('no such database'),
      hint: expect.stringContaining('createdb'),
    });
    await refused((other) => {
      other.username = 'stranger';
    }).toMatchObject({ kind: 'unable', message: expect.stringContaining('refused stranger') });
    await refused((other) => {
      other.searchParams.set('sslmode', 'verify-full');
    }).toMatchObject({ kind: 'unable', message: expect.stringContaining('offers no TLS') });
    await server.halt('fast');
    await refused(() => undefined).toMatchObject({
      kind: 'unable',
      code: 'journal_away',
      message: expect.stringContaining('nothing listens'),
    });
    await server.again();
  });
});
