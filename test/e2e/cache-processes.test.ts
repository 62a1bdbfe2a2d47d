import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqliteCache } from '../../src/ground/store/sqlite-cache.ts';
import { contentOf } from '../support/cache.ts';

const writer = resolve(import.meta.dirname, '../support/write-pages.mjs');
const folder = mkdtempSync(join(tmpdir(), 'agentops-writers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const spans = 2500;
const start = (file: string, seed: number) =>
  spawn(process.execPath, [writer, join(folder, file), String(seed), String(spans)], { stdio: ['ignore', 'pipe', 'inherit'] });

const finish = async (file: string, seed: number): Promise<void> => {
  const child = start(file, seed);
  child.stdout.resume();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
};

const content = async (file: string) => {
  const cache = await openSqliteCache(join(folder, file));
  try {
    expect(cache.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    return contentOf(cache);
  } finally {
    cache.close();
  }
};

/** Kills a writer without warning after so many steps and a moment more. */
const killAfter = async (file: string, seed: number, steps: number, moreMs: number): Promise<void> => {
  const child = start(file, seed);
  let seen = 0;
  child.stdout.on('data', (piece: Buffer) => {
    seen += piece.toString().split('\n').length - 1;
    if (seen >= steps) setTimeout(() => child.kill('SIGKILL'), moreMs);
  });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
};

describe('processes that share a cache', () => {
  let undisturbed: Awaited<ReturnType<typeof content>>;
  beforeAll(async () => {
    await finish('alone.db', 1);
    await finish('alone.db', 2);
    undisturbed = await content('alone.db');
  });

  test('two at once end as one after the other would', async () => {
    await Promise.all([finish('together.db', 1), finish('together.db', 2)]);
    expect(await content('together.db')).toEqual(undisturbed);
  });

  test('killed anywhere and run again, they end as if undisturbed', async () => {
    for (const [at, steps] of [1, 4, 5, 9, 14].entries()) await killAfter('killed.db', 1 + (at % 2), steps, at * 3);
    await finish('killed.db', 1);
    await finish('killed.db', 2);
    expect(await content('killed.db')).toEqual(undisturbed);
  });
});
