import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { beforeAll, describe, expect, test } from 'vitest';
import { extensions } from '../../src/cli/registries.ts';
import { loadSlotKinds } from '../../src/fleet/load-slot-kinds.ts';
import { manifestJsonSchema } from '../../src/fleet/manifest-json-schema.ts';
import { parseYaml, plainValue } from '../../src/fleet/yaml.ts';
import type { JsonObject } from '../../src/ground/json.ts';

let schema: JsonObject;
let validator: Validator;
beforeAll(async () => {
  schema = manifestJsonSchema(await loadSlotKinds(extensions.slots), extensions.sections);
  validator = new Validator(schema as ConstructorParameters<typeof Validator>[0], '2020-12', false);
});

const plain = (text: string): unknown => {
  const { root, problems } = parseYaml(text, 'agentops.yaml');
  expect(problems).toEqual([]);
  return root === null ? null : plainValue(root);
};
const complaints = (text: string): readonly string[] =>
  validator.validate(plain(text)).errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);

const root = resolve(import.meta.dirname, '../..');
const goodManifests = join(root, 'test/fixtures/good-manifests');

describe('the JSON Schema of the manifest', () => {
  test('accepts the manifest of the demo', () =>
    expect(complaints(readFileSync(join(root, 'fixtures/demo/agentops.yaml'), 'utf8'))).toEqual([]));

  test.each(readdirSync(goodManifests).filter((name) => !name.includes('.')))('accepts what the loader accepts: %s', (name) => {
    expect(complaints(readFileSync(join(goodManifests, name, 'agentops.yaml'), 'utf8'))).toEqual([]);
  });

  const agent = (lines: string): string =>
    `version: 1\nfleet: a\nagents:\n  s:\n    endpoint: { protocol: openai-chat, url: "http://x/v1", model: m }\n${lines}`;
  const check = (expectations: string): string => agent(`    checks: [ { id: c, input: hi, expect: ${expectations} } ]`);

  test.each([
    ['references where a form is wanted', agent('    tier: "${TIER:-2}"\n    sla: { latency_p95: "${LATENCY}", quality: "${QUALITY}" }')],
    ['a bare assertion', check('[ is-refusal, not-is-refusal ]')],
    [
      'short assertions',
      check('[ { contains: 30 }, { not-contains: x }, { latency: 5s }, { is-json: null }, { "trajectory:tool-used": search } ]'),
    ],
    [
      'long assertions',
      check('[ { type: contains, value: x, weight: 2, metric: m }, { type: latency, threshold: 5000 }, { type: not-cost, value: $0.02 } ]'),
    ],
    ['any JSON where any is meant', check('[ { equals: { a: [1, { b: null }] } } ]')],
  ])('accepts %s', (_, text) => expect(complaints(text)).toEqual([]));

  test.each([
    ['an unknown section', 'version: 1\nfleet: a\nagents: {}\nagnets: {}'],
    ['no agents where no file is included', 'version: 1\nfleet: a'],
    ['empty agents where no file is included', 'version: 1\nfleet: a\nagents:'],
    ['a missing section', 'version: 1\nagents: {}'],
    ['another version', 'version: 2\nfleet: a\nagents: {}'],
    ['an unknown key of an agent', agent('    teir: 1')],
    ['a tier that is none', agent('    tier: 4')],
    ['a number where a duration is wanted', agent('    sla: { latency_p95: 8 }')],
    ['a share without its sign', agent('    sla: { error_rate: "5" }')],
    ['money without its sign', agent('    budget: { per_day: "150" }')],
    ['an unknown protocol', agent('').replace('openai-chat', 'openai-chta')],
    ['an endpoint without its kind', agent('').replace('protocol: openai-chat, ', '')],
    ['a key of another protocol', agent('').replace('model: m', 'model: m, assistant_id: a')],
    ['an endpoint without what it needs', agent('').replace(', model: m', '')],
    ['an unknown assertion', check('[ { containz: x } ]')],
    ['an assertion with a value of the wrong type', check('[ { max-steps: many } ]')],
    ['a limit without a unit', check('[ { latency: 5 } ]')],
    ['two assertions in one', check('[ { contains: x, regex: y } ]')],
    ['a long assertion without its value', check('[ { type: contains } ]')],
    ['an unknown setting', check('[ { type: contains, value: x, wieght: 2 } ]')],
    ['a value where none is taken', check('[ { is-refusal: 5 } ]')],
    ['a bare assertion that needs a value', check('[ contains ]')],
  ])('refuses %s', (_, text) => expect(complaints(text)).not.toEqual([]));

  test('describes every key and knows no further ones', () => {
    const silent: string[] = [];
    const open: string[] = [];
    const visit = (value: unknown, path: string) => {
      if (typeof value !== 'object' || value === null) return;
      const node = value as Record<string, unknown>;
      if (typeof node['properties'] === 'object' && !/allOf|\/if|\/then|\/else/.test(path)) {
        for (const [key, child] of Object.entries(node['properties'] ?? {})) {
          const isArgument = /\$defs\/expect\./.test(path);
          if (typeof (child as JsonObject)['description'] !== 'string' && !isArgument) silent.push(`${path}.${key}`);
        }
        // A slot is closed by the kind it refers to, and the match of traces has keys that are made up.
        if (node['additionalProperties'] === undefined && !Array.isArray(node['allOf'])) open.push(path);
      }
      for (const [key, child] of Object.entries(node)) visit(child, `${path}/${key}`);
    };
    visit(schema, '');
    expect(silent).toEqual([]);
    expect(open).toEqual([]);
  });

  test('refers only to what it defines', () => {
    const text = JSON.stringify(schema);
    const defined = Object.keys(schema['$defs'] as JsonObject).map((name) => `#/$defs/${name}`);
    for (const [, target] of text.matchAll(/"\$ref":"([^"]+)"/g)) expect(defined).toContain(target);
  });
});
