import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ignoreState, writeOpenly } from '../../src/cli/write-first-files.ts';
import { systemFiles } from '../../src/ground/runtime/files.ts';
import { temporaryFolder } from '../support/temporary.ts';

describe('.gitignore', () => {
  const repository = (ignored: string | null): string => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.git'));
    if (ignored !== null) writeFileSync(join(folder, '.gitignore'), ignored, { mode: 0o644 });
    return folder;
  };

  test.each([
    ['is made', null, '.agentops/\n'],
    ['is added to', 'node_modules/\n', 'node_modules/\n.agentops/\n'],
    ['is added to on a line of its own', 'node_modules/', 'node_modules/\n.agentops/\n'],
    ['keeps its line ends', 'a\r\nb\r\n', 'a\r\nb\r\n.agentops/\r\n'],
    ['is not taken in by something alike', '.agentops-old/\n# .agentops/\n', '.agentops-old/\n# .agentops/\n.agentops/\n'],
  ])('%s', (_, before, after) => {
    const folder = repository(before);
    expect(ignoreState(systemFiles, folder, undefined)?.path).toBe(join(folder, '.gitignore'));
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe(after);
    expect(ignoreState(systemFiles, folder, undefined)).toBeNull();
  });

  test.each(['.agentops/\n', '.agentops', '/.agentops/\nx\n', '**/.agentops/**\n', 'x\r\n.agentops/\r\n'])('%j is enough', (text) => {
    const folder = repository(text);
    expect(ignoreState(systemFiles, folder, undefined)).toBeNull();
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe(text);
  });

  test('of the repository is meant where the manifest stands deeper in it', () => {
    const folder = repository('');
    mkdirSync(join(folder, 'ops/fleet'), { recursive: true });
    expect(ignoreState(systemFiles, join(folder, 'ops/fleet'), undefined)?.path).toBe(join(folder, '.gitignore'));
  });

  test('is left alone outside a repository, and a repository above the home folder is none', () => {
    const folder = repository('');
    mkdirSync(join(folder, 'home/ops'), { recursive: true });
    expect(ignoreState(systemFiles, temporaryFolder(), undefined)).toBeNull();
    expect(ignoreState(systemFiles, join(folder, 'home/ops'), join(folder, 'home'))).toBeNull();
  });
});

describe('a file for people', () => {
  test('is written with the usual rights, and never over another one unasked', () => {
    const path = join(temporaryFolder(), 'deep/agentops.yaml');
    writeOpenly(path, 'one', false);
    expect(statSync(path).mode & 0o044).toBe(0o044 & ~process.umask());
    expect(() => writeOpenly(path, 'two', false)).toThrow(/is there already/);
    expect(readFileSync(path, 'utf8')).toBe('one');
    writeOpenly(path, 'two', true);
    expect(readFileSync(path, 'utf8')).toBe('two');
  });

  test('that cannot be written is told with its path', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(() => writeOpenly(join(folder, 'file/agentops.yaml'), 'x', false)).toThrow(join(folder, 'file/agentops.yaml'));
  });
});
