import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formulaFree,
  githubData,
  githubProperty,
  htmlText,
  inertLine,
  inertText,
  longestText,
  markdownText,
  nagiosText,
  prometheusLabel,
  xmlText,
} from '../../../src/ground/output/escape.ts';
import { parseXml } from '../../support/xml.ts';

/** Any UTF-16, with the characters that matter more often than chance would have them. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...'\u001b\u009b\u009d\u0007[]m;:#@|<>&"\'`\\\n\r\t\u202e\u200b\u200d\ufe0f👩💻\ud800=+-', '::', '##['),
    ),
  )
  .map((parts) => parts.join(''));

describe('text made inert', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m alert', 'red alert'],
    ['links', '\u001b]8;;https://evil.example\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['the clipboard', 'a\u001b]52;c;aGk=\u0007b', 'ab'],
    ['8-bit sequences', 'a\u009b31mb\u009d0;t\u009cc', 'abc'],
    ['an unfinished sequence, which it shows', 'a\u001b]0;title', 'a\\x1b]0;title'],
    ['a sequence around a sequence, which it shows', '\u001b\u001b[31m[31mred', '\\x1b[31mred'],
    ['controls, which it shows', 'a\u0000b\bc\u007fd\u0081', 'a\\x00b\\x08c\\x7fd\\x81'],
    ['overwriting', 'bad\rgood', 'bad good'],
    ['line ends', 'a\r\nb\u2028c\u0085d', 'a b c d'],
    ['bidi controls', 'abc\u202egnp.exe\u202c', 'abcgnp.exe'],
    ['invisible characters', 'p\u200ba\u2060s\ufeffs\u00ad\u{e0041}', 'pass'],
    ['lone surrogates', 'a\ud800b', 'a\ufffdb'],
    ['stacked marks', `a${'\u0301'.repeat(50)}`, `a${'\u0301'.repeat(6)}`],
    ['workflow commands', '::error::x ::notice::y a::b', ': :error::x : :notice::y a::b'],
    ['old workflow commands', '##[error]x ##vso[y] ## [z]', '# #[error]x # #vso[y] ## [z]'],
    ['commands assembled by removal', '##\u200b[error]x', '# #[error]x'],
  ])('without %s', (_what, raw, inert) => {
    expect(inertLine(raw)).toBe(inert);
  });

  it.each(['👩🏽‍💻', '❤️', '🇩🇪', '東京', 'naïve', 'שלום', 'a::b', '5 % of $3'])('leaves %s as it is', (text) => {
    expect(inertLine(text)).toBe(text);
  });

  it('keeps the lines of a text apart', () => {
    expect(inertText('one\r\ntwo')).toBe('one\ntwo');
  });

  it('cuts what nobody reads to the end', () => {
    expect(inertText('x'.repeat(1_000_000))).toBe(`${'x'.repeat(longestText)}…`);
    expect(inertText(`${'x'.repeat(longestText - 1)}😀`)).toBe(`${'x'.repeat(longestText - 1)}…`);
  });

  it.each([
    ['::error::x', ': :error::x'],
    [':::error::x', ': : :error::x'],
    ['a ::::set', 'a : : : :set'],
  ])('takes a command in %j apart', (text, line) => {
    expect(inertLine(text)).toBe(line);
  });

  it('never lets a control, a hidden character or a command through', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = inertLine(text);
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u200b\u2066-\u2069]|\p{Surrogate}/u);
        expect(line).not.toMatch(/(?<!\S)::|##\[/);
      }),
    );
  });
});

describe('text for one place', () => {
  it('is XML that reads back as the inert text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const root = parseXml(`<a b="${xmlText(text)}">${xmlText(text)}</a>`);
        expect(root.attributes['b']).toBe(inertText(text));
        expect(root.text).toBe(inertText(text));
      }),
    );
  });

  it('is one Prometheus label that reads back as the inert text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const value = prometheusLabel(text);
        expect(value).toMatch(/^(?:[^"\\\n]|\\["\\n])*$/);
        expect(value.replace(/\\(.)/g, '$1')).toBe(inertLine(text));
      }),
    );
  });

  it.each([
    ['HTML', htmlText, `<b a='"'>&`, '&lt;b a=&#39;&quot;&#39;&gt;&amp;'],
    ['workflow data', githubData, '50%\n::error::', '50%25%0A::error::'],
    ['workflow properties', githubProperty, 'a:b,c\n%', 'a%3Ab%2Cc%0A%25'],
    ['plugin output', nagiosText, "a | b <i> `c` 'd'", "a / b (i) 'c' 'd'"],
    ['a formula', formulaFree, '=1+1', "'=1+1"],
    ['a formula behind a quote', formulaFree, "' =1+1", "'' =1+1"],
    ['a formula behind a tab', formulaFree, '\t@SUM(1)', "'@SUM(1)"],
    ['no formula', formulaFree, 'a = b', 'a = b'],
    ['a Markdown image', markdownText, '![a](https://b.c)', '!&#8203;\\[a\\]\\(https:&#8203;//b.c\\)'],
    ['a mention', markdownText, '@octocat #1 GH-2', '@&#8203;octocat \\#&#8203;1 GH-&#8203;2'],
    ['a Markdown table', markdownText, 'a | b \\| c', 'a &#124; b \\\\&#124; c'],
    ['a Markdown list', markdownText, '1. a', '1&#8203;. a'],
    ['Markdown prose', markdownText, '1.24 s, 5 % - fine', '1.24 s, 5 % - fine'],
  ])('%s', (_what, escapeFor, raw, escaped) => {
    expect(escapeFor(raw)).toBe(escaped);
  });
});
