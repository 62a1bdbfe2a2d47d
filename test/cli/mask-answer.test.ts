import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskAnswer } from '../../src/cli/mask-answer.ts';
import { jsonDocument, longDocument } from '../../src/ground/output/json.ts';
import { whole } from '../../src/ground/output/pieces.ts';
import { systemFiles } from '../../src/ground/runtime/files.ts';
import { openSecrets } from '../../src/ground/runtime/secrets.ts';

const knowing = (secret: string) => {
  const secrets = openSecrets({ SECRET: secret }, systemFiles);
  secrets.reveal({ secret: '${SECRET}', base: '/' });
  return secrets;
};

describe('masking an answer', () => {
  test.each(['true', '1234', 'null', 'schema_version', '": "', '\\"'])('a secret that reads %j leaves the document JSON', (secret) => {
    const text = jsonDocument('acme', 0, { isOpen: true, count: 1234, said: `it is ${secret} indeed`, nothing: null });
    const read = JSON.parse(whole(maskAnswer(knowing(secret), text, true))) as Record<string, unknown>;
    expect(read).toMatchObject({ schema_version: '1', isOpen: true, count: 1234, nothing: null });
    if (secret.trim().length >= 4) expect(read['said']).toBe('it is *** indeed');
  });

  test('a document in pieces is masked as the same document in one', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('plain', 'hush-hush', '\u2028', '"'), { maxLength: 9 }), (said) => {
        const secrets = knowing('hush-hush');
        const pieces = longDocument('acme', 0, { said: () => said });
        expect(whole(maskAnswer(secrets, pieces, true))).toBe(maskAnswer(secrets, jsonDocument('acme', 0, { said }), true));
      }),
    );
  });

  test('whatever the secret and the text around it, no text of the document holds it', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 6, unit: 'grapheme' }).filter((text) => text.trim().length >= 6 && !text.includes('*')),
        fc.string(),
        (secret, around) => {
          const text = jsonDocument(null, 0, { said: `${around}${secret}${around}` });
          const read = JSON.parse(whole(maskAnswer(knowing(secret), text, true))) as { said: string };
          expect(read.said.includes(secret)).toBe(false);
        },
      ),
    );
  });
});
