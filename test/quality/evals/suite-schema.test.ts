import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { beforeAll, describe, expect, test } from 'vitest';
import { extensions } from '../../../src/cli/registries.ts';
import { suiteSchemaText } from '../../../src/cli/suite-schema.ts';
import { parseYaml, plainValue } from '../../../src/fleet/yaml.ts';

let validator: Validator;
beforeAll(async () => {
  const schema = JSON.parse(await suiteSchemaText(extensions)) as ConstructorParameters<typeof Validator>[0];
  validator = new Validator(schema, '2020-12', false);
});

const complaints = (text: string): readonly string[] => {
  const { root } = parseYaml(text, 'suite.yaml');
  return validator
    .validate(root === null ? null : plainValue(root))
    .errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
};

const root = resolve(import.meta.dirname, '../../..');
const shipped = readdirSync(join(root, 'fixtures/suites')).filter((name) => name.endsWith('.yaml'));

describe('the JSON Schema of a suite', () => {
  test.each(shipped)('accepts what is shipped: %s', (name) =>
    expect(complaints(readFileSync(join(root, 'fixtures/suites', name), 'utf8'))).toEqual([]),
  );

  test.each([
    [
      'every way to name a source',
      'from: [a.jsonl, { file: "b/*.csv" }, { traces: { sample: 5%, window: 7d } }, { langfuse-dataset: { name: x } }]',
    ],
    ['one source', 'from: a.csv'],
    ['shares in both spellings', 'gate: { alpha: 0.05, min_effect: 5%, min_pass_rate: "${FLOOR}" }\ncases: []'],
    ['money in both spellings', 'max_usd: 2.5\ncases: []'],
    [
      'all that a case may say',
      'cases: [{ id: 7, severity: info, cluster: c, tags: [x], vars: { a: { b: [1] } }, turns: [{ input: hi, expect: [is-json] }], expected: 4, repeats: 2, timeout: 5s }]',
    ],
  ])('accepts %s', (_, text) => expect(complaints(text)).toEqual([]));

  test.each([
    ['an unknown key', 'nmae: x\ncases: []'],
    ['an unknown assertion', 'cases: [{ input: hi, expect: [{ contians: x }] }]'],
    ['an unknown key of a case', 'cases: [{ inptu: hi }]'],
    ['a bad severity', 'cases: [{ input: hi, severity: high }]'],
    ['an unknown key of a source', 'from: { tracs: {} }'],
    ['a bad verdict', 'gate: { on_inconclusive: maybe }\ncases: []'],
  ])('refuses %s', (_, text) => expect(complaints(text)).not.toEqual([]));
});
