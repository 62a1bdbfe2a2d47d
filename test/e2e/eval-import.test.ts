import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importFormats } from '../../src/views/eval-import.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const config = (assertions: string) => `prompts: ["{{q}}"]\ntests:\n  - { vars: { q: hi }, assert: [${assertions}] }\n`;

describe('agentops eval import promptfoo', () => {
  test('writes a suite and ends well where all of it maps', async () => {
    using place = scratch({ 'promptfooconfig.yaml': config('{ type: contains, value: x }') });
    const { status, stdout } = await runCli(['eval', 'import', 'promptfoo', '--out', 'suites/a.yaml'], { cwd: place.path });
    expect(stdout).toBe('suites/a.yaml: 1 case and 1 assertion, made of promptfooconfig.yaml\n');
    expect(status).toBe(0);
    expect(readFileSync(join(place.path, 'suites/a.yaml'), 'utf8')).toContain('contains: x');
  });

  test('ends with a finding where something was left out, and lists it with its place', async () => {
    using place = scratch({ 'foo.yaml': config('{ type: contains, value: x }, { type: is-sql }') });
    const { status, stdout } = await runCli(['eval', 'import', 'promptfoo', 'foo.yaml', '--out', 'a.yaml', '--json'], { cwd: place.path });
    expect(status).toBe(1);
    const document = documentSchemas['eval import'].parse(JSON.parse(stdout));
    expect(document.left_out).toEqual([
      {
        file: join(place.path, 'foo.yaml'),
        line: 3,
        column: 63,
        path: 'tests[0].assert[1]',
        name: 'is-sql',
        why: 'there is no such assertion here',
      },
    ]);
    expect(readFileSync(join(place.path, 'a.yaml'), 'utf8')).toContain(
      '# left out: is-sql (foo.yaml:3:63): there is no such assertion here',
    );
  });

  test('writes over nothing', async () => {
    using place = scratch({ 'promptfooconfig.yaml': config('{ type: is-json }') });
    mkdirSync(join(place.path, 'suites'));
    writeFileSync(join(place.path, 'suites/promptfoo.yaml'), 'mine');
    const import_ = (...more: readonly string[]) => runCli(['eval', 'import', 'promptfoo', ...more], { cwd: place.path });
    expect((await import_()).status).toBe(4);
    expect(readFileSync(join(place.path, 'suites/promptfoo.yaml'), 'utf8')).toBe('mine');
    expect((await import_('--force')).status).toBe(0);
  });

  test.each([
    ['a file that is not there', ['promptfoo', 'nix.yaml'], 'there is no file'],
    ['a format that is not known', ['deepeval', 'x.yaml'], 'there is no import of "deepeval"'],
    ['a file without tests that map', ['promptfoo', 'promptfooconfig.yaml'], 'is-sql'],
  ])('refuses %s', async (_, args, words) => {
    using place = scratch({ 'promptfooconfig.yaml': config('{ type: is-sql }') });
    const { status, stderr } = await runCli(['eval', 'import', ...args], { cwd: place.path });
    expect(stderr).toContain(words);
    expect(status).toBe(2);
  });

  test('prints what came out of the file inertly', () => {
    const at = { file: '/a/x.yaml', line: 1, column: 1 };
    const hostile = { at, path: 'tests[0]', name: '\u001b[31mred', why: '\u202Eold', isKept: false };
    const text = importFormats({
      generatedAt: 0,
      from: '/a/x.yaml',
      suite: '/a/s.yaml',
      cases: 1,
      assertions: 1,
      remarks: [hostile],
      cwd: '/a',
    });
    const look = { width: 100, paint: (_: string, words: string) => words, utf8: true } as never;
    expect(text.text({ look } as never)).not.toMatch(/[\u001b\u202E]/);
  });
});
