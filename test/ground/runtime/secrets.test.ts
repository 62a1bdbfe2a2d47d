import { describe, expect, test } from 'vitest';
import { systemFiles } from '../../../src/ground/runtime/files.ts';
import { openSecrets } from '../../../src/ground/runtime/secrets.ts';

const env = { PORT: '8080', PASSWORD: '8080', HOST: 'agents.internal' };
const maskedAfter = (secret: string, text: string): string => {
  const secrets = openSecrets(env, systemFiles);
  secrets.reveal({ secret, base: '/' });
  return secrets.mask(text);
};

describe('what a reference in a url stood for', () => {
  test.each(['http://127.0.0.1:${PORT}', 'http://127.0.0.1:${PORT}/v1', 'redis://user@[::1]:${PORT}?db=1'])(
    'is shown where it is the port: %s',
    (url) => expect(maskedAfter(url, '127.0.0.1:8080 answered 8080 tokens')).toBe('127.0.0.1:8080 answered 8080 tokens'),
  );

  test.each(['http://user:${PASSWORD}@host', 'https://host/${PASSWORD}', 'https://host/?key=a:${PASSWORD}', 'Bearer ${PASSWORD}'])(
    'is masked everywhere else: %s',
    (text) => expect(maskedAfter(text, 'it said 8080')).toBe('it said ***'),
  );

  test('is masked where the place of the port holds more than a port', () => {
    const secrets = openSecrets({ PORT: '8080/private' }, systemFiles);
    secrets.reveal({ secret: 'http://host:${PORT}', base: '/' });
    expect(secrets.mask('at 8080/private')).toBe('at ***');
  });
});
