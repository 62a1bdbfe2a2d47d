import { type Problem, problemsOf } from '../../fleet/problems.ts';
import type { AnyAssertion, Expectation } from './port.ts';
import { assertionFamilies, assertionNames } from './registry.ts';
import { type Picked, pickAssertion } from './schema.ts';
import { wordingOf } from './wording.ts';

export type Checked =
  | { readonly ok: true; readonly expectation: Expectation }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** An import of what is there already still takes its time, and there is one for each grade. */
const loaded = new Map<string, AnyAssertion>();

/** The assertion behind a name without `not-`. Loads its family. */
export const loadAssertion = async (base: string): Promise<AnyAssertion> => {
  const known = loaded.get(base);
  if (known !== undefined) return known;
  const family = await assertionFamilies[base]?.();
  const assertion = family?.default[base];
  if (assertion === undefined) throw new Error(`there is no assertion ${base}`);
  loaded.set(base, assertion);
  return assertion;
};

/** All assertions in the order of the registry: name, summary and schema, for `explain` and the JSON Schema. */
export const loadAssertions = (): Promise<readonly AnyAssertion[]> => Promise.all(assertionNames.map(loadAssertion));

type Value =
  | { readonly ok: true; readonly value: unknown; readonly path: readonly string[] }
  | { readonly ok: false; readonly problem: Problem };

const misplaced = (path: readonly string[], message: string, hint: string): Value => ({
  ok: false,
  problem: { path, about: 'value', message, hint },
});

/** The written value, from where this kind of assertion has it. */
const writtenValue = (assertion: AnyAssertion, picked: Picked): Value => {
  const { base, type, value, valuePath: path, threshold, form } = picked;
  if (assertion.value === 'none') {
    return value === undefined || value === null || value === true
      ? { ok: true, value: undefined, path }
      : misplaced(path, 'takes no value', `write just "${type}"`);
  }
  if (assertion.value === 'threshold') {
    if (value === undefined && threshold !== null) return { ok: true, value: threshold, path: ['threshold'] };
    if (typeof value === 'number') {
      const units = base === 'cost' ? `$${value}` : `${value}s or ${value}ms`;
      return misplaced(path, `has no unit (found ${value})`, `write ${units}`);
    }
  }
  if ((value === undefined || value === null) && assertion.value !== 'optional') {
    return misplaced(path, `needs a value`, form === 'short' ? `write "${type}: …"` : 'add value: …');
  }
  return { ok: true, value: value ?? undefined, path };
};

const isJudged = ({ needs }: AnyAssertion): boolean => needs.includes('judge') || needs.includes('embedder');

/** Checks one expectation of a manifest or a suite. What is wrong with it comes back as data, to be shown at its place in the file. */
export const loadExpectation = async (raw: unknown): Promise<Checked> => {
  const picking = pickAssertion(raw);
  if (!picking.ok) return picking;
  const { type, base, negated, threshold, ifUnknown, judge, weight, metric } = picking.picked;
  const assertion = await loadAssertion(base);
  if (judge !== null && !isJudged(assertion)) {
    return {
      ok: false,
      problems: [{ path: ['judge'], about: 'key', message: `means nothing for ${base}: no model judges it`, hint: 'take it out' }],
    };
  }
  const written = writtenValue(assertion, picking.picked);
  if (!written.ok) return { ok: false, problems: [written.problem] };
  const args = assertion.args.safeParse(written.value);
  if (!args.success) return { ok: false, problems: problemsOf(assertion.args, written.value, written.path) };
  const wording = wordingOf(type, written.value);
  return { ok: true, expectation: { type, base, negated, wording, args: args.data, threshold, ifUnknown, judge, weight, metric } };
};
