import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OpsError } from '../../../src/ground/errors.ts';
import { isPostgresUrl, readPostgresUrl, shownAddress } from '../../../src/ground/store/postgres-address.ts';
import { numberedPlaces, postgresParam, readText } from '../../../src/ground/store/postgres-sql.ts';

const refused = (url: string): string => {
  try {
    readPostgresUrl(url);
  } catch (thrown) {
    if (thrown instanceof OpsError) return thrown.message.replace('the address of the journal (state:) ', '');
    throw thrown;
  }
  return expect.unreachable('it was read');
};

describe('the address of a journal', () => {
  test('is read whole', () => {
    expect(readPostgresUrl('postgresql://ma%40ria:s%2Fcret@DB.acme.io:6432/ops?schema=team_a&sslmode=require&sslrootcert=/ca.pem')).toEqual(
      {
        host: 'DB.acme.io',
        port: 6432,
        user: 'ma@ria',
        password: 's/cret',
        database: 'ops',
        schema: 'team_a',
        tls: 'require',
        rootCertificate: '/ca.pem',
        certificate: null,
        key: null,
      },
    );
  });

  test.each([
    ['postgres://ops@db.acme.io/ops', 'verify-full'],
    ['postgres://ops@127.0.0.1/ops', 'disable'],
    ['postgres://ops@localhost/ops', 'disable'],
    ['postgres://ops@[::1]/ops', 'disable'],
    ['postgres://ops@127.evil.io/ops', 'verify-full'],
    ['postgres://ops@localhost/ops?host=/run/postgresql', 'disable'],
    ['postgres://ops@127.0.0.1/ops?sslmode=verify-ca', 'verify-ca'],
  ])('%s is reached by TLS as far as it leaves this machine (%s)', (url, tls) => expect(readPostgresUrl(url).tls).toBe(tls));

  test.each([
    ['postgres://db.acme.io/ops', 'names no user'],
    ['postgres://ops@db.acme.io', 'names no database'],
    ['postgres:///ops', 'names no host'],
    ['postgres://ops@db/ops?sslmode=prefer', 'has an sslmode= that is not one of disable, require, verify-ca, verify-full'],
    ['postgres://ops@db/ops?schema=pg_temp', 'has a schema= that is not a plain name of lower-case letters, digits and _'],
    ['postgres://ops@db/ops?schema=a;drop', 'has a schema= that is not a plain name of lower-case letters, digits and _'],
    ['postgres://ops:%zz@db/ops', 'has a % that is not followed by two hex digits: write %25 for a plain %'],
    ['postgres://ops@db:port/ops', 'is not a URL of the form postgres://user@host/database'],
  ])('%s is refused in a sentence', (url, what) => expect(refused(url)).toBe(what));

  test('never shows a password, whatever is wrong with it', () =>
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9%]{9,20}$/),
        fc.constantFrom('/ops', '', '/ops?x=1', '/ops?schema=A', ':x/ops'),
        (password, end) => {
          const url = `postgres://ops:${password}@db.acme.io${end}`;
          let said: string;
          try {
            said = shownAddress(readPostgresUrl(url));
          } catch (thrown) {
            if (!(thrown instanceof OpsError)) throw thrown;
            said = JSON.stringify([thrown.message, thrown.hint, thrown.details]);
          }
          expect(said).not.toContain(password);
        },
      ),
    ));

  test('is known by its scheme alone', () => {
    expect(['postgres://x', 'PostgreSQL://x', '.agentops', 'postgres', 'mysql://x', ' postgres://x'].map(isPostgresUrl)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('a statement for PostgreSQL', () => {
  test('has its places numbered, but not what is quoted', () =>
    expect(numberedPlaces(`SELECT '?', "a?b", 'it''s ?' FROM t WHERE a = ? AND b IN (?, ?)`)).toBe(
      `SELECT '?', "a?b", 'it''s ?' FROM t WHERE a = $1 AND b IN ($2, $3)`,
    ));

  test('takes any text and gives it back, without a NUL on the way', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('\u0000', '\u{F0000}', '0', '1', 'ä', '\\')).map((signs) => signs.join('')),
        (text) => {
          const stored = String(postgresParam(text));
          expect(stored).not.toContain('\u0000');
          expect(readText(stored)).toBe(text);
        },
      ),
    ));
});
