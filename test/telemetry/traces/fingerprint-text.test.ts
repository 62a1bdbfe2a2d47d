import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashArguments, hashKeyBytes, hashPrompt, hashText } from '../../../src/telemetry/traces/fingerprint-text.ts';

const key = Buffer.alloc(hashKeyBytes, 7);

describe('keyed hashes', () => {
  test('fit the integers of SQLite, and differ by key', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const hash = hashText(key, text);
        expect(BigInt.asIntN(64, hash)).toBe(hash);
        expect(hashText(key, text)).toBe(hash);
        expect(hashText(randomBytes(hashKeyBytes), text)).not.toBe(hash);
        hashPrompt(key, text);
        hashArguments(key, text);
      }),
    ));

  // RFC 4231, test case 2: HMAC-SHA-256 begins with 5bdcc146bf60754e.
  test('are the first 64 bits of HMAC-SHA-256', () =>
    expect(hashText(Buffer.from('Jefe'), 'what do ya want for nothing?')).toBe(0x5bdcc146bf60754en));

  test.each([
    ['case and spacing', 'How many  days?\n', 'how many days?'],
    ['escaped line ends', '{"content":"a\\nb"}', '{"content":"a b"}'],
    ['instants', 'It is 2026-11-23T07:16:13.122Z. Go on.', 'It is 2026-11-24. Go on.'],
    ['random ids', 'ticket 0af7651916cd43dd8448eb211c80319c', 'ticket 5b8efff798038103d269b633813fc60c'],
    ['UUIDs', 'user 123e4567-e89b-12d3-a456-426614174000', 'user 123e4567-e89b-12d3-a456-426614174001'],
    ['ids of tool calls', '"id":"call_1a2b"', '"id":"call_9z"'],
  ])('prompts are equal apart from %s', (_, one, other) => expect(hashPrompt(key, one)).toBe(hashPrompt(key, other)));

  test('prompts that ask something else differ', () => expect(hashPrompt(key, 'order 12')).not.toBe(hashPrompt(key, 'order 13')));

  test('arguments are equal in any order and spacing, and differ by a single id', () => {
    expect(hashArguments(key, '{"a":1,"b":[2]}')).toBe(hashArguments(key, '{ "b": [2], "a": 1 }'));
    expect(hashArguments(key, '{"b":[2,1]}')).not.toBe(hashArguments(key, '{"b":[1,2]}'));
    expect(hashArguments(key, '{"order":"123e4567-e89b-12d3-a456-426614174000"}')).not.toBe(
      hashArguments(key, '{"order":"123e4567-e89b-12d3-a456-426614174001"}'),
    );
    expect(hashArguments(key, 'not JSON')).toBe(hashArguments(key, ' not JSON '));
  });
});
