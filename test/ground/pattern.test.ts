import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern, globPattern, pattern } from '../../src/ground/pattern.ts';

describe('compilePattern', () => {
  test.each([
    ['\\d{4}', 'in 2024', '2024'],
    ['(?i)refund', 'A REFUND', 'REFUND'],
    ['/refund/i', 'A REFUND', 'REFUND'],
    ['/^b.c$/ms', 'a\nb\nc', 'b\nc'],
    ['/api/v1/', 'GET /api/v1/x', '/api/v1/'],
    ['/opt/', 'in /opt/ here', '/opt/'],
    ['(?<year>\\d+)', 'x 7', '7'],
    ['\\u00e9t\\u00e9', "l'été", 'été'],
    ['\\bfoo\\b', 'a foo.', 'foo'],
  ])('%s finds its match', (source, text, match) => {
    const compiled = compilePattern(source);
    expect(compiled.ok && compiled.pattern.find(text)?.text).toBe(match);
  });

  test.each([
    ['a(?=b)', 'lookahead'],
    ['a(?!b)', 'lookahead'],
    ['(?<=a)b', 'lookbehind'],
    ['(a)\\1', 'backreference'],
    ['(?<x>a)\\k<x>', 'backreference'],
    ['[a', 'not a regular expression'],
    ['a{2,1}', 'not a regular expression'],
  ])('%s is refused, and why is said', (source, reason) => {
    const compiled = compilePattern(source);
    expect(compiled.ok ? '' : compiled.problem).toContain(reason);
  });

  test.each(['(a+)+$', '(a|aa)+$', '(a*)*b', '^(([a-z])+.)+[A-Z]([a-z])+$', '(.*a){20}$'])('%s is linear on a long text', (source) => {
    const text = `${'a'.repeat(100_000)}!`;
    const start = performance.now();
    const found = pattern(source).find(text);
    expect(performance.now() - start).toBeLessThan(2000);
    if (source !== '^(([a-z])+.)+[A-Z]([a-z])+$') expect(found === null || found.end <= text.length).toBe(true);
  });

  test('what a literal finds is where indexOf finds it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ minLength: 1, unit: 'grapheme-ascii' }),
        fc.string(),
        (before, word, after) => {
          const escaped = word.replace(/[^A-Za-z0-9]/g, (char) => `\\x{${char.charCodeAt(0).toString(16)}}`);
          const text = before + word + after;
          expect(pattern(escaped).find(text)?.start).toBe(text.indexOf(word));
        },
      ),
    );
  });

  test('findAll stops at its limit and never overlaps', () => {
    expect(pattern('aa').findAll('aaaaa')).toEqual([
      { start: 0, end: 2, text: 'aa' },
      { start: 2, end: 4, text: 'aa' },
    ]);
    expect(pattern('a').findAll('aaaa', 2)).toHaveLength(2);
  });
});

describe('globPattern', () => {
  test.each([
    ['search_*', 'search_kb', true],
    ['search_*', 'Search_KB', true],
    ['search_?', 'search_kb', false],
    ['search', 'search_kb', false],
    ['a.b', 'axb', false],
    ['*', '', true],
    ['(x)+', '(x)+', true],
  ])('%s against %s: %s', (glob, text, matches) => {
    expect(globPattern(glob).test(text)).toBe(matches);
  });
});
