import type { Journal } from './port.ts';

/** What a server says of the journal that it keeps. */
export interface PostgresFacts {
  /** `15.8`, with what its packager added. */
  readonly server: string;
  /** The version of the journal's tables. */
  readonly version: number;
  /** Tables with their indexes. */
  readonly bytes: number;
  /** False: the server does not wait for its disk, so that a power cut may take what was confirmed. */
  readonly isDurable: boolean;
  /** True: it only follows another server, and nothing can be written. */
  readonly isStandby: boolean;
  /** True: it notices pages that its disk has changed. */
  readonly hasChecksums: boolean;
}

/** Asks the server behind a journal that is known to be in PostgreSQL. */
export const readPostgresFacts = async (journal: Pick<Journal, 'all'>): Promise<PostgresFacts> => {
  const [row] = await journal.all<Record<string, unknown>>(
    `SELECT current_setting('server_version') AS server, current_setting('data_checksums') AS checksums, current_setting('fsync') AS fsync,
      pg_is_in_recovery() AS standby, (SELECT MAX(version) FROM journal_version) AS version,
      (SELECT SUM(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind = 'r') AS bytes`,
  );
  return {
    server: String(row?.['server'] ?? ''),
    version: Number(row?.['version'] ?? 0),
    bytes: Number(row?.['bytes'] ?? 0),
    isDurable: row?.['fsync'] === 'on',
    isStandby: row?.['standby'] === 1,
    hasChecksums: row?.['checksums'] === 'on',
  };
};
