import { isIP } from 'node:net';
import type { Redis } from 'ioredis';
import type { World } from '../fleet/slots.ts';
import { messageOf, nodeCodeOf, OpsError, usageError } from '../ground/errors.ts';

/** A connection that is up, signed in and on its database. */
export type RedisLink = Redis;

export interface RedisSettings {
  /** `redis://host:6379/3` or `rediss://…`; called when something is sent, because it may hold a secret. */
  url(): string;
  /** A password, or `user:password`; wins over what the url holds. Null: as the url says. */
  credential(): string | null;
  /** How long one use may take from connecting to its end, in ms. */
  timeoutMs: number;
}

/** One database of a Redis server (or of what speaks its protocol). */
export interface RedisServer {
  /** `host:port/3`, as sentences name it: never with a credential. */
  place(): string;
  /** The number of the database. */
  database(): number;
  /**
   * Connects, hands the connection to `work` and closes it, however that ends. Throws `RedisTrouble` for what the network or the server did,
   * the signal's reason when it is aborted, and what `work` throws itself.
   */
  during<T>(signal: AbortSignal, work: (link: RedisLink) => Promise<T>): Promise<T>;
}

/**
 * Why Redis did not do what it was asked. `reached`: `no`, nothing was sent but the sign-in; `refused`, it said no to the last command;
 * `unknown`, the connection broke or was silent while something was under way.
 */
export class RedisTrouble extends OpsError {
  readonly reached: 'no' | 'refused' | 'unknown';
  /** The same may be answered better in a while. */
  readonly again: boolean;

  constructor(reached: RedisTrouble['reached'], again: boolean, code: string, message: string, cause: unknown) {
    super('unable', { code, message, cause });
    this.reached = reached;
    this.again = again;
  }
}

/** One Redis server, loaded and connected to when it is first used. The only owner of its library. */
export const openRedis = (settings: RedisSettings, world: Pick<World, 'secrets'>): RedisServer => {
  const place = () => placeOf(addressOf(settings));
  return {
    place,
    database: () => addressOf(settings).db,
    async during(signal, work) {
      signal.throwIfAborted();
      const address = addressOf(settings);
      const { Redis } = await import('ioredis');
      const { host, port, isSecure } = address;
      const link = new Redis({
        ...onceOnly,
        host,
        port,
        connectTimeout: settings.timeoutMs,
        ...(isSecure ? { tls: isIP(host) === 0 ? { servername: host } : {} } : {}),
      });
      // What breaks is told by the command that it breaks; an error event that nobody hears would end the process.
      let broken: unknown = null;
      link.on('error', (error) => {
        broken = error;
      });
      const deadline = AbortSignal.timeout(settings.timeoutMs);
      const end = () => link.disconnect();
      for (const each of [signal, deadline]) each.addEventListener('abort', end, { once: true });
      let isIn = false;
      try {
        await signIn(link, address);
        isIn = true;
        return await work(link);
      } catch (thrown) {
        signal.throwIfAborted();
        if (!isTrouble(thrown, link)) throw thrown;
        const about = { place: placeOf(address), isIn, isLate: deadline.aborted, timeoutMs: settings.timeoutMs };
        throw troubleOf(isReply(thrown) ? thrown : (broken ?? thrown), about, world);
      } finally {
        for (const each of [signal, deadline]) each.removeEventListener('abort', end);
        link.disconnect();
      }
    },
  };
};

/** One connection, one attempt: whoever asks decides whether to ask again. Signing in is ours, so that a refusal is heard. */
const onceOnly = {
  lazyConnect: true,
  protocol: 2,
  retryStrategy: null,
  maxRetriesPerRequest: null,
  enableReadyCheck: false,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  disableClientInfo: true,
} as const;

interface Address {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly isSecure: boolean;
  readonly user: string;
  readonly password: string;
}

const addressOf = ({ url, credential }: RedisSettings): Address => {
  const text = url();
  const parsed = URL.canParse(text) ? new URL(text) : null;
  const db = Number(parsed?.pathname.replace(/^\//, '') ?? 0);
  if (parsed === null || !['redis:', 'rediss:'].includes(parsed.protocol) || parsed.hostname === '' || !Number.isInteger(db) || db < 0) {
    throw usageError({
      code: 'url_invalid',
      message: 'the url of Redis does not stand for redis://host:port/database',
      hint: 'write redis://host:6379/0, or rediss:// over TLS',
    });
  }
  const given = credential();
  const [user, password] = given === null ? [decodeURIComponent(parsed.username), decodeURIComponent(parsed.password)] : pairOf(given);
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(parsed.port || 6379), db, isSecure: parsed.protocol === 'rediss:', user, password };
};

/** `user:password`; without a colon a password alone. */
const pairOf = (credential: string): readonly [string, string] => {
  const colon = credential.indexOf(':');
  return colon < 0 ? ['', credential] : [credential.slice(0, colon), credential.slice(colon + 1)];
};

const placeOf = ({ host, port, db }: Address): string => `${host.includes(':') ? `[${host}]` : host}:${port}/${db}`;

/** A library that signs in by itself goes on in database 0 where the wanted one is refused. */
const signIn = async (link: RedisLink, { user, password, db }: Address): Promise<void> => {
  await link.connect();
  if (password !== '') await (user === '' ? link.auth(password) : link.auth(user, password));
  if (db !== 0) await link.select(db);
};

/** Whether Redis itself answered with an error, as it does where a right is missing. */
export const isReply = (thrown: unknown): thrown is Error => thrown instanceof Error && thrown.name === 'ReplyError';

/** What the server or the network did; not what the work itself found wrong. */
const isTrouble = (thrown: unknown, link: RedisLink): boolean =>
  isReply(thrown) || (!(thrown instanceof OpsError) && (link.status !== 'ready' || nodeCodeOf(thrown) !== null));

const lockedOut = /^(?:WRONGPASS|NOAUTH|NOPERM)\b|invalid password|without any password configured/;
/** What passes: a server that is loading, failing over, busy with a script or out of memory. */
const passing = /^(?:LOADING|BUSY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|READONLY|OOM|NOREPLICAS)\b/;

interface About {
  readonly place: string;
  readonly isIn: boolean;
  readonly isLate: boolean;
  readonly timeoutMs: number;
}

const troubleOf = (thrown: unknown, { place, isIn, isLate, timeoutMs }: About, { secrets }: Pick<World, 'secrets'>): RedisTrouble => {
  const said = secrets.mask(messageOf(thrown));
  const reached = isReply(thrown) ? 'refused' : isIn ? 'unknown' : 'no';
  if (isReply(thrown) && lockedOut.test(said)) {
    return new RedisTrouble(reached, false, 'backend_unauthorized', `${place} does not allow it: ${said}`, thrown);
  }
  if (isReply(thrown)) return new RedisTrouble(reached, passing.test(said), 'backend_failed', `${place} answered ${said}`, thrown);
  const what = isLate ? `gave no answer within ${timeoutMs} ms` : isIn ? `broke the connection: ${said}` : `cannot be reached: ${said}`;
  return new RedisTrouble(reached, true, 'backend_failed', `${place} ${what}`, thrown);
};
