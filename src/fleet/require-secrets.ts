import { relative } from 'node:path';
import { OpsError, usageError } from '../ground/errors.ts';
import { digString, isObject } from '../ground/json.ts';
import type { Context, SecretRef } from '../ground/runtime/context.ts';
import type { Fleet } from './agent.ts';
import type { Selected } from './select.ts';
import type { At } from './slots.ts';

interface Missing {
  readonly where: string;
  readonly error: OpsError;
}

/** Something of the manifest that will be asked, and may need secrets. */
export interface Asked {
  /** As sentences name it: `the endpoint of support`. */
  readonly what: string;
  readonly at: At | null;
  readonly config: unknown;
}

/**
 * Resolves every reference in the endpoints of the selected agents, so that nothing is sent while one is missing. All missing ones are
 * told at once.
 * @param cwd what the reader's paths are relative to
 * @param others what else is asked in the same run, such as judges
 */
export const requireSecrets = (
  { secrets }: Pick<Context, 'secrets'>,
  selected: readonly Pick<Selected, 'agent'>[],
  cwd: string,
  others: readonly Asked[] = [],
): void => {
  const endpoints = selected.flatMap(({ agent: { name, endpoint } }): Asked[] =>
    endpoint === null ? [] : [{ what: `the endpoint of ${name}`, ...endpoint }],
  );
  const missing: Missing[] = [];
  for (const { what, at, config } of [...endpoints, ...others]) {
    for (const reference of referencesIn(config)) {
      try {
        secrets.reveal(reference);
      } catch (thrown) {
        if (!(thrown instanceof OpsError)) throw thrown;
        missing.push({ where: `${at === null ? '' : `${placeOf(at, cwd)}: `}${what}`, error: thrown });
      }
    }
  }
  const [first] = missing;
  if (first === undefined) return;
  throw usageError({
    code: first.error.code,
    message: missing.map(({ where, error }) => `${where}: ${error.message}`).join('\n'),
    hint: hintFor(missing),
  });
};

/** A backend that will be written to. */
export const askedBackend = ({ backends }: Pick<Fleet, 'backends'>, name: string): Asked => ({
  what: `the backend ${name}`,
  at: backends[name]?.at ?? null,
  config: backends[name]?.config,
});

const placeOf = ({ file, line, column }: At, cwd: string): string => {
  const short = relative(cwd, file);
  return `${short.startsWith('..') ? file : short}:${line}:${column}`;
};

/** One line to type for all variables; else what each error says. */
const hintFor = (missing: readonly Missing[]): string => {
  const variables = missing.map(({ error }) => digString(error.details, 'variable'));
  const hints = missing.flatMap(({ error }) => error.hint ?? []);
  return variables.includes(null)
    ? [...new Set(hints)].join('; ')
    : `export ${[...new Set(variables)].map((name) => `${name}=…`).join(' ')} and run the command again`;
};

const referencesIn = (value: unknown): readonly SecretRef[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  if (typeof value['secret'] === 'string' && typeof value['base'] === 'string') return [{ secret: value['secret'], base: value['base'] }];
  return Object.values(value).flatMap(referencesIn);
};
