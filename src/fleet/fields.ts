import { z } from 'zod';
import { messageOf, OpsError } from '../ground/errors.ts';
import { digString } from '../ground/json.ts';
import type { SecretRef } from '../ground/runtime/context.ts';
import { readPostgresUrl } from '../ground/store/postgres-address.ts';
import { parseCount, parseMoney, parseShare } from '../ground/units/amount.ts';
import { longestWaitMs, parseDuration } from '../ground/units/duration.ts';
import { referencePattern } from '../ground/units/reference.ts';

/** What the schema walkers (interpolation, explain, JSON Schema) need to know of a field beyond its zod type. */
export interface FieldMeta {
  /** A text whose `${…}` stay references until a command uses them. */
  readonly deferred?: 'secret' | 'url' | 'text';
  /** Deferred only where the text, or what it refers to whole, is the URL of a PostgreSQL database; else its `${…}` are replaced like any other's. */
  readonly onlyPostgres?: true;
  /** The slot that stands here; its schema comes from a registry. */
  readonly slot?: string;
  /** The unit in words, for `explain`: `duration`, `money`. */
  readonly unit?: string;
  /** What an author types, where the zod type is a transformed one. */
  readonly input?: Readonly<Record<string, unknown>>;
}

export const fieldMeta = z.registry<FieldMeta>();

const withMeta = <T extends z.ZodType>(schema: T, meta: FieldMeta): T => {
  fieldMeta.add(schema, meta);
  return schema;
};

const unitField = (
  unit: string,
  example: string,
  pattern: string,
  parse: (text: string) => number | null,
  refuse?: (value: number) => string | null,
) => {
  const error = `is not ${/^[aeiou]/.test(unit) ? 'an' : 'a'} ${unit}`;
  return withMeta(
    z.union([z.string(), z.number()], { error }).transform((given, ctx) => {
      const value = typeof given === 'string' ? parse(given) : null;
      const problem = value === null ? error : (refuse?.(value) ?? null);
      if (value !== null && problem === null) return value;
      ctx.addIssue({ code: 'custom', message: problem ?? error, input: given });
      return z.NEVER;
    }),
    { unit, input: { type: 'string', pattern, examples: example.split(/, | or /) } },
  );
};

const durationPattern = '^\\d+(\\.\\d+)?(ms|s|m|h|d|w)$';
const durationForm = ['duration', '90s, 15m, 2h or 7d', durationPattern, parseDuration] as const;
const timeoutForm = ['duration', '90s, 15m or 2h', durationPattern, parseDuration] as const;

/** Milliseconds, written `90s 15m 2h 7d`. */
export const durationField = () => unitField(...durationForm);

/** Milliseconds, at least one: how often something happens, or how long something may take at most. */
export const periodField = () => unitField(...durationForm, (ms) => (ms === 0 ? 'must be longer than nothing' : null));

/** Milliseconds after which something is given up: at least one, a day at most. Timers of 25 days and more would end at once. */
export const timeoutField = () =>
  unitField(...timeoutForm, (ms) => (ms === 0 ? 'must be longer than nothing' : ms > longestWaitMs ? 'must be a day at most' : null));

/** Nano-dollars, written `$0.40`. */
export const moneyField = () => unitField('amount of money', '$0.40', '^\\$\\d{1,6}(\\.\\d{1,9})?$', parseMoney);

/** 0 to 1, written `5%`. */
export const shareField = () => unitField('share', '5%', '^\\d+(\\.\\d+)?%$', parseShare);

/** A whole number, written `60000` or `60k`. */
export const countField = () =>
  withMeta(
    z.union([z.string(), z.number()], { error: 'is not a count' }).transform((given, ctx) => {
      const value = parseCount(String(given));
      if (value !== null) return value;
      ctx.addIssue({ code: 'custom', message: 'is not a count', input: given });
      return z.NEVER;
    }),
    { unit: 'count', input: { type: ['string', 'integer'], pattern: '^\\d+(\\.\\d+)?[kM]?$', examples: ['800', '60k'] } },
  );

/** `$${NAME}` is plain text, however it looks. */
const holdsReference = (text: string): boolean => [...text.matchAll(referencePattern)].some(([, inside]) => inside !== undefined);

/** Whether a URL carries a password that is not a reference. */
const holdsPlainPassword = (url: string): boolean => {
  const [, password = ''] = /^[^/?#]*:\/\/[^/?#@]*?:([^/?#]*)@/.exec(url) ?? [];
  return password !== '' && !holdsReference(password);
};

const deferredField = (kind: 'secret' | 'url' | 'text', check: (text: string) => string | null) =>
  withMeta(
    z.object({ secret: z.string(), base: z.string() }, { error: 'must be text' }).transform((given, ctx): SecretRef => {
      const problem = check(given.secret);
      if (problem !== null) ctx.addIssue({ code: 'custom', message: problem, input: given.secret });
      return given;
    }),
    { deferred: kind, input: { type: 'string' } },
  );

/** A credential. It must be a reference; the secret itself is refused, because files are copied and committed. */
export const secretField = () =>
  deferredField('secret', (text) => {
    if (holdsReference(text)) return null;
    const [, name] = /(?:^|\s)\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(text) ?? [];
    return name === undefined
      ? 'holds a secret in plain text: write a reference such as ${NAME} or ${file:path}'
      : `holds a reference without its braces: write \${${name}}`;
  });

/** An http(s) URL; it may hold references, which are resolved when it is used. */
export const urlField = (schemes: readonly string[] = ['http:', 'https:']) =>
  deferredField('url', (text) => {
    if (holdsPlainPassword(text)) return 'holds a password in plain text: write it as ${NAME}';
    if (holdsReference(text)) return null;
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url !== null && schemes.includes(url.protocol) && url.host !== '') return null;
    return `is not a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`;
  });

/** Where the journal is kept: a folder, or a PostgreSQL database, whose URL stays a reference until it is opened. */
export const stateField = () =>
  withMeta(
    z.union([z.string().min(1), z.object({ secret: z.string(), base: z.string() })], { error: 'must be text' }).transform((given, ctx) => {
      const problem = typeof given === 'string' ? folderProblem(given) : postgresProblem(given.secret);
      if (problem !== null) ctx.addIssue({ code: 'custom', message: problem, input: typeof given === 'string' ? given : given.secret });
      return given;
    }),
    {
      deferred: 'url',
      onlyPostgres: true,
      unit: 'folder or PostgreSQL URL',
      input: { type: 'string', examples: ['.agentops', 'postgres://agentops@db.acme.io/ops'] },
    },
  );

const folderProblem = (path: string): string | null =>
  /^[a-z][a-z0-9+.-]+:\/\//i.test(path) ? 'must be a folder, or a URL that starts with postgres://' : null;

const postgresProblem = (text: string): string | null => {
  if (holdsPlainPassword(text) || /[?&]password=/i.test(text))
    return 'holds a password in plain text: write it as ${NAME} between the user and the @, or leave it to PGPASSWORD';
  if (holdsReference(text)) return null;
  try {
    readPostgresUrl(text);
    return null;
  } catch (thrown) {
    return (thrown instanceof OpsError ? digString(thrown.details, 'what') : null) ?? messageOf(thrown);
  }
};

/** Text that may hold references, which are resolved when it is used and masked from then on. */
export const deferredTextField = () => deferredField('text', () => null);

const credentialName = /^(authorization|proxy-authorization|cookie|x-api-key|api-key|.*(token|secret).*)$/i;

/** Whether a header of this name carries a credential. */
export const isCredentialHeader = (name: string): boolean => credentialName.test(name);

/** Request headers. Those that carry credentials must hold a reference. */
export const headersField = () =>
  z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not a header name'), deferredTextField()).superRefine((headers, ctx) => {
    for (const [name, value] of Object.entries(headers)) {
      if (isCredentialHeader(name) && !holdsReference(value.secret)) {
        ctx.addIssue({ code: 'custom', path: [name], message: 'holds a credential in plain text: write a reference such as ${NAME}' });
      }
    }
  });

/** Marks the place of a slot: its value is taken as it is and checked by the adapter that it names. */
export const slotField = (slot: string) => withMeta(z.unknown(), { slot });
