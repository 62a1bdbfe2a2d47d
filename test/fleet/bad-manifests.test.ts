import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Env } from '../../src/ground/runtime/context.ts';
import { stderrOf } from '../support/load-manifest.ts';

const root = join(import.meta.dirname, '../fixtures/bad-manifests');
const folders = readdirSync(root).sort();

/** `request.json` of a case: the environment, and what `--untrusted` allows. */
interface Request {
  readonly env?: Env;
  readonly untrusted?: { readonly variables: readonly string[]; readonly hosts: readonly string[] };
}

const requestOf = (folder: string): Request => {
  const file = join(folder, 'request.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Request) : {};
};

describe('a bad manifest', () => {
  test('comes in many kinds', () => expect(folders.length).toBeGreaterThan(70));

  test.each(folders)('%s is refused in these words', async (name) => {
    const folder = join(root, name);
    const { env = {}, untrusted } = requestOf(folder);
    const said = await stderrOf(folder, { env, allowance: untrusted ?? null });
    rmSync(join(folder, '.agentops'), { recursive: true, force: true });
    await expect(said).toMatchFileSnapshot(join(folder, 'expected.txt'));
  });
});
