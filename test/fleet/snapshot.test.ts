import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanCopy, load } from '../support/load-manifest.ts';

const snapshotOf = (folder: string): string => join(folder, '.agentops', 'agentops.yaml.snapshot.json');
const write = (folder: string, file: string, text: string) => writeFileSync(join(folder, file), text);

describe('a snapshot', () => {
  test.each(['reference', 'small', 'words', 'shared'])('of %s is the fleet that is read afresh', async (name) => {
    const folder = cleanCopy(name);
    const env = { SET: 'here', TIER: '2' };
    const first = await load(folder, { env });
    const second = await load(folder, { env });
    expect([first.fromSnapshot, second.fromSnapshot]).toEqual([false, true]);
    expect(second.fleet).toEqual(first.fleet);
  });

  test('of any manifest is the fleet that is read afresh', async () => {
    const folder = cleanCopy('small');
    const plain = fc.string().map((text) => text.replaceAll('$', ''));
    const agent = fc.record(
      {
        tier: fc.constantFrom(1, 2, 3),
        tags: fc.array(plain),
        description: plain,
        maintenance: fc.constant([{ cron: '0 3 * * 0', for: '2h' }]),
        endpoint: fc.constantFrom(
          { protocol: 'a2a', url: 'http://127.0.0.1:1' },
          { protocol: 'http', url: '${URL}', body: { deep: [null, { a: '{{input}}' }, 1.5] }, headers: { authorization: '${T}' } },
          { protocol: 'command', argv: ['echo', 'hi'], env: { A: '${T}' }, timeout: { total: '5s' } },
        ),
        checks: fc.uniqueArray(
          fc.record({
            id: fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
            heartbeat: fc.constant({ every: '1h' }),
            fail_after: fc.integer({ min: 1, max: 9 }),
          }),
          { selector: ({ id }) => id, maxLength: 4 },
        ),
      },
      { requiredKeys: [] },
    );
    const agents = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9.-]{0,12}$/), agent, { minKeys: 1, maxKeys: 6 });
    await fc.assert(
      fc.asyncProperty(agents, async (each) => {
        write(folder, 'agentops.yaml', JSON.stringify({ version: 1, fleet: 'any', agents: each }));
        const fresh = await load(folder);
        const again = await load(folder);
        expect(again.fromSnapshot).toBe(true);
        expect(again.fleet).toEqual(fresh.fleet);
        expect(JSON.parse(JSON.stringify(fresh.fleet))).toEqual(fresh.fleet);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    [
      'the manifest',
      (folder: string) => write(folder, 'agentops.yaml', readFileSync(join(folder, 'agentops.yaml'), 'utf8').replace('tier: 1', 'tier: 2')),
    ],
    ['an included file', (folder: string) => write(folder, 'prices.yaml', 'prices: {}\n')],
    ['a file that a glob finds now', (folder: string) => write(folder, 'agents/new.yaml', 'agents: { fresh: {} }\n')],
    [
      'the snapshot, cut off',
      (folder: string) => writeFileSync(snapshotOf(folder), readFileSync(snapshotOf(folder), 'utf8').slice(0, -20)),
    ],
    [
      'the snapshot, of another shape',
      (folder: string) => writeFileSync(snapshotOf(folder), '{"format":2,"version":"0.0.0","inputs":{},"fleet":{}}'),
    ],
  ])('is put aside after a change of %s', async (_what, change) => {
    const folder = cleanCopy('reference');
    await load(folder);
    change(folder);
    expect((await load(folder)).fromSnapshot).toBe(false);
    expect((await load(folder)).fromSnapshot).toBe(true);
  });

  test('is put aside when an included file is gone, is a folder, or cannot be read', async () => {
    const folder = cleanCopy('reference');
    await load(folder);
    rmSync(join(folder, 'prices.yaml'));
    await expect(load(folder)).rejects.toThrow('include prices.yaml matches no file');
    mkdirSync(join(folder, 'prices.yaml'));
    await expect(load(folder)).rejects.toThrow('include prices.yaml is a folder');
  });

  test('is put aside when a variable or a file that was read into it changes, and not for others', async () => {
    const folder = cleanCopy('words');
    const env = { SET: 'here', TIER: '2' };
    await load(folder, { env });
    expect((await load(folder, { env: { ...env, UNRELATED: '1', SUPPORT_API_KEY: 'another' } })).fromSnapshot).toBe(true);
    expect((await load(folder, { env: { ...env, SET: 'there' } })).fleet.agents[0]?.env).toBe('there');
    expect((await load(folder, { env: { ...env, UNSET: 'set now' } })).fromSnapshot).toBe(false);
    write(folder, 'about.txt', 'changed');
    const changed = await load(folder, { env });
    expect(changed.fromSnapshot).toBe(false);
    expect(changed.fleet.agents[0]?.description).toContain('changed');
  });

  test('is put aside by another version of the program', async () => {
    const folder = cleanCopy('small');
    await load(folder, { version: '1.0.0' });
    expect((await load(folder, { version: '1.0.1' })).fromSnapshot).toBe(false);
  });

  test('belongs to one manifest, though others stand in the same folder', async () => {
    const folder = cleanCopy('small');
    await load(folder);
    write(folder, 'other.yaml', 'version: 1\nfleet: other\nagents: { a: {} }\n');
    expect((await load(folder, { manifest: 'other.yaml' })).fleet.name).toBe('other');
    expect(await load(folder)).toMatchObject({ fromSnapshot: true, fleet: { name: 'small' } });
  });

  test('is not true of a copy in another folder', async () => {
    const folder = cleanCopy('small');
    await load(folder);
    const copy = cleanCopy('small');
    cpSync(join(folder, '.agentops'), join(copy, '.agentops'), { recursive: true });
    expect(await load(copy)).toMatchObject({ fromSnapshot: false, fleet: { path: join(copy, 'agentops.yaml') } });
  });

  test('is for its owner alone and holds no secret', async () => {
    const folder = cleanCopy('words');
    write(folder, 'token', 'the-token-itself');
    await load(folder, { env: { SET: 'here', TIER: '2', SUPPORT_API_KEY: 'the-key-itself' } });
    expect(statSync(snapshotOf(folder)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, '.agentops')).mode & 0o777).toBe(0o700);
    expect(readFileSync(snapshotOf(folder), 'utf8')).not.toMatch(/the-key-itself|the-token-itself/);
  });

  test('is neither read nor written under --untrusted', async () => {
    const folder = cleanCopy('small');
    const allowance = { variables: [], hosts: ['127.0.0.1'] };
    await load(folder);
    expect((await load(folder, { allowance })).fromSnapshot).toBe(false);
    rmSync(join(folder, '.agentops'), { recursive: true });
    await load(folder, { allowance });
    expect(() => statSync(join(folder, '.agentops'))).toThrow('ENOENT');
  });

  test('that cannot be written is no error', async () => {
    const folder = cleanCopy('small');
    write(folder, '.agentops', 'a file where the folder should be');
    expect((await load(folder)).fleet.name).toBe('small');
    expect((await load(folder)).fromSnapshot).toBe(false);
  });

  test.skipIf(process.getuid?.() === 0)('in a folder that is read-only is no error', async () => {
    const folder = cleanCopy('small');
    chmodSync(folder, 0o500);
    try {
      expect((await load(folder)).fleet.name).toBe('small');
    } finally {
      chmodSync(folder, 0o700);
    }
  });

  test('survives many loads at once', async () => {
    const folder = cleanCopy('reference');
    const fleets = await Promise.all(Array.from({ length: 20 }, () => load(folder)));
    for (const { fleet } of fleets) expect(fleet).toEqual(fleets[0]?.fleet);
    expect((await load(folder)).fromSnapshot).toBe(true);
  });
});
