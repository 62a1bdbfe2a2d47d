import { createHash } from 'node:crypto';
import type { Fleet } from '../../../fleet/agent.ts';
import { badFile, inOrder } from '../../../fleet/problem-report.ts';
import { showPath } from '../../../fleet/problem-words.ts';
import type { At } from '../../../fleet/slots.ts';
import type { Allowance } from '../../../fleet/trust.ts';
import { parseYaml, plainValue } from '../../../fleet/yaml.ts';
import { usageError } from '../../../ground/errors.ts';
import { canonicalJson, type Json } from '../../../ground/json.ts';
import type { Context } from '../../../ground/runtime/context.ts';
import type { Expectation } from '../../expect/port.ts';
import { type CaseDefaults, loadCase } from '../load-case.ts';
import { loadSuiteDefaults } from '../load-suite-defaults.ts';
import type { SuiteRequest } from '../suite.ts';
import { recordedNothing } from './recorded-nothing.ts';

/** What every answer of an agent is held against. */
export interface Standard {
  /** The suite's name; what grades are remembered under, so that no answer is graded twice by the same standard. */
  readonly name: string;
  /** The agent that the suite names; null: none. */
  readonly agent: string | null;
  /** Never empty. */
  readonly expect: readonly Expectation[];
  readonly vars: Readonly<Record<string, Json>>;
}

/** `defaults.expect` of a suite as a standard: what it says of every answer. Throws a usage error where it says nothing. */
export const loadStandard = async (ctx: Context, fleet: Fleet, path: string, request: SuiteRequest): Promise<Standard> => {
  const { suite, defaults } = await loadSuiteDefaults(ctx, fleet, path, request);
  if (defaults.expect.length === 0)
    throw usageError({
      code: 'standard_empty',
      message: `${suite.name} says nothing of every answer: it has no defaults.expect`,
      hint: 'add defaults: { expect: [ … ] } to the suite; what its cases expect is about their own questions',
    });
  const at = { file: suite.path, line: 1, column: 1 };
  return { name: suite.name, agent: suite.agent, ...(await checked(defaults, at, request)) };
};

const noDefaults: CaseDefaults = { severity: 'normal', cluster: null, tags: [], vars: {}, input: null, turns: null, expect: [] };

/** Assertions of the command line as a standard, each as YAML writes it: `llm-rubric: The answer is polite`. */
export const loadStandardOf = async (given: readonly string[], allowance: Allowance | null): Promise<Standard> => {
  const expect = given.map((text): Json => {
    const { root, problems } = parseYaml(text, '--expect');
    if (root !== null && problems.length === 0) return plainValue(root) as Json;
    throw usageError({
      code: 'flag_invalid',
      message: `--expect cannot be ${JSON.stringify(text)}`,
      hint: "write it like --expect 'llm-rubric: The answer is polite'",
    });
  });
  const name = `expect-${createHash('sha256').update(canonicalJson(expect)).digest('hex').slice(0, 8)}`;
  const at = { file: '--expect', line: 1, column: 1 };
  return { name, agent: null, ...(await checked({ ...noDefaults, expect }, at, { allowance, base: '.' })) };
};

/** Reads expectations as those of a case that was answered in production: variables of cases and code that looks for what is never kept are refused. */
const checked = async (
  defaults: CaseDefaults,
  at: At,
  { allowance, base }: Pick<SuiteRequest, 'allowance' | 'base'>,
): Promise<Pick<Standard, 'expect' | 'vars'>> => {
  const loaded = await loadCase(
    {
      value: { id: 'an-answer', input: 'what was asked' },
      at,
      place: ({ path, message, hint }) => ({
        at,
        message: `${path.length === 0 ? 'an answer of production' : showPath(path)} ${message}`,
        hint,
      }),
      isForeign: true,
      recorded: [recordedNothing],
    },
    { ...defaults, input: null, turns: null },
    allowance,
  );
  if (loaded.case === null) {
    const hint = 'only what holds for any answer can be asked of production';
    throw badFile({ code: 'suite_invalid', path: at.file, problems: inOrder(loaded.problems), hint }, base);
  }
  return { expect: loaded.case.expect, vars: loaded.case.vars };
};
