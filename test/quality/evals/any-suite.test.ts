import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OpsError } from '../../../src/ground/errors.ts';
import { systemFiles } from '../../../src/ground/runtime/files.ts';
import { readPromptfoo } from '../../../src/quality/evals/exchange/read-promptfoo.ts';
import { casesIn, loadedFrom, refusalOf } from '../../support/load-suite.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = () => temporaryFolder();
const oneOf = fc.constantFrom;
const word = fc.oneof(
  oneOf(
    'contains',
    'equals',
    'is-json',
    'javascript',
    'regex',
    'input',
    'expect',
    'hi {{x}}',
    '{{a.b}}',
    '${HOME}',
    '$${x}',
    '\\{{',
    '',
    '(',
    '# x',
    '- y',
    'a: b',
    '5s',
    'null',
    '1e3',
    ' lead',
    'tail ',
    'two\nlines\n',
  ),
  fc.string({ maxLength: 8 }),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const assertion = fc.oneof(
  json,
  fc.record(
    {
      type: oneOf(
        'contains',
        'not-contains',
        'is-json',
        'regex',
        'equals',
        'levenshtein',
        'javascript',
        'is-sql',
        'assert-set',
        'contains-any',
      ),
      value: json,
      threshold: fc.option(json, { nil: undefined }),
      weight: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    },
    { requiredKeys: ['type'] },
  ),
);

describe('whatever a file holds, it is read or refused in words', () => {
  const place = folder;
  const survives = async (name: string, content: string | Uint8Array) => {
    const at = place();
    writeFileSync(join(at, name), content);
    // Anything but an OpsError is thrown on, and fails the test.
    const said = await refusalOf(casesIn(loadedFrom(at, name)));
    if (said !== '') expect(said).toMatch(/^error: /);
  };

  test('a suite', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record(
          {
            name: json,
            vars: json,
            defaults: json,
            gate: json,
            from: json,
            cases: fc.oneof(
              json,
              fc.array(
                fc.record(
                  { id: json, input: word, expect: fc.array(assertion, { maxLength: 2 }), vars: json, turns: json },
                  { requiredKeys: [] },
                ),
                { maxLength: 3 },
              ),
            ),
          },
          { requiredKeys: [] },
        ),
        (suite) => survives('suite.json', JSON.stringify(suite)),
      ),
      { numRuns: 150 },
    ));

  test.each(['cases.jsonl', 'cases.csv', 'suite.yaml'])('any bytes as %s', (name) =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc
            .string({ unit: oneOf('"', ',', '\n', '\r', '{', '}', '[', ':', 'a', '-', ' ', '\\', 'id', 'input'), maxLength: 30 })
            .map((text) => Buffer.from(text)),
        ),
        (bytes) => survives(name, bytes),
      ),
      { numRuns: 100 },
    ),
  );
});

describe('whatever a configuration of promptfoo holds', () => {
  const config = fc.record(
    {
      description: word,
      prompts: fc.oneof(fc.array(fc.oneof(word, oneOf('{{x}}', 'Say {{x}}')), { maxLength: 3 }), json),
      defaultTest: fc.option(
        fc.record(
          { vars: fc.dictionary(oneOf('x', 'y'), word, { maxKeys: 2 }), assert: fc.array(assertion, { maxLength: 2 }) },
          { requiredKeys: [] },
        ),
        { nil: undefined },
      ),
      tests: fc.oneof(
        json,
        fc.array(
          fc.record(
            {
              description: word,
              vars: fc.dictionary(oneOf('x', 'y', 'a b'), fc.oneof(word, json), { maxKeys: 3 }),
              assert: fc.array(assertion, { maxLength: 3 }),
              options: json,
              metadata: json,
              threshold: json,
            },
            { requiredKeys: ['vars', 'assert'] },
          ),
          { maxLength: 4 },
        ),
      ),
    },
    { requiredKeys: ['prompts', 'tests'] },
  );

  test('it becomes a suite that loads with all of its cases, or is refused in words', () =>
    fc.assert(
      fc.asyncProperty(config, async (value) => {
        const at = folder();
        const path = join(at, 'promptfooconfig.json');
        writeFileSync(path, JSON.stringify(value));
        try {
          const { text, cases } = await readPromptfoo(systemFiles, path, at);
          writeFileSync(join(at, 'suite.yaml'), text);
          expect(await casesIn(loadedFrom(at, 'suite.yaml'))).toHaveLength(cases);
        } catch (thrown) {
          if (!(thrown instanceof OpsError) || thrown.code === 'suite_invalid') throw thrown;
        }
      }),
      { numRuns: 300 },
    ));
});
