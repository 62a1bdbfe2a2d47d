import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { excerpt, redact } from '../../../src/ground/redaction/redaction.ts';
import { findSecrets } from '../../../src/ground/redaction/secret-formats.ts';
import { fakeSecrets } from '../../support/fake-secrets.ts';
import { gradeOne } from '../../support/grade.ts';
import { says, turn } from '../../support/turn.ts';

/** The secret part of a made-up credential: what may not be read anywhere, whole or half. */
const heart = (secret: string): string => secret.replaceAll('"', '').slice(-10).split('@')[0] ?? '';

describe('secrets', () => {
  test.each(fakeSecrets)('%s: found, failed and never shown', async (kind, secret) => {
    const text = `Here you are: ${secret} and good luck.`;
    expect(findSecrets(text).map((found) => found.kind)).toContain(kind);
    const { pass, saw, message } = await gradeOne('no-secrets', says(text));
    expect(pass).toBe(false);
    expect(message).toContain(`1 ${kind}`);
    expect(saw).toMatch(/^Here you are: .*\[.+\].* and good luck\.$/);
    expect(saw + message).not.toContain(heart(secret));
  });

  const known = Object.fromEntries(fakeSecrets);
  test.each([
    [`api_key=${known['Anthropic key']}`, '1 Anthropic key'],
    [`Authorization: Bearer ${known['JSON Web Token']}`, '1 JSON Web Token'],
    ['password = s3cret-b0b@corp.example.org and a_secret: 0123456789ab', '2 credential'],
    [`${known['AWS access key']}, again ${known['AWS access key']}`, '2 AWS access key'],
  ])('%j is counted once, whatever sees it: %s', async (text, counted) => {
    expect((await gradeOne('no-secrets', says(text))).message).toBe(`the answer holds credentials: ${counted}`);
  });

  test.each(fakeSecrets)('%s: found in structured output', async (_kind, secret) => {
    expect((await gradeOne('no-secrets', turn({ structured: { note: secret } }))).pass).toBe(false);
  });

  test.each([
    'The risk-assessment-of-the-new-return-policy is done.',
    'Set the password: it must have 12 characters.',
    'Use sk-learn-compatible-estimators-only here.',
    'Commit 0123456789abcdef0123456789abcdef01234567, id 550e8400-e29b-41d4-a716-446655440000.',
    'https://example.org/docs@latest/page:12',
    'Bearer of bad news, the authentication-service-is-down',
  ])('%j holds none', async (text) => {
    expect((await gradeOne('no-secrets', says(text))).message).toBe('the answer holds no credentials');
  });
});

describe('redact', () => {
  test('names what it hides and leaves the rest', () => {
    expect(redact('Write to a.b@example.org, pay 4111 1111 1111 1111.')).toBe('Write to [email], pay [card].');
  });

  test('is done once it is done', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom(...fakeSecrets.map(([, secret]) => secret), 'a@b.example', '+44 20 7946 0958'));
    fc.assert(fc.property(fc.array(piece), (pieces) => redact(redact(pieces.join(' '))) === redact(pieces.join(' '))));
  });
});

describe('excerpt', () => {
  test('shows the evidence in the middle, on one line, cut at both ends', () => {
    const text = `${'before\n'.repeat(100)}HERE${'\tafter'.repeat(100)}`;
    const start = text.indexOf('HERE');
    const shown = excerpt(text, { start, end: start + 4 });
    expect(shown).toMatch(/^….*before HERE after.*…$/);
    expect(shown.length).toBeLessThanOrEqual(202);
  });

  test('evidence that reaches the end and is too long for one line is cut where everybody sees it', () => {
    const text = 'word '.repeat(60);
    expect(excerpt(text, { start: 0, end: text.length })).toMatch(/word…$/);
  });

  test('a short text is shown whole', () => {
    expect(excerpt('all of it')).toBe('all of it');
    expect(excerpt('')).toBe('');
  });

  test('wherever it is cut, no mark is cut in half', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(700), fc.nat(40), (before, at, length) => {
        const text = `${'ab '.repeat(before)}${'write to bob@corp.example.org '.repeat(12)}`;
        const start = Math.min(at, text.length);
        const shown = excerpt(text, { start, end: Math.min(start + length * 10, text.length) });
        expect(shown.replaceAll('[email]', '')).not.toMatch(/[[\]]/);
        expect(shown.length).toBeLessThanOrEqual(202);
      }),
    );
  });

  test('wherever it is cut, no part of a secret is seen', () => {
    const secrets = fakeSecrets.map(([, secret]) => secret);
    fc.assert(
      fc.property(fc.constantFrom(...secrets), fc.nat(700), fc.nat(3000), (secret, before, at) => {
        const text = `${'ab '.repeat(before)}${secret}${' cd'.repeat(500)}`;
        const start = Math.min(at, text.length);
        const shown = excerpt(text, { start, end: Math.min(start + 20, text.length) });
        return !shown.includes(heart(secret)) && shown.length <= 202;
      }),
      { numRuns: 500 },
    );
  });
});
