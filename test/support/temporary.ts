import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Journal } from '../../src/ground/store/port.ts';
import { openSqliteJournal } from '../../src/ground/store/sqlite.ts';
import { noon } from './facts.ts';

/** A folder that is gone after the test. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'agentops-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** An empty journal, in a SQLite file or where `keepJournalsIn` says, that is gone after the test. @param now UTC epoch ms */
export const temporaryJournal = (now: () => number = () => noon): Promise<Journal> => open(now);

/** Lets every test of the file that asks for a temporary journal have it from elsewhere. */
export const keepJournalsIn = (elsewhere: (now: () => number) => Promise<Journal>): void => {
  open = elsewhere;
};

const inSqlite = async (now: () => number): Promise<Journal> => {
  const folder = mkdtempSync(join(tmpdir(), 'agentops-test-'));
  const journal = await openSqliteJournal(join(folder, 'journal.db'), now);
  onTestFinished(async () => {
    await journal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return journal;
};

let open = inSqlite;
