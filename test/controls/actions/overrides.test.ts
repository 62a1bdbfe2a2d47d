import { expect, it } from 'vitest';
import { overrideWrite, readOverrides } from '../../../src/controls/actions/overrides.journal.ts';
import { Conflict } from '../../../src/ground/store/conflict.ts';
import { temporaryJournal } from '../../support/temporary.ts';

it('goes from one value to the next, and over nobody', async () => {
  const journal = await temporaryJournal();
  const set = (from: number | null, to: number | null) => journal.commit([overrideWrite('support', 'sampling', from, to)]);
  await set(null, 1);
  await expect(set(null, 0.5)).rejects.toThrow(Conflict);
  await expect(set(0.7, 0.5)).rejects.toThrow(Conflict);
  await set(1, 0.5);
  expect([...(await readOverrides(journal, 'sampling'))]).toEqual([['support', 0.5]]);
  await expect(set(1, null)).rejects.toThrow(Conflict);
  await set(0.5, null);
  expect((await readOverrides(journal, 'sampling')).size).toBe(0);
});
