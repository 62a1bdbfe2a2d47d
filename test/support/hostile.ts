/** Texts that an agent, a trace or an alert could say to act on whoever reads them. */
export const hostileTexts: Readonly<Record<string, string>> = {
  colour: '\u001b[31mred\u001b[0m',
  'clear screen': '\u001b[2J\u001b[Hgone',
  'hyperlink (OSC 8)': '\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007',
  'clipboard (OSC 52)': '\u001b]52;c;cm0gLXJmIC8=\u001b\\text',
  'window title, unfinished': '\u001b]0;title',
  'device control string': '\u001bP+q544e\u001b\\text',
  '8-bit control sequences': '\u009b31mred\u009d0;title\u009ctext\u0085next',
  'nested sequences': '\u001b\u001b[31m[31mred',
  'escape hidden in escape': '\u001b[\u200b31mred',
  'carriage return': 'all is bad\rall is good',
  backspaces: 'bad\b\b\bgood',
  'NUL and friends': 'a\u0000b\u0007c\u007fd',
  'line breaks': 'one\ntwo\r\nthree\u2028four\u2029five\u000bsix\u000cseven',
  'workflow command': '::error title=owned::fake',
  'workflow command on a line of its own': 'text\n::set-output name=x::y\n::stop-commands::token',
  'workflow command after a blank': ' ::add-mask::a',
  'old workflow command': 'text ##[error]fake and ##vso[task.setvariable variable=x]y and ##teamcity[buildStop]',
  'old workflow command, split': '##\u200b[error]fake',
  script: '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'attribute break': `" onmouseover="alert(1)" x='`,
  'CDATA end': ']]>]]&gt;<!-- --><?pi ?>&lt;',
  'markdown image': '![pixel](https://evil.example/p.png)',
  'markdown link': '[click](https://evil.example) <https://evil.example> [a]: https://evil.example "t"',
  'bare addresses': 'https://evil.example www.evil.example mail@evil.example',
  mentions: '@octocat and @org/team, fixes #1, GH-12, org/repo#3, !4, ~label',
  'markdown block': '# head',
  'markdown list': '- item',
  'markdown numbered list': '1. item',
  'markdown emphasis': '**bold** _em_ ~~gone~~ `code` ``co`de``',
  'table cells': 'a | b \\| c \\\\| d',
  backslashes: '\\\\\\',
  'HTML comment': '<!-- hidden',
  formula: '=HYPERLINK("https://evil.example","click")',
  'formula with plus': "+1+cmd|' /C calc'!A0",
  'formula with minus': '-2+3',
  'formula with at': '@SUM(1)',
  'formula after a tab': '\t=1+1',
  'formula after a carriage return': '\r=1+1',
  'full-width formula': '＝1+1',
  'quoted field': '","=1+1","',
  'bidi override': 'abc\u202egnp.exe\u202c \u2066isolate\u2069 \u200fmark',
  'zero width': 'pass\u200bword\u200c\u200d\u2060\ufeff\u00ad',
  'tag characters': 'hi\u{e0069}\u{e0067}\u{e006e}',
  'nothing to see': '\u200b\u2060',
  'lone surrogates': 'a\ud800b\udc00c',
  'not in XML': 'a\u0001\u000e\ufffe\uffffb',
  emoji: '👩🏽‍💻 ❤️ 🇩🇪 1️⃣ 😀',
  wide: '東京の天気は晴れです',
  'combining marks': `Z${'\u0301'.repeat(500)}a`,
  Persian: 'می‌خواهم',
  'prometheus label': 'a"} 1\nagentops_agent_state{agent="evil"} 1 \\',
  'nagios data': "ok | 'x'=1;;;; 'y'=2\nOK - all is well | z=3",
  'a million letters': 'x'.repeat(1_000_000),
  'a hundred thousand escapes': '\u001b]'.repeat(100_000),
  'a hundred thousand marks': '\u0301'.repeat(100_000),
};

const ownWords = new Set(['state', 'status', 'outcome', 'verdict', 'rule', 'severity', 'costSource']);

/** The value with the text in the place of every string that is not one of our own words. */
export const infested = <Value>(value: Value, text: string): Value => {
  const walk = (at: unknown): unknown => {
    if (typeof at === 'string') return text;
    if (Array.isArray(at)) return at.map(walk);
    if (typeof at !== 'object' || at === null) return at;
    return Object.fromEntries(Object.entries(at).map(([key, inner]) => [key, ownWords.has(key) ? inner : walk(inner)]));
  };
  return walk(value) as Value;
};
