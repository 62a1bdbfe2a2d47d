import type { Journal } from './port.ts';

/** A word that is another after each commit of somebody else: two that are the same say that nothing was written in between. */
export const revisionOf = async (journal: Pick<Journal, 'all'>, keeper: 'file' | 'postgres'): Promise<string> => {
  const sql =
    keeper === 'postgres'
      ? 'SELECT id AS revision FROM journal_commit ORDER BY at DESC LIMIT 1'
      : 'SELECT data_version AS revision FROM pragma_data_version';
  const [row] = await journal.all<{ revision: string | number }>(sql);
  return String(row?.revision ?? '');
};
