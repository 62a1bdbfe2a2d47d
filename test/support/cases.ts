import type { Case, LoadedSuite } from '../../src/quality/evals/suite.ts';

/** A case that asks its own id; what a test is about is given. */
export const caseOf = (parts: Partial<Case> & Pick<Case, 'id'>): Case => ({
  hash: '0123456789abcdef',
  severity: 'normal',
  cluster: null,
  tags: [],
  vars: {},
  turns: [{ input: parts.id, expect: [] }],
  expect: [],
  repeats: null,
  timeoutMs: null,
  recorded: null,
  ...parts,
});

/** The cases of a suite that is nothing else. */
export const suiteOf = (cases: readonly Case[]): Pick<LoadedSuite, 'cases'> => ({
  async *cases() {
    yield* cases;
  },
});
