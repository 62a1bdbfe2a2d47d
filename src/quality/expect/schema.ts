import { z } from 'zod';
import { type Problem, problemsOf, suggestion } from '../../fleet/problems.ts';
import { isObject, type Json } from '../../ground/json.ts';
import type { Settings } from './port.ts';
import { assertionNames } from './registry.ts';

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
  threshold: z
    .union([z.number(), z.string()], { error: 'must be a number' })
    .optional()
    .describe('The score that is enough; for latency, ttft and cost the limit itself.'),
  weight: z
    .number({ error: 'must be a number' })
    .nonnegative('must not be negative')
    .default(1)
    .describe('How much it counts in the score of the whole; 0: it is shown, and decides nothing.'),
  metric: z
    .string({ error: 'must be a name' })
    .min(1, 'must not be empty')
    .nullable()
    .default(null)
    .describe('A name under which its scores are put together.'),
  if_unknown: z
    .enum(['skip', 'fail'], { error: 'must be skip or fail' })
    .default('skip')
    .describe('What an unknown cost or token count means.'),
  judge: z
    .string({ error: 'must be a name' })
    .min(1, 'must not be empty')
    .nullable()
    .default(null)
    .describe('For what a model judges: the entry of judges: that is asked.'),
});

const longKeys = ['type', 'value', ...Object.keys(settingsFields.shape)];

const failed = (...problems: readonly Problem[]): Picking => ({ ok: false, problems });

const problem = (path: Problem['path'], message: string, hint: string | null = null): Problem => ({ path, about: 'value', message, hint });

const nameOf = (type: string): { readonly base: string; readonly negated: boolean } | null => {
  if (assertionNames.includes(type)) return { base: type, negated: false };
  const base = type.startsWith('not-') ? type.slice('not-'.length) : '';
  return assertionNames.includes(base) ? { base, negated: true } : null;
};

/** A short form has its name as the key, a long form and a bare word as the value. */
const unknownName = (path: Problem['path'], about: Problem['about'], type: string): Problem => ({
  path,
  about,
  message: `names no assertion that this version knows (found ${JSON.stringify(type)})`,
  hint: suggestion(type, type.startsWith('not-') ? assertionNames.map((name) => `not-${name}`) : assertionNames),
});

const pickShort = (type: string, value: Json | undefined, path: readonly string[]): Picking => {
  const name = nameOf(type);
  if (name === null) return failed(unknownName(path, path.length === 0 ? 'value' : 'key', type));
  const settings = { threshold: null, ifUnknown: 'skip', judge: null, weight: 1, metric: null } as const;
  return { ok: true, picked: { type, ...name, value, valuePath: path, form: 'short', ...settings } };
};

const pickLong = (raw: Readonly<Record<string, Json>>): Picking => {
  const { type, value, ...rest } = raw;
  if (typeof type !== 'string') return failed(problem(['type'], 'must be the name of an assertion'));
  const name = nameOf(type);
  const settings = settingsFields.safeParse(rest);
  const problems: Problem[] = [
    ...(name === null ? [unknownName(['type'], 'value', type)] : []),
    ...problemsOf(settingsFields, rest).map((found) =>
      found.about === 'key' ? { ...found, hint: suggestion(String(found.path.at(-1)), longKeys) } : found,
    ),
  ];
  if (name === null || !settings.success || problems.length > 0) return failed(...problems);

  // A threshold with a unit is a value: `{ type: latency, threshold: 5s }`.
  const { threshold, weight, metric, judge, if_unknown: ifUnknown } = settings.data;
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
      judge,
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
