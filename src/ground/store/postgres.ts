import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { unableError, usageError } from '../errors.ts';
import { Conflict } from './conflict.ts';
import type { Journal, Param, Write } from './port.ts';
import { type PostgresAddress, shownAddress } from './postgres-address.ts';
import { migratePostgres, writerLock } from './postgres-schema.ts';
import { bytesOf, numberedPlaces, numericNumber, postgresParam, readText, truthNumber, wholeNumber } from './postgres-sql.ts';
import { explainPostgres, isAway, isTransient, waits } from './postgres-trouble.ts';

/** Reads, a commit, and one to look up a commit in doubt: no process needs more, and servers have few. */
const mostConnections = 3;
/** How long a server that went away is waited for, once the journal was open: as long as a restart takes. */
const patienceMs = 15_000;
const [firstPauseMs, longestPauseMs] = [50, 1_000];
/** A connection whose client was stopped in the middle of a commit holds up all others; the server ends it. Shorter than the wait for the lock. */
const idleInCommitMs = 10_000;
/** How long the ids of commits are kept for those in doubt, who ask within seconds. */
const commitsKept = '1 hour';

/**
 * Opens the journal in PostgreSQL, making its schema and bringing it up to date first. Every failure is a sentence, exit 3.
 * Commits are written one after the other by all processes, as with a file; one whose confirmation was lost is looked up before anything is said.
 */
export const openPostgresJournal = async (address: PostgresAddress): Promise<Journal> => {
  const pool = await openPool(address);
  try {
    await withClient(pool, (client) => migratePostgres(client, address));
  } catch (thrown) {
    await closePool(pool);
    throw explainPostgres(address, thrown);
  }

  /** Tries again while the server is away, or undid one for the sake of another. */
  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    // Counted from the first failure: a network that swallows everything is noticed late.
    let until: number | null = null;
    for (let wait = firstPauseMs; ; wait = Math.min(2 * wait, longestPauseMs)) {
      try {
        return await work();
      } catch (thrown) {
        until ??= performance.now() + patienceMs;
        const isHopeless = !isAway(thrown) && !isTransient(thrown);
        if (isHopeless || performance.now() + wait > until) throw explainPostgres(address, thrown);
        await pause(wait);
      }
    }
  };

  const begin = `BEGIN ISOLATION LEVEL READ COMMITTED; ${writerLock(address.schema)}`;

  /** Whether a commit went through. Asked under the lock: a server that is still at it holds that, so that the answer is final. */
  const stands = (id: string): Promise<boolean> =>
    patiently(() =>
      withClient(pool, async (client) => {
        await client.query(begin);
        const { rows } = await client.query('SELECT id FROM journal_commit WHERE id = $1', [id]);
        await client.query('ROLLBACK');
        return rows.length === 1;
      }),
    );

  const commitOnce = (id: string, writes: readonly Write[], isDurable: boolean) =>
    withClient(pool, async (client) => {
      await writeAll(client, `${begin}${isDurable ? '' : '; SET LOCAL synchronous_commit = off'}`, id, writes);
      try {
        await client.query('COMMIT');
      } catch (thrown) {
        if (!isAway(thrown) || !(await standsAfterAll(id, thrown))) throw thrown;
      }
    });

  const standsAfterAll = async (id: string, lost: unknown): Promise<boolean> => {
    try {
      return await stands(id);
    } catch {
      throw unableError({
        code: 'journal_in_doubt',
        message: `the journal at ${shownAddress(address)} went away in the middle of a commit, and did not come back within ${patienceMs / 1000} s: whether it was written is not known`,
        hint: 'look when the server is back; what agentops does again it looks up first',
        cause: lost,
      });
    }
  };

  /** One at a time here too: the others would only hold connections while they wait. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  return {
    all: <Row>(sql: string, ...params: readonly Param[]) =>
      patiently(async () => (await pool.query(numberedPlaces(sql), params.map(postgresParam))).rows as Row[]),
    commit: (writes, survives = 'power cut') =>
      writes.length === 0
        ? Promise.resolve()
        : inTurn(() => {
            const id = randomUUID();
            return patiently(() => commitOnce(id, writes, survives === 'power cut'));
          }),
    now: () =>
      patiently(async () => {
        const { rows } = await pool.query('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000) AS now');
        return (rows[0] as { readonly now: number }).now;
      }),
    close: () => closePool(pool),
  };
};

/** Sends a whole transaction but its end in one go, so that the lock is held for one round trip. Throws what failed first; nothing is committed yet. */
const writeAll = async (client: PoolClient, begin: string, id: string, writes: readonly Write[]): Promise<void> => {
  const settled = await Promise.allSettled([
    client.query(begin),
    client.query(`DELETE FROM journal_commit WHERE at < clock_timestamp() - interval '${commitsKept}'`),
    client.query('INSERT INTO journal_commit (id, at) VALUES ($1, clock_timestamp())', [id]),
    ...writes.map(({ sql, params }) => client.query(numberedPlaces(sql), params.map(postgresParam))),
  ]);
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const results = settled.slice(settled.length - writes.length) as readonly PromiseFulfilledResult<QueryResult>[];
  for (const [at, { sql, rows }] of writes.entries()) {
    const changed = results[at]?.value.rowCount ?? 0;
    if (rows !== undefined && rows !== changed) throw new Conflict(sql, rows, changed);
  }
};

/** Lends a connection. One whose work failed is rolled back, or thrown away where that fails too. */
const withClient = async <T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> => {
  const client = await pool.connect();
  // An error between two statements has nobody to be told: the next statement fails by it.
  const ignore = () => undefined;
  client.on('error', ignore);
  const release = (isBroken: boolean) => {
    client.off('error', ignore);
    client.release(isBroken);
  };
  try {
    const answer = await work(client);
    release(false);
    return answer;
  } catch (thrown) {
    const isUsable = !isAway(thrown) && (await client.query('ROLLBACK').then(Boolean, () => false));
    release(!isUsable);
    throw thrown;
  }
};

const openPool = async (address: PostgresAddress): Promise<Pool> => {
  const { default: pg } = await import('pg');
  const { host, port, user, database, password, schema } = address;
  const pool = new pg.Pool({
    ...{ host, port, user, database, ssl: tlsOf(address) },
    // Asked for by a function, so that the driver does not look for one by itself.
    password: () => password ?? '',
    application_name: 'agentops',
    max: mostConnections,
    // A process of agentops is idle between two questions, not for minutes.
    ...{ idleTimeoutMillis: 30_000, allowExitOnIdle: true, keepAlive: true },
    connectionTimeoutMillis: waits.connectMs,
    // The server gives up first; what comes after that is a network that swallows everything.
    query_timeout: waits.statementMs + waits.connectMs,
    pipeline: true,
    types: { getTypeParser: (type: number) => readers.get(type) ?? readText },
    onConnect: async (client) => {
      await client.query(settings(schema));
    },
  });
  // Of a connection that nobody uses: the next use opens another.
  pool.on('error', () => undefined);
  return pool;
};

/** Only our own tables are seen, everything is bounded, and a confirmed commit is on the disk whatever the server's default is. */
const settings = (schema: string): string =>
  [
    `SET search_path TO "${schema}"`,
    `SET lock_timeout = ${waits.lockMs}`,
    `SET statement_timeout = ${waits.statementMs}`,
    `SET idle_in_transaction_session_timeout = ${idleInCommitMs}`,
    'SET standard_conforming_strings = on',
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
  ].join('; ');

/** By the numbers that PostgreSQL gives its types (`pg_type.oid`), so that rows are what SQLite answers. */
const readers = new Map<number, (text: string) => unknown>([
  [16, truthNumber],
  [17, bytesOf],
  [20, wholeNumber],
  [21, wholeNumber],
  [23, wholeNumber],
  [700, Number],
  [701, Number],
  [1700, numericNumber],
]);

const tlsOf = ({ tls, rootCertificate, certificate, key }: PostgresAddress) => {
  if (tls === 'disable') return false;
  const isAnyName = tls !== 'verify-full';
  return {
    // As libpq: `require` alone believes whoever answers, and with an authority it is `verify-ca`.
    rejectUnauthorized: tls !== 'require' || rootCertificate !== null,
    ...(rootCertificate === null ? {} : { ca: readPem('sslrootcert', rootCertificate) }),
    ...(certificate === null ? {} : { cert: readPem('sslcert', certificate) }),
    ...(key === null ? {} : { key: readPem('sslkey', key) }),
    ...(isAnyName ? { checkServerIdentity: () => undefined } : {}),
  };
};

const readPem = (name: string, path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    throw usageError({
      code: 'state_certificate_missing',
      message: `${name}=${path} of state: cannot be read`,
      hint: 'correct the path, which is relative to the working directory',
      cause: thrown,
    });
  }
};

/** A server that does not say good-bye is not waited for. */
const closePool = async (pool: Pool): Promise<void> => {
  if (!pool.ending) await Promise.race([pool.end(), pause(waits.connectMs, undefined, { ref: false })]);
};
