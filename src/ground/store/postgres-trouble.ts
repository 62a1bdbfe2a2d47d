import { messageOf, nodeCodeOf, OpsError, unableError } from '../errors.ts';
import { Conflict } from './conflict.ts';
import { type PostgresAddress, shownAddress } from './postgres-address.ts';

/** What is waited for: a connection, the writers before us, and one statement; ms. */
export const waits = { connectMs: 5_000, lockMs: 15_000, statementMs: 30_000 };

interface Trouble {
  /** Continues "the journal at HOST". */
  readonly what: string;
  readonly hint: string;
}

/** By SQLSTATE (PostgreSQL, appendix A), by the code of Node, or by the first of either's letters. */
const troubles: Readonly<Record<string, (address: PostgresAddress, said: string) => Trouble>> = {
  ECONNREFUSED: () => ({
    what: 'is not there: nothing listens at that address',
    hint: 'start PostgreSQL, or correct state: in the manifest',
  }),
  ENOENT: () => ({ what: 'is not there: there is no such socket', hint: 'start PostgreSQL, or correct host= in state:' }),
  ENOTFOUND: () => ({ what: 'cannot be found: there is no such host', hint: 'correct the host of state: in the manifest' }),
  EAI_AGAIN: () => ({ what: 'cannot be found: the name service does not answer', hint: 'check the network of this machine' }),
  EHOSTUNREACH: () => ({ what: 'cannot be reached: there is no way to the host', hint: 'check the network of this machine' }),
  ENETUNREACH: () => ({ what: 'cannot be reached: there is no way to the network', hint: 'check the network of this machine' }),
  ETIMEDOUT: silent,
  '28P01': ({ user, password }) => ({
    what: password === null ? `wants a password of ${user}` : `refused the password of ${user}`,
    hint: 'put the right one into the variable that state: names, or into PGPASSWORD',
  }),
  '28': ({ user }, said) => ({ what: `refused ${user}: ${said}`, hint: 'the server decides that in its pg_hba.conf' }),
  '3D000': ({ database, user }) => ({ what: 'is missing: there is no such database', hint: `createdb --owner ${user} ${database}` }),
  '42501': ({ user, database, schema }, said) => ({
    what: `may not be used by ${user}: ${said}`,
    hint: `an administrator can type: CREATE SCHEMA ${schema} AUTHORIZATION ${user} -- in database ${database}`,
  }),
  '53300': () => ({ what: 'has no connection left', hint: 'try again, or raise max_connections of the server' }),
  '53100': () => ({ what: 'could not be written: the disk of the server is full', hint: 'free some space; nothing was half-written' }),
  '55P03': () => ({ what: `was busy for ${waits.lockMs / 1000} s`, hint: 'another agentops holds it; try again' }),
  '57014': () => ({ what: `took longer than ${waits.statementMs / 1000} s to answer`, hint: 'try again when the server has less to do' }),
  '57P03': (_, said) => ({ what: `is not ready: ${said}`, hint: 'try again in a moment' }),
  '25006': () => ({ what: 'is a standby or read-only', hint: 'name the primary server in state:' }),
  '57': () => cut,
  '08': () => cut,
  '25P03': () => cut,
  ECONNRESET: () => cut,
  EPIPE: () => cut,
  XX: (_, said) => ({ what: `is damaged: ${said}`, hint: 'restore the database from a backup' }),
};

const cut: Trouble = { what: 'went away while it was used: the connection was cut', hint: 'try again when the server is back' };
function silent(): Trouble {
  return { what: `did not answer within ${waits.connectMs / 1000} s`, hint: 'check the host of state: and the network to it' };
}

/** What the driver says without a code. */
const spoken: readonly (readonly [RegExp, (address: PostgresAddress, said: string) => Trouble])[] = [
  [/connection timeout|timeout exceeded|timeout expired/i, silent],
  [/read timeout|terminated|not queryable/i, () => cut],
  [
    /does not support SSL/i,
    () => ({
      what: 'offers no TLS',
      hint: 'turn ssl on at the server, or write ?sslmode=disable behind state: where the network is trusted',
    }),
  ],
  [/password must be/i, ({ user }) => ({ what: `wants a password of ${user}`, hint: 'put it into PGPASSWORD, or into state: as ${NAME}' })],
];

/** OpenSSL and Node name a refused certificate in many ways. */
const isCertificate = (code: string): boolean => /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|ERR_SSL/.test(code);

/** What is thrown by the driver, as a sentence with the next thing to type (exit 3). A conflict stays one, and so does a sentence. */
export const explainPostgres = (address: PostgresAddress, thrown: unknown): unknown => {
  if (thrown instanceof OpsError || thrown instanceof Conflict || thrown instanceof TypeError) return thrown;
  const code = nodeCodeOf(firstOf(thrown)) ?? '';
  const said = messageOf(firstOf(thrown));
  const find = troubles[code] ?? troubles[code.slice(0, 2)] ?? spoken.find(([pattern]) => pattern.test(said))?.[1];
  const { what, hint } = isCertificate(code)
    ? { what: `has a certificate that is not trusted: ${said}`, hint: 'name its authority with ?sslrootcert=FILE behind state:' }
    : (find?.(address, said) ?? { what: `failed: ${said}`, hint: 'agentops doctor looks closer' });
  return unableError({
    code: isAway(thrown) ? 'journal_away' : 'journal_failed',
    message: `the journal at ${shownAddress(address)} ${what}`,
    hint,
    cause: thrown,
  });
};

/** A host of two addresses fails with a list of errors. */
const firstOf = (thrown: unknown): unknown => (thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors[0] : thrown);

/** True where there is no connection any more, or never was: nothing is known of what was sent last. */
export const isAway = (thrown: unknown): boolean => {
  const first = firstOf(thrown);
  const code = nodeCodeOf(first) ?? '';
  if (/^(08|57P0|25P03|53300|E[A-Z_]{3,}$)/.test(code)) return true;
  return code === '' && /connect|terminated|queryable|timeout/i.test(messageOf(first)) && first instanceof Error;
};

/** True where the same may well succeed when it is tried again: PostgreSQL undid it for the sake of another. */
export const isTransient = (thrown: unknown): boolean => ['40001', '40P01'].includes(nodeCodeOf(thrown) ?? '');
