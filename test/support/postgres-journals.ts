import pg from 'pg';
import { afterAll, onTestFinished } from 'vitest';
import { journalTables } from '../../src/ground/store/journal-tables.ts';
import type { Journal } from '../../src/ground/store/port.ts';
import { openPostgresJournal } from '../../src/ground/store/postgres.ts';
import { readPostgresUrl } from '../../src/ground/store/postgres-address.ts';
import type { Peer } from '../peers/start-peer.ts';
import { startPostgres } from '../peers/start-postgres.ts';
import { sharedPeer } from './shared-peer.ts';

const user = 'agentops';
let made = 0;

/** The URL of a journal of its own, in a schema that nobody has made yet. */
export const postgresUrl = ({ port }: Pick<Peer, 'port'>): string => {
  made += 1;
  return `postgres://${user}@127.0.0.1:${port}/postgres?schema=journal_${process.pid}_${made}`;
};

/** Asks the server itself, past the journal. */
export const askPostgres = async ({ port }: Pick<Peer, 'port'>, sql: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({ host: '127.0.0.1', port, user, database: 'postgres' });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
};

/** Empty journals in one PostgreSQL, which ends after the last test of the file. To be called where the file loads. */
export const sharedPostgres = () => {
  const server = sharedPeer(() => startPostgres(user));
  /** Journals that tests are done with: emptying one is ten times as fast as making one. */
  const used: Journal[] = [];
  afterAll(async () => {
    for (const journal of used) await journal.close();
  });
  return {
    server,
    /** The same, but for tests that close it: it may be one that another test had. */
    async openClean(now: () => number): Promise<Journal> {
      const kept = used.pop() ?? (await openPostgresJournal(readPostgresUrl(postgresUrl(await server()))));
      await kept.commit(journalTables.map((table) => ({ sql: `DELETE FROM ${table}`, params: [] })));
      onTestFinished(() => void used.push(kept));
      return { ...kept, now: async () => now(), close: async () => undefined };
    },
    /** @param now UTC epoch ms, in place of the server's clock */
    async open(now?: () => number): Promise<Journal> {
      const journal = await openPostgresJournal(readPostgresUrl(postgresUrl(await server())));
      onTestFinished(() => journal.close());
      return now === undefined ? journal : { ...journal, now: async () => now() };
    },
  };
};
