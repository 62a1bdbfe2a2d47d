import { join } from 'node:path';
import type { Fleet } from '../fleet/agent.ts';
import { systemClock } from '../ground/runtime/clock.ts';
import { systemFiles } from '../ground/runtime/files.ts';

/** Ids of a journal are not looked for further back. */
const mostOffered = 50;

/** The ids of the latest incidents, the newest first; none where there is no journal yet. */
export const incidentIds = async (fleet: Fleet | null): Promise<readonly string[]> => {
  const path = fleet === null ? null : join(fleet.stateFolder, 'journal.db');
  if (path === null || !systemFiles.exists(path)) return [];
  const { openSqliteJournal } = await import('../ground/store/sqlite.ts');
  const { listIncidents } = await import('../response/incidents/incidents.journal.ts');
  const journal = await openSqliteJournal(path, () => systemClock.now());
  try {
    return (await listIncidents(journal, { resolved: true, limit: mostOffered })).map(({ id }) => id);
  } finally {
    await journal.close();
  }
};
