import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { openSqliteCache } from '../../../src/ground/store/sqlite-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'agentops-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

describe('the cache file', () => {
  test('is its owner’s alone, folder included', async () => {
    (await openSqliteCache(at('own/cache.db'))).close();
    expect(statSync(at('own/cache.db')).mode & 0o777).toBe(0o600);
    expect(statSync(at('own')).mode & 0o777).toBe(0o700);
  });

  test('of a newer agentops is refused and left as it is', async () => {
    const path = at('newer.db');
    const database = new Sqlite(path);
    database.pragma('journal_mode = WAL');
    database.pragma('user_version = 99');
    database.close();
    const before = readFileSync(path);
    await expect(openSqliteCache(path)).rejects.toMatchObject({
      kind: 'unable',
      code: 'cache_newer',
      hint: expect.stringContaining('delete the file'),
    });
    expect(readFileSync(path)).toEqual(before);
  });

  test('that is damaged says so, and that it can be made again', async () => {
    writeFileSync(at('torn.db'), 'not a database, but long enough to look like one'.repeat(200));
    await expect(openSqliteCache(at('torn.db'))).rejects.toMatchObject({
      kind: 'unable',
      code: 'cache_failed',
      message: expect.stringContaining('damaged'),
      hint: expect.stringContaining('agentops db check'),
    });
  });

  test('in the place of a folder says that it cannot be opened', async () => {
    await expect(openSqliteCache(folder)).rejects.toMatchObject({ kind: 'unable', code: 'cache_failed' });
  });

  test('forgets a transaction that throws, and goes on', async () => {
    const cache = await openSqliteCache(at('throws.db'));
    const put = () => cache.run('INSERT INTO meta (k, v) VALUES (?, ?)', 'a', 'b');
    expect(() =>
      cache.transact(() => {
        put();
        throw new Error('half-way');
      }),
    ).toThrow('half-way');
    expect(cache.all('SELECT * FROM meta')).toEqual([]);
    expect(cache.transact(put)).toBe(1);
    expect([...cache.rows('SELECT k, v FROM meta')]).toEqual([['a', 'b']]);
    expect([...cache.each('SELECT k, v FROM meta')]).toEqual([{ k: 'a', v: 'b' }]);
    cache.close();
  });

  test('explains what fails while rows are read', async () => {
    const cache = await openSqliteCache(at('reads.db'));
    expect(() => [...cache.rows('SELECT json(?)', '{')]).toThrow(expect.objectContaining({ kind: 'unable', code: 'cache_failed' }));
    cache.close();
  });
});
