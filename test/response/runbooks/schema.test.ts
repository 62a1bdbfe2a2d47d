import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { describe, expect, test } from 'vitest';
import { runbookSchemaText } from '../../../src/cli/runbook-schema.ts';
import { parseYaml, plainValue } from '../../../src/fleet/yaml.ts';

const schema = JSON.parse(runbookSchemaText()) as ConstructorParameters<typeof Validator>[0];
const complaints = (value: unknown) => new Validator(schema, '2020-12', false).validate(value).errors;
const folder = join(import.meta.dirname, '../../../runbooks');

const readText = (text: string): unknown => {
  const { root } = parseYaml(text, 'r.yaml');
  if (root === null) throw new Error('it is no YAML');
  return plainValue(root);
};

describe('the schema that an editor has', () => {
  test.each(readdirSync(folder))('finds nothing wrong with %s', (file) => {
    expect(complaints(readText(readFileSync(join(folder, file), 'utf8')))).toEqual([]);
  });

  test.each([
    ['a misspelled step', 'metadata: { name: x, class: loop }\nsteps: [ { throtle: {} } ]'],
    ['a class that is not there', 'metadata: { name: x, class: lop }\nsteps: [ { kill: {} } ]'],
    ['no steps', 'metadata: { name: x, class: loop }'],
  ])('finds %s', (_, text) => {
    expect(complaints(readText(text))).not.toEqual([]);
  });
});
