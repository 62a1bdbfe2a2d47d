import { usageError } from '../errors.ts';

/** How a connection is protected; as libpq's `sslmode`, without the ones that fall back to an open connection. */
export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

/** Where a journal in PostgreSQL is kept, and how it is reached. */
export interface PostgresAddress {
  /** A host, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Null: none was given. */
  readonly password: string | null;
  readonly database: string;
  /** The schema that holds our tables, and nothing of others. */
  readonly schema: string;
  readonly tls: TlsMode;
  /** Paths of PEM files; null: those of Node, and no certificate of our own. */
  readonly rootCertificate: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
}

/** True where a text is the URL of a PostgreSQL database. */
export const isPostgresUrl = (text: string): boolean => /^postgres(ql)?:\/\//i.test(text);

const known = ['host', 'schema', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];
const tlsModes: readonly TlsMode[] = ['disable', 'require', 'verify-ca', 'verify-full'];
/** Names that need no quotes, as PostgreSQL folds them; 63 bytes are kept of a name. */
const plainName = /^[a-z_][a-z0-9_]{0,62}$/;
const usualSchema = 'agentops';

/** Reads `postgres://user@host/database`, with `?schema=`, `sslmode=` and the like. Throws a usage error that never repeats the URL: it may hold a password. */
export const readPostgresUrl = (text: string): PostgresAddress => {
  if (!isPostgresUrl(text) || !URL.canParse(text)) throw wrong('is not a URL of the form postgres://user@host/database');
  const url = new URL(text);
  const given = url.searchParams;
  const stranger = [...given.keys()].find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw wrong(`has the parameter ${stranger}, which is not known; known are ${known.map((name) => `${name}=`).join(', ')}`);
  const socket = given.get('host');
  const host = socket ?? decoded(url.hostname).replace(/^\[(.*)\]$/, '$1');
  const [user, database] = [decoded(url.username), decoded(url.pathname.slice(1))];
  if (host === '') throw wrong('names no host');
  if (user === '') throw wrong('names no user');
  if (database === '') throw wrong('names no database');
  const schema = given.get('schema') ?? usualSchema;
  if (!plainName.test(schema) || schema.startsWith('pg_'))
    throw wrong('has a schema= that is not a plain name of lower-case letters, digits and _');
  return {
    host,
    port: url.port === '' ? 5432 : Number(url.port),
    user,
    password: url.password === '' ? null : decoded(url.password),
    database,
    schema,
    tls: tlsOf(given.get('sslmode'), host),
    rootCertificate: given.get('sslrootcert'),
    certificate: given.get('sslcert'),
    key: given.get('sslkey'),
  };
};

/** What stays on this machine needs no protection; what leaves it is protected unless somebody says otherwise. */
const tlsOf = (mode: string | null, host: string): TlsMode => {
  if (mode === null) return /^(\/.*|localhost|127(\.\d+){3}|::1)$/.test(host) ? 'disable' : 'verify-full';
  const found = tlsModes.find((each) => each === mode);
  if (found === undefined) throw wrong(`has an sslmode= that is not one of ${tlsModes.join(', ')}`);
  return found;
};

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrong('has a % that is not followed by two hex digits: write %25 for a plain %');
  }
};

const wrong = (what: string) =>
  usageError({
    code: 'state_url_invalid',
    message: `the address of the journal (state:) ${what}`,
    hint: 'write state: postgres://user@host/database, with the password as ${NAME} or in PGPASSWORD',
    details: { what },
  });

/** What may be shown of an address: never the password. */
export const shownAddress = ({ host, port, database, schema }: PostgresAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}${host.startsWith('/') ? '' : `:${port}`}/${database}, schema ${schema}`;
