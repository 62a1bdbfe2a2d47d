import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesGlob } from '../../src/fleet/glob.ts';

describe('a glob of an include', () => {
  test.each([
    ['agents/*.yaml', 'agents/a.yaml', true],
    ['agents/*.yaml', 'agents/deep/a.yaml', false],
    ['agents/*.yaml', 'agents/.yaml', true],
    ['agents/?.yaml', 'agents/a.yaml', true],
    ['agents/?.yaml', 'agents//.yaml', false],
    ['**/*.yaml', 'a.yaml', true],
    ['**/*.yaml', 'x/y/a.yaml', true],
    ['a/**/b.yaml', 'a/b.yaml', true],
    ['a/**/b.yaml', 'a/x/y/b.yaml', true],
    ['a/**/b.yaml', 'a/xb.yaml', false],
    ['agents/**', 'agents/x/a.yaml', true],
    ['agents/**', 'other/a.yaml', false],
    ['a.yaml', 'a-yaml', false],
    ['[a].yaml', '[a].yaml', true],
    ['../shared/*.yaml', '../shared/a.yaml', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j on %j: %j', (glob, path, matches) => {
    expect(matchesGlob(glob, path)).toBe(matches);
  });

  test('means what the same glob means as a regular expression', () => {
    const pieces = (of: readonly string[]) => fc.array(fc.constantFrom(...of), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pieces(['a', 'b', '/', '.', '*', '?', '**/']), pieces(['a', 'b', '/', '.']), (glob, path) => {
        const source = glob.replace(
          /\*\*\/|\*\*|[*?.]/g,
          (token) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]', '.': '\\.' })[token] ?? '',
        );
        expect(matchesGlob(glob, path)).toBe(new RegExp(`^${source}$`).test(path));
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['**/'.repeat(300), '*a'.repeat(400), '**'.repeat(400)])('answers in a moment, however it is made: %#', (start) => {
    expect(matchesGlob(`${start}b`, 'a/'.repeat(120))).toBe(false);
  });
});
