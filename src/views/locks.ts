import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { localTime } from '../ground/output/phrases.ts';
import { renderTable } from '../ground/output/table.ts';
import type { HeldLock } from '../response/runbooks/open-locks.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops locks list` and `agentops locks break`. */
export interface LockList {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly locks: readonly HeldLock[];
}

const formats = ({ fleet, generatedAt, locks }: LockList, key: 'locks' | 'broken', none: string) => ({
  text: ({ look, zone }: ViewOptions) => {
    if (locks.length === 0) return `${none}\n`;
    const { head, rows } = renderTable(
      look,
      [{ title: 'Lock', flexible: true }, { title: 'Run' }, { title: key === 'locks' ? 'Renewed until' : 'Was held until' }],
      locks.map(({ lock, run, expiresAt }) => [{ text: lock }, { text: run }, { text: localTime(expiresAt, zone) }]),
    );
    return [head, ...rows].map((line) => `${line}\n`).join('');
  },
  json: () =>
    jsonDocument(fleet, generatedAt, {
      [key]: locks.map(({ lock, run, expiresAt }) => ({ lock, run_id: run, expires_at: isoTime(expiresAt) })),
    }),
});

/** Every format of `agentops locks list`. */
export const lockFormats = (list: LockList) => formats(list, 'locks', 'no run holds a lock');

/** Every format of `agentops locks break`. */
export const brokenFormats = (list: LockList) => formats(list, 'broken', 'nobody held it');
