import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemFiles } from '../../../../src/ground/runtime/files.ts';
import { openSandbox } from '../../../../src/ground/runtime/sandbox.ts';
import { type Import, readPromptfoo } from '../../../../src/quality/evals/exchange/read-promptfoo.ts';
import type { Case } from '../../../../src/quality/evals/suite.ts';
import { gradeTurns } from '../../../../src/quality/expect/grade-turns.ts';
import { casesIn, loadedFrom } from '../../../support/load-suite.ts';
import { scratch } from '../../../support/run-cli.ts';
import { says } from '../../../support/turn.ts';

const folder = resolve(import.meta.dirname, '../../../fixtures/promptfoo');

interface Recorded {
  readonly pass: boolean;
  readonly prompt: string;
}

/** What promptfoo itself said, and what it asked; `record.mjs` beside it tells how. */
const recorded = JSON.parse(readFileSync(join(folder, 'verdicts.json'), 'utf8')) as Readonly<Record<string, Recorded>>;

/** What is left out, or judged in another way, and told. */
const elsewhere = ['by score', 'only what is missing', '21 contains-json / empty_list', '21 contains-json / multi'];

const importText = async (config: string, files: Readonly<Record<string, string>> = {}): Promise<Import> => {
  using place = scratch({ 'promptfooconfig.yaml': config, ...files });
  return await readPromptfoo(systemFiles, join(place.path, 'promptfooconfig.yaml'), place.path);
};

const reload = async (text: string): Promise<readonly Case[]> => {
  using place = scratch({ 'suite.yaml': text });
  return await casesIn(loadedFrom(place.path, 'suite.yaml'));
};

describe('a configuration that holds every assertion', () => {
  let imported: Import;
  let cases: readonly Case[];
  const sandbox = openSandbox();
  beforeAll(async () => {
    imported = await readPromptfoo(systemFiles, join(folder, 'promptfooconfig.yaml'), folder);
    cases = await reload(imported.text);
  });
  afterAll(() => sandbox.close());

  test('becomes a suite that loads, case by case', () => {
    expect(cases).toHaveLength(imported.cases);
    expect(cases.length).toBeGreaterThan(240);
  });

  test('asks what promptfoo asks, and judges as it does', async () => {
    const nameOf = ({ id, vars }: Case) => (id.startsWith('of two cities') ? `of two cities [${String(vars['city'])}]` : id);
    const ours: Record<string, Recorded> = {};
    for (const each of cases.filter(({ id }) => !id.startsWith('left out'))) {
      const grades = await gradeTurns(each.expect, [says(String(each.vars['answer']))], { sandbox, vars: each.vars });
      expect(grades.map(({ verdict }) => verdict)).not.toContain('error');
      ours[nameOf(each)] = { pass: grades.every(({ pass }) => pass !== false), prompt: each.turns[0]?.input ?? '' };
    }
    const known = Object.fromEntries(Object.entries(recorded).filter(([name]) => !elsewhere.includes(name)));
    expect(Object.fromEntries(Object.entries(ours).filter(([name]) => !elsewhere.includes(name)))).toEqual(known);
  });

  test('leaves out what has no counterpart, each by its name and place', async () => {
    const told = imported.leftOut.map(
      ({ at, path, name, why, isKept }) => `${at.line}:${at.column} ${isKept ? 'note' : 'left out'} ${path} ${name}: ${why}`,
    );
    await expect(`${told.join('\n')}\n`).toMatchFileSnapshot(join(folder, 'left-out.txt'));
  });

  test('says in the suite what it left out', () => {
    for (const { name, why } of imported.leftOut) expect(imported.text).toContain(`${name}: ${why}`);
  });
});

const promptfoo = (tests: string, rest = 'prompts: ["{{q}}"]') => `${rest}\ntests:\n${tests}\n`;

describe('a configuration', () => {
  test.each([
    ['a weight and a metric', promptfoo('  - { vars: { q: a }, assert: [{ type: contains, value: x, weight: 2, metric: m }] }'), 0],
    [
      'a set of assertions',
      promptfoo('  - { vars: { q: a }, assert: [{ type: assert-set, assert: [{ type: is-json }, { type: contains, value: x }] }] }'),
      0,
    ],
    [
      'several prompts',
      promptfoo('  - { vars: { q: a }, assert: [{ type: is-json }] }', 'prompts: ["A {{q}}", { label: polite, raw: "Please {{q}}" }]'),
      0,
    ],
    [
      'a chat of one message',
      promptfoo(
        '  - { vars: { q: a }, assert: [{ type: is-json }] }',
        `prompts: ['[{"role": "system", "content": "Be kind."}, {"role": "user", "content": "{{q}}"}]']`,
      ),
      1,
    ],
    ['no tests at all', 'prompts: [Hello]\n', 0],
    ['a prefix and a suffix', promptfoo('  - { vars: { q: a }, options: { prefix: "<", suffix: ">" }, assert: [{ type: is-json }] }'), 0],
    ['a judge of its own', promptfoo('  - { vars: { q: a }, assert: [{ type: llm-rubric, value: kind, provider: "openai:gpt-4o" }] }'), 1],
    [
      'an unknown key',
      promptfoo('  - { vars: { q: a }, assert: [{ type: is-json }], colour: red }', 'prompts: ["{{q}}"]\nextensions: [file://x.js]'),
      2,
    ],
    [
      'words that YAML reads as something else',
      promptfoo(
        '  - { description: "yes: no", vars: { q: "null", "a b": "- x" }, assert: [{ type: equals, value: "true" }, { type: contains, value: "# ${x} {{q}}" }] }',
      ),
      0,
    ],
  ])('with %s becomes a suite that loads', async (_, config, notes) => {
    const { text, cases, leftOut } = await importText(config);
    expect(leftOut).toHaveLength(notes);
    expect(await reload(text)).toHaveLength(cases);
  });

  test('keeps the words of every text, whatever they are', async () => {
    const { text } = await importText(
      promptfoo(
        '  - { description: "yes: no", vars: { q: "null" }, assert: [{ type: equals, value: "true" }, { type: contains, value: "# ${x} {{q}}" }] }',
      ),
    );
    const [only] = await reload(text);
    expect(only?.id).toBe('yes: no');
    expect(only?.expect.map(({ args }) => args)).toEqual(['true', '# ${x} null']);
  });

  test('of which nothing can be taken over is refused, with the reasons', async () => {
    const refused = importText(promptfoo('  - { vars: { q: a }, assert: [{ type: is-sql }] }'));
    await expect(refused).rejects.toThrow('promptfooconfig.yaml:3:32: is-sql: there is no such assertion here');
  });

  test('that is no map is refused', () => expect(importText('- a\n')).rejects.toThrow('the file must be a map of sections'));
});
