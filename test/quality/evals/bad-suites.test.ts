import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Allowance } from '../../../src/fleet/trust.ts';
import type { Env } from '../../../src/ground/runtime/context.ts';
import { loadedFrom, refusalOf } from '../../support/load-suite.ts';

const root = join(import.meta.dirname, '../../fixtures/bad-suites');
const folders = readdirSync(root).sort();

/** `request.json` of a case: which file is the suite, the environment, and what `--untrusted` allows. */
interface Request {
  readonly suite?: string;
  readonly env?: Env;
  readonly untrusted?: Allowance;
}

const requestOf = (folder: string): Request => {
  const file = join(folder, 'request.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Request) : {};
};

describe('a bad suite', () => {
  test('comes in many kinds', () => expect(folders.length).toBeGreaterThan(50));

  test.each(folders)('%s is refused in these words', async (name) => {
    const folder = join(root, name);
    const { suite = 'suite.yaml', env = {}, untrusted } = requestOf(folder);
    const said = await refusalOf(loadedFrom(folder, suite, { env, allowance: untrusted ?? null }));
    // The corpus is checked out in another place each time.
    await expect(said.replaceAll(folder, '<folder>')).toMatchFileSnapshot(join(folder, 'expected.txt'));
  });
});
