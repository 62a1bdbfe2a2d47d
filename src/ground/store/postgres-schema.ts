import { unableError } from '../errors.ts';
import { journalSteps } from './journal-schema.ts';
import { type PostgresAddress, shownAddress } from './postgres-address.ts';
import { postgresStep } from './postgres-sql.ts';

/** A connection of our own, as far as the schema needs one. */
export interface Asked {
  query(sql: string): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

/** 13 is the oldest that is still repaired by its makers or its packagers. */
const oldest = 130_000;

/**
 * The statement that makes the transaction it stands in the only writer of a journal, and is over with it. What SQLite gives by its nature:
 * an audit chain without forks, and expectations that nobody can falsify between their check and the commit.
 */
export const writerLock = (schema: string): string => `SELECT pg_advisory_xact_lock(hashtextextended('agentops journal ${schema}', 0))`;

/** Tables that are the driver's own: the version of the schema, and the commits that went through lately. */
const ownTables = [
  'CREATE TABLE journal_version (version BIGINT NOT NULL)',
  'INSERT INTO journal_version (version) VALUES (0)',
  'CREATE TABLE journal_commit (id UUID NOT NULL PRIMARY KEY, at TIMESTAMPTZ NOT NULL)',
  'CREATE INDEX journal_commit_by_time ON journal_commit (at)',
];

/** Brings the journal's schema up to date, making it where it is missing. Throws an unable error where a newer agentops made it, and where the server is too old. */
export const migratePostgres = async (connection: Asked, address: PostgresAddress): Promise<void> => {
  const { schema } = address;
  const [server] = (
    await connection.query(
      "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS name, current_setting('server_encoding') AS encoding",
    )
  ).rows;
  if (Number(server?.['number']) < oldest)
    throw unfit(address, `is kept by PostgreSQL ${server?.['name']}`, 'agentops needs PostgreSQL 13 or newer');
  if (server?.['encoding'] !== 'UTF8')
    throw unfit(
      address,
      `is in a database whose encoding is ${server?.['encoding']}`,
      'make one with createdb --template template0 --encoding UTF8',
    );
  if ((await versionIn(connection, address)) === journalSteps.length) return;
  await connection.query(`BEGIN ISOLATION LEVEL READ COMMITTED; ${writerLock(schema)}`);
  // Read again under the lock: another process may just have done it.
  const version = await versionIn(connection, address);
  const [found] = (await connection.query(`SELECT to_regnamespace('${schema}') IS NOT NULL AS there`)).rows;
  // IF NOT EXISTS alone asks for the right to make schemas, which the owner of one that is there may not have.
  const statements = [
    ...(found?.['there'] === 1 ? [] : [`CREATE SCHEMA "${schema}"`]),
    ...(version === null ? ownTables : []),
    ...journalSteps.slice(version ?? 0).flatMap((step) => step.map(postgresStep)),
    `UPDATE journal_version SET version = ${journalSteps.length}`,
    'COMMIT',
  ];
  await connection.query(statements.join(';\n'));
};

/** The version of the schema; null: there is none. */
const versionIn = async (connection: Asked, address: PostgresAddress): Promise<number | null> => {
  const [found] = (await connection.query(`SELECT to_regclass('"${address.schema}".journal_version') IS NOT NULL AS there`)).rows;
  if (found?.['there'] !== 1) return null;
  const [row] = (await connection.query(`SELECT version FROM "${address.schema}".journal_version`)).rows;
  const version = Number(row?.['version']);
  if (version <= journalSteps.length) return version;
  throw unableError({
    code: 'journal_newer',
    message: `the journal at ${shownAddress(address)} was written by a newer agentops (format ${version}, this one knows ${journalSteps.length}); it is left as it is`,
    hint: 'update agentops, or name another schema with ?schema= behind state:',
  });
};

const unfit = (address: PostgresAddress, what: string, hint: string) =>
  unableError({ code: 'journal_unfit', message: `the journal at ${shownAddress(address)} ${what}`, hint });
