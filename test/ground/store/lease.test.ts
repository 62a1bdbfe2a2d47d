import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Conflict } from '../../../src/ground/store/conflict.ts';
import { holdLease, leaseEnd, releaseLease, takeLease } from '../../../src/ground/store/lease.ts';
import type { Journal } from '../../../src/ground/store/port.ts';
import { openPassingJournal } from '../../../src/ground/store/sqlite.ts';

let now = 1000;
let journal: Journal;
beforeEach(async () => {
  now = 1000;
  journal = await openPassingJournal(() => now);
});
afterEach(() => journal.close());

const take = (owner: string) => takeLease(journal, { name: 'n', owner, ttlMs: 100 });

describe('a lease', () => {
  test('is one holder’s until it runs out, and each holder has a higher fence', async () => {
    expect(await take('a')).toMatchObject({ fence: 1 });
    now += 99;
    expect(await take('b')).toBeNull();
    now += 1;
    expect(await take('b')).toMatchObject({ owner: 'b', fence: 2 });
  });

  test('lasts as long as its holder writes', async () => {
    const lease = (await take('a')) ?? expect.fail('it was free');
    now += 80;
    await journal.commit([holdLease(lease, now)]);
    now += 80;
    expect(await take('b')).toBeNull();
    expect(await leaseEnd(journal, 'n')).toBe(1180);
  });

  test('that was lost lets nothing of the commit through', async () => {
    const lease = (await take('a')) ?? expect.fail('it was free');
    now += 200;
    await take('b');
    const late = journal.commit([
      { sql: "INSERT INTO beat (id, agent, check_id, at, status, note) VALUES ('x', 'a', 'c', 1, 'ok', '')", params: [] },
      holdLease(lease, now),
    ]);
    await expect(late).rejects.toBeInstanceOf(Conflict);
    expect(await journal.all('SELECT id FROM beat')).toEqual([]);
  });

  test('that is given back is free at once; giving back a lost one changes nothing', async () => {
    const lease = (await take('a')) ?? expect.fail('it was free');
    await releaseLease(journal, lease);
    const next = (await take('b')) ?? expect.fail('it was free');
    await releaseLease(journal, lease);
    expect(await take('c')).toBeNull();
    await journal.commit([holdLease(next, now)]);
  });
});
