import { z } from 'zod';
import { compilePattern } from '../../ground/pattern.ts';

/** Words to look for. A number stands for its digits, as in promptfoo: `contains: 30`. */
export const wordsField = () =>
  z.union([z.string(), z.number()], { error: 'must be text' }).transform(String).pipe(z.string().min(1, 'must not be empty'));

/** Splits at commas; double quotes keep a comma inside, and `""` is a quote inside them. */
const splitCommas = (text: string): readonly string[] =>
  [...text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/g)]
    .map(([, quoted, bare]) => (quoted === undefined ? (bare ?? '').trim() : quoted.replaceAll('""', '"')))
    .filter((piece) => piece !== '');

/** A list of words, or promptfoo's compact form: one text with commas. */
export const wordListField = () =>
  z
    .union([z.array(wordsField()), z.string()], { error: 'must be a list of texts' })
    .transform((given) => (typeof given === 'string' ? splitCommas(given) : given))
    .pipe(z.array(z.string()).min(1, 'must name at least one text'));

/** A regular expression that the linear-time engine can run. */
export const patternField = () =>
  z.string({ error: 'must be a regular expression' }).superRefine((source, ctx) => {
    const compiled = compilePattern(source);
    if (!compiled.ok) ctx.addIssue({ code: 'custom', message: compiled.problem, input: source });
  });

export interface Range {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export const whole = () => z.int({ error: 'must be a whole number' }).nonnegative('must not be negative');

/** For a zod object with `min` and `max`: says what is wrong with the pair, if anything. */
export const rangeProblem = ({ min, max }: Range): string | null => {
  if (min === undefined && max === undefined) return 'needs min, max or both';
  return min !== undefined && max !== undefined && min > max ? `has min ${min} above max ${max}` : null;
};

export const inRange = (count: number, { min, max }: Range): boolean => count >= (min ?? 0) && count <= (max ?? Number.POSITIVE_INFINITY);

/** `5`, `2 to 5`, `at least 2`, `at most 5`. */
export const rangeText = ({ min, max }: Range): string => {
  if (min !== undefined && max !== undefined) return min === max ? `${min}` : `${min} to ${max}`;
  return min === undefined ? `at most ${max}` : `at least ${min}`;
};
