import { z } from 'zod';
import { isObject, type Json } from '../../ground/json.ts';
import type { Settings } from './port.ts';
import { assertionNames } from './registry.ts';
import { nearestName } from './text-distance.ts';

/** Something wrong with one expectation; the path leads from the expectation to the place. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint?: string;
}

/** An expectation whose name is known and whose value is not checked yet. */
export interface Picked extends Settings {
  readonly type: string;
  readonly base: string;
  readonly negated: boolean;
  /** Undefined: none was written. */
  readonly value: Json | undefined;
  /** Where the value stands, for problems with it. */
  readonly valuePath: readonly string[];
  readonly form: 'short' | 'long';
  readonly weight: number;
  readonly metric: string | null;
}

export type Picking = { readonly ok: true; readonly picked: Picked } | { readonly ok: false; readonly problems: readonly Problem[] };

const bothForms = 'write "contains: x" (or just "is-refusal"), or { type: contains, value: x }';

/** What may stand beside `type` and `value` in the long form. */
export const settingsFields = z.strictObject({
  threshold: z.union([z.number(), z.string()], { error: 'must be a number' }).optional(),
  weight: z.number({ error: 'must be a number' }).nonnegative('must not be negative').default(1),
  metric: z.string({ error: 'must be a name' }).min(1, 'must not be empty').nullable().default(null),
  if_unknown: z.enum(['skip', 'fail'], { error: 'must be skip or fail' }).default('skip'),
});

const longKeys = ['type', 'value', ...Object.keys(settingsFields.shape)];

const failed = (...problems: readonly Problem[]): Picking => ({ ok: false, problems });

const problem = (path: Problem['path'], message: string, hint?: string | null): Problem =>
  hint === undefined || hint === null ? { path, message } : { path, message, hint };

const nameOf = (type: string): { readonly base: string; readonly negated: boolean } | null => {
  if (assertionNames.includes(type)) return { base: type, negated: false };
  const base = type.startsWith('not-') ? type.slice('not-'.length) : '';
  return assertionNames.includes(base) ? { base, negated: true } : null;
};

const unknownName = (path: Problem['path'], type: string): Problem => {
  const negated = type.startsWith('not-');
  const near = nearestName(negated ? type.slice('not-'.length) : type, assertionNames);
  const hint = near === null ? `known assertions: ${assertionNames.join(', ')}` : `did you mean ${negated ? 'not-' : ''}${near}?`;
  return problem(path, `there is no assertion ${JSON.stringify(type)}`, hint);
};

const pickShort = (type: string, value: Json | undefined, path: readonly string[]): Picking => {
  const name = nameOf(type);
  if (name === null) return failed(unknownName(path, type));
  const settings = { threshold: null, ifUnknown: 'skip', weight: 1, metric: null } as const;
  return { ok: true, picked: { type, ...name, value, valuePath: path, form: 'short', ...settings } };
};

const pickLong = (raw: Readonly<Record<string, Json>>): Picking => {
  const { type, value, ...rest } = raw;
  if (typeof type !== 'string') return failed(problem(['type'], 'must be the name of an assertion'));
  const name = nameOf(type);
  const known = Object.fromEntries(Object.entries(rest).filter(([key]) => longKeys.includes(key)));
  const strangers = Object.keys(rest).filter((key) => !longKeys.includes(key));
  const settings = settingsFields.safeParse(known);
  const problems: Problem[] = [
    ...(name === null ? [unknownName(['type'], type)] : []),
    ...strangers.map((key) => {
      const near = nearestName(key, longKeys);
      return problem(
        [key],
        `unknown key ${JSON.stringify(key)}`,
        near === null ? `known keys: ${longKeys.join(', ')}` : `did you mean ${near}?`,
      );
    }),
    ...(settings.success ? [] : settings.error.issues.map((issue) => problem(issue.path.map(String), issue.message))),
  ];
  if (name === null || !settings.success || problems.length > 0) return failed(...problems);

  // A threshold with a unit is a value: `{ type: latency, threshold: 5s }`.
  const { threshold, weight, metric, if_unknown: ifUnknown } = settings.data;
  const useThreshold = value === undefined && threshold !== undefined;
  if (typeof threshold === 'string' && !useThreshold) return failed(problem(['threshold'], 'must be a number'));
  return {
    ok: true,
    picked: {
      type,
      ...name,
      value,
      valuePath: [value === undefined ? 'type' : 'value'],
      form: 'long',
      threshold: typeof threshold === 'number' ? threshold : null,
      ...(useThreshold && typeof threshold === 'string' ? { value: threshold, valuePath: ['threshold'] } : {}),
      ifUnknown,
      weight,
      metric,
    },
  };
};

/** Reads `is-refusal`, `contains: x` or promptfoo's `{ type: contains, value: x, threshold, weight, metric, if_unknown }`. Never throws. */
export const pickAssertion = (raw: unknown): Picking => {
  if (typeof raw === 'string') return pickShort(raw, undefined, []);
  if (!isObject(raw)) return failed(problem([], 'is not an assertion', bothForms));
  if (Object.hasOwn(raw, 'type')) return pickLong(raw);
  const [only, ...others] = Object.entries(raw);
  if (only === undefined || others.length > 0) {
    const found = only === undefined ? 'is empty' : `has the keys ${Object.keys(raw).join(', ')} and no type`;
    return failed(problem([], `${found}: an assertion is one key, or a map with a type`, bothForms));
  }
  const [type, value] = only;
  return pickShort(type, value, [type]);
};
