import { type PlacedProblem, type Problem, readWith } from '../../fleet/problems.ts';
import { type Allowance, distrustProblems } from '../../fleet/trust.ts';
import { isObject, type Json, type JsonObject } from '../../ground/json.ts';
import { type Checked, loadExpectation } from '../expect/load-expectation.ts';
import type { Expectation } from '../expect/port.ts';
import { pickAssertion } from '../expect/schema.ts';
import { caseHash, derivedId } from './case-identity.ts';
import type { RawCase } from './raw-case.ts';
import { caseSchema, type ParsedCase } from './schema.ts';
import type { Case, CaseTurn, Severity } from './suite.ts';
import { fillText, fillValue, holdsPlaceholder, mentions, type Vars } from './template.ts';

/** What the suite says of all its cases. Expectations as written. */
export interface CaseDefaults {
  readonly severity: Severity;
  readonly cluster: string | null;
  readonly tags: readonly string[];
  readonly vars: Vars;
  readonly input: string | null;
  readonly turns: readonly RawTurn[] | null;
  readonly expect: readonly Json[];
}

export interface RawTurn {
  readonly input: string;
  readonly expect?: readonly Json[] | undefined;
}

export type LoadedCase =
  | { readonly case: Case; readonly problems: readonly [] }
  | { readonly case: null; readonly problems: readonly PlacedProblem[] };

/** What is kept of production is kept without secrets and personal data, so that these would pass whatever was answered. */
const blindToRecords = ['no-pii', 'no-secrets'];

/** Something written, and where it stands in the case; null: not in the case, but in what the suite says of all. */
interface Written<T> {
  readonly value: T;
  readonly path: Problem['path'] | null;
}

/** Checks a case, fills in its variables and reads its expectations. Everything that is wrong with it is told at once. */
export const loadCase = async (raw: RawCase, defaults: CaseDefaults, allowance: Allowance | null): Promise<LoadedCase> => {
  const problems: PlacedProblem[] = [];
  const report = (problem: Problem) => problems.push(raw.place(problem));
  const reportAt =
    ({ path }: Pick<Written<unknown>, 'path'>, what: string) =>
    (problem: Problem): unknown =>
      path === null
        ? report({ path: [], about: 'value', message: `takes ${what}, which ${problem.message}`, hint: problem.hint })
        : report(problem);
  const read = readWith(caseSchema, raw.value);
  if ('problems' in read) for (const problem of read.problems) report(problem);
  const given: JsonObject = isObject(raw.value) ? raw.value : {};
  const vars = varsOf(given, defaults);
  const fill = ({ value, path }: Written<string>, what: string): string =>
    raw.isForeign && path !== null ? value : fillText(value, vars, path ?? [], reportAt({ path }, what));

  const expectationsOf = async (items: readonly Written<Json>[]): Promise<readonly { written: Json; read: Expectation }[]> => {
    const checked = await Promise.all(
      items.map(async ({ value, path }) => {
        const before = problems.length;
        const filled = isCode(value) ? value : fillValue(value, vars, path ?? [], reportAt({ path }, 'an assertion of defaults.expect'));
        if (problems.length > before) return [];
        const found = await checkedOnce(value, filled);
        const base = path ?? [];
        if (!found.ok)
          for (const each of found.problems)
            reportAt({ path }, 'an assertion of defaults.expect')({ ...each, path: [...base, ...each.path] });
        if (!found.ok) return [];
        for (const message of refusalsOf(found.expectation, raw, allowance)) report({ path: base, about: 'value', message, hint: null });
        return [{ written: filled, read: found.expectation }];
      }),
    );
    return checked.flat();
  };

  const asked = askedIn(given, defaults);
  const turns: (CaseTurn & { readonly written: readonly Json[] })[] = [];
  for (const { input, expect } of asked) {
    const expected = await expectationsOf(expect);
    turns.push({
      input: fill(input, defaults.turns === null ? 'defaults.input' : 'defaults.turns'),
      expect: expected.map((each) => each.read),
      written: expected.map((each) => each.written),
    });
  }
  const overall = await expectationsOf(overallIn(given, defaults, vars));
  if (isObject(raw.value) && asked.length === 0 && !('input' in given) && !('turns' in given))
    report({ path: [], about: 'value', message: 'asks nothing', hint: 'add input:, or defaults: { input: … } to the suite' });
  else if (problems.length === 0 && overall.length === 0 && turns.every(({ expect }) => expect.length === 0))
    report({
      path: [],
      about: 'value',
      message: 'expects nothing, so that any answer would pass',
      hint: 'add expect:, or in a table a column expected; the least is - outcome: ok',
    });
  if (problems.length > 0 || 'problems' in read) return { case: null, problems };
  const sees = [...turns.flatMap(({ expect }) => expect), ...overall.map((each) => each.read)].some(({ base }) => base === 'javascript');
  const substance = {
    turns: turns.map(({ input, written }) => ({ input, expect: written })),
    expect: overall.map(({ written }) => written),
    vars: sees ? vars : null,
  };
  return { case: assemble(read.data, defaults, { turns, overall, vars, hash: caseHash(substance), recorded: raw.recorded }), problems: [] };
};

const assemble = (
  { id, severity, cluster, tags, repeats, timeout }: ParsedCase,
  defaults: CaseDefaults,
  parts: Pick<Case, 'turns' | 'vars' | 'hash' | 'recorded'> & { readonly overall: readonly { read: Expectation }[] },
): Case => ({
  id: id ?? derivedId(parts.turns.map(({ input }) => input)),
  hash: parts.hash,
  severity: severity ?? defaults.severity,
  cluster: cluster ?? defaults.cluster,
  tags: [...new Set([...defaults.tags, ...(tags ?? [])])],
  vars: parts.vars,
  turns: parts.turns.map(({ input, expect }) => ({ input, expect })),
  expect: parts.overall.map(({ read }) => read),
  repeats: repeats ?? null,
  timeoutMs: timeout ?? null,
  recorded: parts.recorded,
});

const varsOf = (given: JsonObject, defaults: CaseDefaults): Vars => ({
  ...defaults.vars,
  ...(isObject(given['vars']) ? given['vars'] : {}),
  ...(given['expected'] === undefined ? {} : { expected: given['expected'] }),
});

const listAt = (value: Json | undefined, path: Problem['path']): readonly Written<Json>[] =>
  Array.isArray(value) ? value.map((item: Json, at) => ({ value: item, path: [...path, at] })) : [];

/** What is said to the agent, in order: as the case says, else as the suite says of all. */
const askedIn = (given: JsonObject, defaults: CaseDefaults): readonly { input: Written<string>; expect: readonly Written<Json>[] }[] => {
  const { input, turns } = given;
  if (typeof input === 'string') return [{ input: { value: input, path: ['input'] }, expect: [] }];
  if (Array.isArray(turns)) {
    return turns.flatMap((turn: Json, at) =>
      isObject(turn) && typeof turn['input'] === 'string'
        ? [{ input: { value: turn['input'], path: ['turns', at, 'input'] }, expect: listAt(turn['expect'], ['turns', at, 'expect']) }]
        : [],
    );
  }
  if (input !== undefined || turns !== undefined) return [];
  const shared = defaults.turns ?? (defaults.input === null ? [] : [{ input: defaults.input }]);
  return shared.map((turn) => ({
    input: { value: turn.input, path: null },
    expect: (turn.expect ?? []).map((value) => ({ value, path: null })),
  }));
};

/** Of the suite first, then of the case; `expected` judges where nothing mentions it. */
const overallIn = (given: JsonObject, defaults: CaseDefaults, vars: Vars): readonly Written<Json>[] => {
  const own = listAt(given['expect'], ['expect']);
  const written = [...defaults.expect.map((value) => ({ value, path: null })), ...own];
  const { expected } = given;
  const isText = typeof expected === 'string' || typeof expected === 'number' || typeof expected === 'boolean';
  const all = [...written.map(({ value }) => value), given['turns'] ?? null, ...(defaults.turns ?? []).map(({ expect }) => expect ?? [])];
  if (!isText || all.some((value) => mentions(value, 'expected'))) return written;
  // Written as a variable, so that what looks like one in the text stays as it is.
  return vars['expected'] === undefined ? written : [...written, { value: { equals: '{{expected}}' }, path: ['expected'] }];
};

const isCode = (value: Json): boolean => {
  const picking = pickAssertion(value);
  return picking.ok && picking.picked.base === 'javascript';
};

/** Expectations of the suite are the same thousands of times. */
const known = new WeakMap<object, Promise<Checked>>();

const checkedOnce = (written: Json, filled: Json): Promise<Checked> => {
  if (typeof written !== 'object' || written === null || holdsPlaceholder(written)) return loadExpectation(filled);
  const earlier = known.get(written);
  if (earlier !== undefined) return earlier;
  const checking = loadExpectation(filled);
  known.set(written, checking);
  return checking;
};

const refusalsOf = ({ base, type }: Expectation, raw: RawCase, allowance: Allowance | null): readonly string[] => {
  const { at } = raw;
  const nothing = { references: [], urls: [], state: { folder: '.', isOutside: false, at } };
  const distrusted = allowance === null ? [] : distrustProblems({ ...nothing, slots: [{ slot: 'expect', kind: type, at }] }, allowance);
  const isBlind = raw.recorded !== null && blindToRecords.includes(base);
  return [
    ...distrusted.map(({ message }) => message),
    ...(isBlind ? [`${base} cannot judge a recorded answer: what is kept is kept without what it looks for`] : []),
  ];
};
