import type { Fleet } from '../fleet/agent.ts';
import { systemClock } from '../ground/runtime/clock.ts';
import { systemFiles } from '../ground/runtime/files.ts';
import type { Journal } from '../ground/store/port.ts';
import { journalPath } from './open-journal.ts';

/** Ids of a journal are not looked for further back. */
const mostOffered = 50;

/** What a journal answers; nothing where there is none yet, and where it is a server's: completion never touches the network. */
const askJournal = async (fleet: Fleet | null, read: (journal: Journal) => Promise<readonly string[]>): Promise<readonly string[]> => {
  const path = fleet === null || fleet.database !== null ? null : journalPath(fleet.stateFolder);
  if (path === null || !systemFiles.exists(path)) return [];
  const { openSqliteJournal } = await import('../ground/store/sqlite.ts');
  const journal = await openSqliteJournal(path, () => systemClock.now());
  try {
    return await read(journal);
  } finally {
    await journal.close();
  }
};

/** The ids of the latest incidents, the newest first. */
export const incidentIds = (fleet: Fleet | null): Promise<readonly string[]> =>
  askJournal(fleet, async (journal) => {
    const { listIncidents } = await import('../response/incidents/incidents.journal.ts');
    return (await listIncidents(journal, { resolved: true, limit: mostOffered })).map(({ id }) => id);
  });

/** The ids of the latest runs of runbooks, the newest first. */
export const runIds = (fleet: Fleet | null): Promise<readonly string[]> =>
  askJournal(fleet, async (journal) => {
    const { findRuns } = await import('../response/runbooks/runs.journal.ts');
    return (await findRuns(journal, { since: 0, open: false }, mostOffered)).map(({ head }) => head.id);
  });

/** The ids of what is in force, the first to end first. */
export const mitigationIds = (fleet: Fleet | null): Promise<readonly string[]> =>
  askJournal(fleet, async (journal) => {
    const { standingMitigations } = await import('../controls/actions/mitigations.journal.ts');
    return (await standingMitigations(journal)).map(({ id }) => id);
  });

/** The locks that runs hold. */
export const lockNames = (fleet: Fleet | null): Promise<readonly string[]> =>
  askJournal(fleet, async (journal) => {
    const { heldLocks } = await import('../response/runbooks/open-locks.ts');
    return (await heldLocks(journal)).map(({ lock }) => lock);
  });

/** What fires, as `RULE/AGENT`, the most urgent first. */
export const firingAlerts = (fleet: Fleet | null): Promise<readonly string[]> =>
  askJournal(fleet, async (journal) => {
    const [{ readOpenAlerts }, { byUrgency }, { writtenAlert }] = await Promise.all([
      import('../oversight/alerts/alerts.journal.ts'),
      import('../oversight/alerts/alert-figures.ts'),
      import('../oversight/alerts/alert-name.ts'),
    ]);
    return (await readOpenAlerts(journal)).toSorted(byUrgency).slice(0, mostOffered).map(writtenAlert);
  });

/** The ids of the silences in force, the first to end first. */
export const silenceIds = (fleet: Fleet | null): Promise<readonly string[]> =>
  askJournal(fleet, async (journal) => {
    const { readSilences } = await import('../oversight/alerts/silences.journal.ts');
    return (await readSilences(journal, systemClock.now())).map(({ id }) => id);
  });

/** The names of the rules that a fleet is watched by. */
export const ruleNames = async (fleet: Fleet | null): Promise<readonly string[]> =>
  fleet === null ? [] : (await import('../oversight/alerts/rules.ts')).rulesOf(fleet).map(({ name }) => name);
