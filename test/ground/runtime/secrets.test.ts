import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { OpsError } from '../../../src/ground/errors.ts';
import { githubData, markdownText, nagiosText, prometheusLabel, xmlText } from '../../../src/ground/output/escape.ts';
import { excerpt, redact } from '../../../src/ground/redaction/redaction.ts';
import { systemFiles } from '../../../src/ground/runtime/files.ts';
import { openSecrets } from '../../../src/ground/runtime/secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'agentops-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Secrets of one environment, of which `X` is revealed already. */
const revealed = (value: string, more: Readonly<Record<string, string>> = {}) => {
  const secrets = openSecrets({ X: value, ...more }, systemFiles);
  for (const name of ['X', ...Object.keys(more)]) secrets.reveal({ secret: `\${${name}}`, base: folder });
  return secrets;
};

const refusal = (secret: string, env = {}): OpsError => {
  try {
    openSecrets(env, systemFiles).reveal({ secret, base: folder });
  } catch (thrown) {
    if (thrown instanceof OpsError) return thrown;
    throw thrown;
  }
  throw new Error(`${secret} was not refused`);
};

/** Ways another program writes a value down, each written here apart from the code under test. */
const writers: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  JSON: (value) => JSON.stringify({ echo: value }),
  'JSON inside JSON': (value) => JSON.stringify(JSON.stringify(value)),
  'ASCII JSON': (value) =>
    `"${[...JSON.stringify(value).slice(1, -1)]
      .flatMap((character) =>
        character > '\u007e' ? [...character.split('')].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : character,
      )
      .join('')}"`,
  'JSON with escaped slashes': (value) => JSON.stringify(value).replaceAll('/', '\\/'),
  'URL-encoded': (value) => `?key=${encodeURIComponent(value)}&a=1`,
  'lower-case percent codes': (value) => encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
  'form-encoded': (value) => new URLSearchParams({ key: value }).toString(),
  hex: (value) => Buffer.from(value).toString('hex'),
  'upper-case hex': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  ...Object.fromEntries(
    [0, 1, 2, 3].flatMap((before) => [
      [`base64 after ${before}`, (value: string) => Buffer.from(`${'u:;'.slice(0, before)}${value}tail`).toString('base64')],
      [`base64url after ${before}`, (value: string) => Buffer.from(`${'u:;'.slice(0, before)}${value}`).toString('base64url')],
    ]),
  ),
  xml: (value) => xmlText(`a ${value} b`),
  markdown: (value) => markdownText(`a ${value} b`),
  'a GitHub log': (value) => githubData(`a ${value} b`),
  'a Prometheus label': (value) => prometheusLabel(`a ${value} b`),
  'a monitoring plugin': (value) => nagiosText(`a ${value} b`),
};

/** What a reader could take the secret back out of: the value in every encoding, without what base64 mixes at its ends. */
const traces = (value: string): readonly string[] => {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift, 'u'), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return whole.slice(shift === 0 ? 0 : shift + 1, whole.length - ((shift + bytes.length) % 3 === 0 ? 0 : 1));
  });
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    bytes.toString('hex'),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
};

const awkward = [
  'sk-ant-api03-abcDEF_123',
  'pa$$w(or)d.*+?^[x]{2}|\\d',
  'quote"back\\slash/and\'more',
  'ümläut-ключ-🔑-密钥',
  'a b&c=d;e,f%20g<h>i',
  'tab\tand\nnewline-inside',
  'AAAA',
  '\u0007\u001b[31mred',
];

describe('masking', () => {
  describe.each(awkward)('hides %j', (value) => {
    test.each(Object.entries(writers))('written as %s', (_name, write) => {
      const masked = revealed(value).mask(`before ${write(value)} after`);
      expect(masked).toContain('***');
      expect(masked.startsWith('before ')).toBe(true);
      expect(masked.endsWith(' after')).toBe(true);
      for (const trace of traces(value)) expect(masked).not.toContain(trace);
    });
  });

  test('a random secret in random text never shows', () => {
    const printable = fc
      .string({ unit: 'grapheme', minLength: 4, maxLength: 60 })
      .filter((text) => text.trim().length >= 4 && !text.includes('*'));
    const around = fc.string({ unit: 'grapheme', maxLength: 80 });
    fc.assert(
      fc.property(printable, around, around, fc.constantFrom(...Object.values(writers)), (value, before, after, write) => {
        // Text that happens to hold the secret in pieces of its own is not what is tested.
        const masked = revealed(value).mask(`${before} ${write(value)} ${after}`);
        for (const trace of traces(value)) expect(masked.includes(trace)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('hides what an excerpt left of a value that it cut, wherever it cut', () => {
    const value = 'canary-of-thirty-characters-0';
    const secrets = revealed(value);
    for (let at = 4; at <= value.length - 4; at++) {
      expect(secrets.mask(`it said ${value.slice(0, at)}… (cut)`)).toBe('it said ***… (cut)');
      expect(secrets.mask(`it said …${value.slice(at)} twice`)).toBe('it said …*** twice');
    }
    const encoded = Buffer.from(value).toString('base64');
    expect(secrets.mask(`${encoded.slice(0, 20)}…${value} …${encodeURIComponent(value).slice(9)}, …`)).toBe('***…*** …***, …');
  });

  test.each([
    ['robot+ops@corp.example.org#tail-of-it', 'the key is robot+ops@corp.example.org#tail-of-it, keep it'],
    ['head-of-it/bob@corp.example.org/tail-of-it', 'head-of-it/bob@corp.example.org/tail-of-it'],
    ['head_+44 20 7946 0958_tail-of-it', 'it is "head_+44 20 7946 0958_tail-of-it"'],
    ['one!two a@b.example, +44 20 7946 0958; three', 'said one!two a@b.example, +44 20 7946 0958; three twice'],
    [`head:${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9jK2mN5pQ8s'}:tail`, `head:${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9jK2mN5pQ8s'}:tail`],
  ])('hides what redaction of personal data left of %j', (value, said) => {
    const shown = revealed(value).mask(redact(said));
    const left = redact(value).split(/\[[a-z ]+\]/);
    for (const piece of left.filter((each) => each.trim().length >= 4)) expect(shown).not.toContain(piece);
    expect(shown).toMatch(/\*\*\*/);
  });

  test('wherever an excerpt cuts a value with personal data in it, at most a few characters of it show', () => {
    const value = 'canary-of-ours/bob@corp.example.org/and-its-end';
    const secrets = revealed(value);
    const least = 4;
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), fc.nat(700), (before, after, at) => {
        const text = `${'ab '.repeat(before)}${value}${' xy'.repeat(after)}`;
        const shown = secrets.mask(excerpt(text, { start: Math.min(at, text.length), end: Math.min(at + 9, text.length) }));
        for (const part of ['canary-of-ours/', '/and-its-end']) {
          for (let from = 0; from + least <= part.length; from++) expect(shown).not.toContain(part.slice(from, from + least));
        }
      }),
    );
  });

  test('leaves words at a cut that only look like the middle of a value', () => {
    const secrets = revealed('canary-of-thirty-characters-0');
    expect(secrets.mask('a thirty-year…old characters')).toBe('a thirty-year…old characters');
    expect(secrets.mask('can… of')).toBe('can… of');
  });

  test('looks through ten thousand cuts for a hundred values in a moment', () => {
    const more = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`S${at}`, `sk-live-${at}-${'x'.repeat(60)}`]));
    const text = `${'a piece of an answer that was cut somewhere in the middle of a wo…\n'.repeat(10_000)}sk-live-7-xxx…`;
    const secrets = revealed('canary-of-thirty-characters-0', more);
    const began = performance.now();
    expect(secrets.mask(text).endsWith('\n***…')).toBe(true);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('looks through ten thousand marks for a hundred values in a moment', () => {
    const more = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`S${at}`, `sk-live-${at}-${'x'.repeat(60)}`]));
    const secrets = revealed('canary-of-thirty-characters-0', more);
    const began = performance.now();
    expect(secrets.mask(`${'xxxx and [email]'.repeat(10_000)}xxxxx`).endsWith(' and [email]***')).toBe(true);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('hides two values that overlap, whole', () => {
    const secrets = revealed('abcdefgh', { Y: 'efghijkl' });
    expect(secrets.mask('1abcdefghijkl2')).toBe('1***2');
  });

  test('hides the longer of two values that begin alike', () => {
    expect(revealed('abcdef', { Y: 'abcdefghij' }).mask('abcdefghij abcdef')).toBe('*** ***');
  });

  test('hides every line of a value of several lines', () => {
    const key = '-----BEGIN KEY-----\nMIIEabcdefgh\nIJKLmnop\n-----END KEY-----';
    expect(revealed(key).mask('line: MIIEabcdefgh, then IJKLmnop')).toBe('line: ***, then ***');
    expect(revealed(key).mask(key)).toBe('***');
  });

  test('leaves values that are too short to protect anything', () => {
    expect(revealed('1').mask('1 of 10')).toBe('1 of 10');
    expect(revealed('   ').mask('a   b')).toBe('a   b');
  });

  test('hides nothing before it is revealed, and everything after', () => {
    const secrets = openSecrets({ X: 'hidden-value' }, systemFiles);
    expect(secrets.mask('hidden-value')).toBe('hidden-value');
    secrets.reveal({ secret: 'Bearer ${X}', base: folder });
    expect(secrets.mask('Bearer hidden-value')).toBe('Bearer ***');
  });

  test('hides the password inside a revealed URL alone, encoded or not', () => {
    const secrets = openSecrets({ DB: 'redis://app:p%40ss-word@db:6379/0' }, systemFiles);
    secrets.reveal({ secret: '${DB}', base: folder });
    expect(secrets.mask('auth failed for p@ss-word and p%40ss-word')).toBe('auth failed for *** and ***');
  });

  test('a percent sign in a password that encodes nothing is no accident', () => {
    const secrets = openSecrets({ DB: 'redis://app:100%-sure@db/0' }, systemFiles);
    expect(secrets.reveal({ secret: '${DB}', base: folder })).toBe('redis://app:100%-sure@db/0');
    expect(secrets.mask('100%-sure')).toBe('***');
  });

  test('a default stands in the manifest for all to read, so it is shown', () => {
    const secrets = openSecrets({}, systemFiles);
    expect(secrets.reveal({ secret: '${URL:-http://localhost:8080}/v1', base: folder })).toBe('http://localhost:8080/v1');
    expect(secrets.mask('http://localhost:8080 refused')).toBe('http://localhost:8080 refused');
  });
});

describe('a reference', () => {
  test.each([
    ['${X}', { X: 'v' }, 'v'],
    ['a ${X} b ${Y} c', { X: '1', Y: '2' }, 'a 1 b 2 c'],
    ['${X:-d}', {}, 'd'],
    ['${X:-d}', { X: '' }, 'd'],
    ['${X:-}', {}, ''],
    ['$${X} ${X}', { X: 'v' }, '${X} v'],
    ['${X}', { X: '${Y}', Y: 'not again' }, '${Y}'],
    ['plain $X', { X: 'v' }, 'plain $X'],
  ])('%s reads as it should', (secret, env, text) => {
    expect(openSecrets(env, systemFiles).reveal({ secret, base: folder })).toBe(text);
  });

  test('to a file reads it without its last line end, from the folder of the file that names it', () => {
    writeFileSync(join(folder, 'token'), 'from-a-file\n');
    const secrets = openSecrets({}, systemFiles);
    expect(secrets.reveal({ secret: 'Bearer ${file:token}', base: folder })).toBe('Bearer from-a-file');
    expect(secrets.mask('from-a-file')).toBe('***');
  });

  test.each([
    ['${X}', 'secret_missing', 'the environment variable X is not set'],
    ['${X:?ask the team}', 'secret_missing', 'the environment variable X is not set: ask the team'],
    ['${1X}', 'reference_invalid', '${1X} is not a reference'],
    ['${file:nothing-here}', 'file_missing', 'there is no file'],
  ])('%s that leads nowhere is a usage error', (secret, code, message) => {
    const error = refusal(secret);
    expect([error.kind, error.code]).toEqual(['usage', code]);
    expect(error.message).toContain(message);
  });

  test('to a file that is far too large is refused unread', () => {
    writeFileSync(join(folder, 'large'), 'x'.repeat(70_000));
    expect(refusal('${file:large}').code).toBe('file_too_large');
  });
});
