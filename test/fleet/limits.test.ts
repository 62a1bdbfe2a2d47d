import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cleanCopy, load, stderrOf } from '../support/load-manifest.ts';

const head = 'version: 1\nfleet: acme\n';
const stderrFor = (text: string | Buffer): Promise<string> => {
  const folder = cleanCopy('small');
  writeFileSync(join(folder, 'agentops.yaml'), text);
  return stderrOf(folder);
};

describe('a manifest that is too much', () => {
  test('of ten megabytes is refused unread', async () => {
    const said = await stderrFor(`${head}# ${'x'.repeat(10 * 1024 * 1024)}\n`);
    expect(said).toMatch(/^error: \S+agentops\.yaml has 10,485,7\d\d bytes; at most 1,048,576 are read\nhint: split it/);
  });

  test.skipIf(process.platform === 'win32')('of a device that never ends is refused at its limit', async () => {
    const said = await stderrFor(`${head}include: [/dev/zero]\nagents: { a: {} }\n`);
    expect(said).toContain('agentops.yaml:3:11: /dev/zero has more than 1,048,576 bytes; at most 1,048,576 are read');
  });

  test('of ten thousand brackets is refused in a moment', async () => {
    const said = await stderrFor(`${head}agents: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`);
    expect(said).toContain(': the file is nested far too deep here');
  });

  test('of a thousand levels of lines is refused in a moment', async () => {
    const lines = Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`);
    expect(await stderrFor(`${head}agents:\n${lines.join('\n')}\n`)).toContain(': the file is nested far too deep here');
  });

  test('of a billion laughs is refused at its first laugh too many', async () => {
    const letters = [...'abcdefghi'];
    const bomb = letters.map((letter, at) => {
      const inner = at === 0 ? '"lol"' : `*${letters[at - 1]}`;
      return `  ${letter}: { tags: &${letter} [${Array.from({ length: 10 }, () => inner).join(', ')}] }`;
    });
    const said = await stderrFor(`${head}agents:\n${bomb.join('\n')}\n`);
    expect(said).toContain('the file holds, with its aliases expanded, more than 200,000 values');
    expect(said).toMatch(/agentops\.yaml:\d+:\d+:/);
  });

  test('of an alias inside what it stands for is refused', async () => {
    expect(await stderrFor(`${head}agents: &a { b: *a }\n`)).toContain('nested more than 64 levels deep');
  });

  test('of a thousand mistakes tells a hundred and how many more there are', async () => {
    const agents = Array.from({ length: 1000 }, (_, at) => `  a${at}: { tier: 9 }`);
    const said = await stderrFor(`${head}agents:\n${agents.join('\n')}\n`);
    expect(said).toContain('has 1000 problems');
    expect(said).toContain('agentops.yaml:103:16: agents.a99.tier');
    expect(said).toContain('\n  and 900 more\n');
    expect(said).not.toContain('agents.a100.');
  });

  test('with a chain of twenty thousand dependencies is walked without overflow', async () => {
    const agents = Array.from({ length: 20_000 }, (_, at) => `  a${at}: { depends_on: [a${(at + 1) % 20_000}] }`);
    expect(await stderrFor(`${head}agents:\n${agents.join('\n')}\n`)).toContain('agents.a0.depends_on goes in a circle: a0 → a1 → a2');
  });
});

describe('a manifest that is no file to read', () => {
  test('is named when it is a folder', async () => {
    const folder = cleanCopy('small');
    mkdirSync(join(folder, 'sub'));
    const said = await stderrOf(folder, { manifest: 'sub' });
    expect(said).toBe(
      `error: --manifest names ${folder}/sub, and that is a folder\nhint: name the file in it: ${folder}/sub/agentops.yaml\n`,
    );
  });

  test('is named when it is not there', async () => {
    const folder = cleanCopy('small');
    expect(await stderrOf(folder, { manifest: 'gone.yaml' })).toBe(
      `error: --manifest names ${folder}/gone.yaml, and there is no such file\nhint: agentops init makes a manifest\n`,
    );
  });

  test.skipIf(process.getuid?.() === 0)('is named when this user may not read it', async () => {
    const folder = cleanCopy('small');
    chmodSync(join(folder, 'agentops.yaml'), 0o000);
    expect(await stderrOf(folder)).toContain('may not be read by this user');
  });
});

describe('includes that look too far', () => {
  test('through more files than anybody keeps manifests among are refused at their place', async () => {
    const folder = cleanCopy('small', { 'agentops.yaml': `${head}include: ["**/*.yaml"]\nagents: { a: {} }\n` });
    for (let at = 0; at < 15; at += 1) symlinkSync(folder, join(folder, `loop${at}`));
    expect(await stderrOf(folder)).toContain('agentops.yaml:3:11: include **/*.yaml looks through more than 20,000 files');
  });

  test('under --untrusted do not follow a link out of the folder', async () => {
    const secret = cleanCopy('small', { 'secret.yaml': 'agents: { leaked-by-a-link: { tier: 9 } }\n' });
    const folder = cleanCopy('small', { 'agentops.yaml': `${head}include: ["parts/*.yaml"]\nagents: { a: {} }\n` });
    mkdirSync(join(folder, 'parts'));
    symlinkSync(join(secret, 'secret.yaml'), join(folder, 'parts', 'a.yaml'));
    const said = await stderrOf(folder, { allowance: { variables: [], hosts: [] } });
    expect(said).toContain(
      'agentops.yaml:3:11: include parts/*.yaml leaves the folder of the manifest, which is refused under --untrusted',
    );
    expect(said).not.toContain('leaked');
    expect(await stderrOf(folder)).toContain('agents.leaked-by-a-link.tier must be 1, 2 or 3');
  });

  test.each([
    ['a folder that is there', ''],
    ['a folder yet to be made', 'new'],
    ['a folder through another link', 'through'],
    ['the file in it', 'file'],
  ])('under --untrusted do not let the state out by a link: %s', async (_what, how) => {
    const outside = cleanCopy('small');
    const folder = cleanCopy('small', { 'agentops.yaml': `${head}agents: { a: {} }\n` });
    const allowance = { variables: [], hosts: [] };
    expect(await stderrOf(folder, { allowance })).toBe('');
    if (how === 'file') mkdirSync(join(folder, '.agentops'));
    if (how === 'through') symlinkSync(join(outside, 'new'), join(folder, 'second'));
    const target = { '': outside, new: join(outside, 'new'), through: 'second', file: join(outside, 'journal.db') }[how] ?? '';
    symlinkSync(target, join(folder, '.agentops', ...(how === 'file' ? ['journal.db'] : [])));
    expect(await stderrOf(folder, { allowance })).toContain(
      'a state folder outside the folder of the manifest is refused under --untrusted\n      hint: take the symbolic link away',
    );
    expect(await stderrOf(folder)).toBe('');
  });

  test('under --untrusted a file is refused without a look at it', async () => {
    const text = `${head}agents: { a: { description: "\${file:large.txt}" } }\n`;
    const folder = cleanCopy('small', { 'agentops.yaml': text, 'large.txt': 'x'.repeat(300_000) });
    expect(await stderrOf(folder, { allowance: { variables: [], hosts: [] } })).toContain('${file:large.txt} is refused under --untrusted');
    expect(await stderrOf(folder)).toContain('large.txt has 300,000 bytes; at most 262,144 are read');
  });

  test('of a large included file are told at the line that includes it', async () => {
    const folder = cleanCopy('small', {
      'agentops.yaml': `${head}include: [large.yaml]\nagents: { a: {} }\n`,
      'large.yaml': `# ${'x'.repeat(2 * 1024 * 1024)}\n`,
    });
    expect(await stderrOf(folder)).toMatch(/agentops\.yaml:3:11: \S+large\.yaml has 2,097,15\d bytes/);
  });
});

test('a manifest with Windows line ends and a byte order mark is a manifest', async () => {
  const folder = cleanCopy('small', { 'agentops.yaml': `\uFEFF${head}agents:\n  a:\n    tier: 3\n`.replaceAll('\n', '\r\n') });
  expect((await load(folder)).fleet.agents[0]).toMatchObject({ name: 'a', tier: 3, at: { line: 4, column: 3 } });
});
