import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { locate, parseYaml, type YamlNode } from '../../src/fleet/yaml.ts';
import { OpsError } from '../../src/ground/errors.ts';
import { isObject } from '../../src/ground/json.ts';
import { cleanCopy, load } from '../support/load-manifest.ts';

const folder = (): string => cleanCopy('small');

interface Detail {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Loads a text as a manifest. Anything thrown but a sentence for its author, or a place outside the file, fails the test. */
const loadText = async (at: string, text: string): Promise<readonly Detail[]> => {
  writeFileSync(join(at, 'agentops.yaml'), text);
  try {
    const { fleet } = await load(at, { env: { SET: 'here' } });
    expect(JSON.parse(JSON.stringify(fleet))).toEqual(fleet);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    expect([thrown.kind, thrown.code]).toEqual(['usage', 'manifest_invalid']);
    const details = thrown.details as readonly Detail[];
    expect(details.length).toBeGreaterThan(0);
    const lines = readFileSync(join(at, 'agentops.yaml'), 'utf8')
      .replace(/^\uFEFF/, '')
      .split('\n');
    for (const { file, line, column, message } of details) {
      expect(file).toBe('agentops.yaml');
      expect(message).not.toMatch(/undefined|\[object|NaN|Invalid input/);
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
    }
    return details;
  }
};

/** For properties, which take what they are answered for a verdict. */
const check = async (at: string, text: string): Promise<void> => {
  await loadText(at, text);
};

/** Pieces that a manifest is made of, and those that break one. */
const pieces = [
  'version: 1\n',
  'fleet: acme\n',
  'agents:\n',
  '  a:\n',
  '    checks:\n',
  '      - id: a\n',
  '        input: hi\n',
  '        expect:\n',
  '          - contains: x\n',
  '    endpoint: { protocol: a2a, url: "http://x" }\n',
  '    depends_on: [a]\n',
  'include: ["*.yaml"]\n',
  'alerts: []\n',
  '${SET}',
  '${',
  '}',
  '$${',
  '&a ',
  '*a ',
  '<<: *a\n',
  '!!str ',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '\t',
  '"',
  "'",
  '[',
  ']',
  '{',
  ', ',
  ': ',
  '- ',
  '? ',
  '| \n',
  '> \n',
  '#',
  '\n',
  ' ',
  '\u0000',
  '\uFEFF',
  '\u2028',
  '1e999',
  '~',
  '__proto__: x\n',
  'constructor: { prototype: 1 }\n',
  'toString: 1\n',
  'tier: 9\n',
  '0x1F',
  '.nan',
  '2026-01-01',
  '\r\n',
  '🔑',
];

describe('whatever stands in agentops.yaml, its author is told in sentences with places inside the file', () => {
  test('pieces of manifests in any order', async () => {
    const at = folder();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (parts) => check(at, parts.join(''))),
      { numRuns: 1500 },
    );
  });

  test('any text', async () => {
    const at = folder();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), (text) => check(at, text)),
      { numRuns: 500 },
    );
  });

  test('a good manifest with one piece put in or cut out', async () => {
    const at = folder();
    const good = readFileSync(join(import.meta.dirname, '../fixtures/good-manifests/reference/agentops.yaml'), 'utf8').replace(
      /^include:.*\n/m,
      '',
    );
    const edit = fc.record({ from: fc.nat(good.length), cut: fc.nat(30), put: fc.constantFrom('', ...pieces) });
    await fc.assert(
      fc.asyncProperty(edit, ({ from, cut, put }) => check(at, good.slice(0, from) + put + good.slice(from + cut))),
      { numRuns: 300 },
    );
  });

  test('any JSON value, also in every place of a manifest', async () => {
    const at = folder();
    const places: readonly ((value: unknown) => unknown)[] = [
      (value) => value,
      (value) => ({ version: 1, fleet: 'a', agents: value }),
      (value) => ({ version: 1, fleet: 'a', agents: { a: value } }),
      (value) => ({
        version: 1,
        fleet: 'a',
        agents: { a: { endpoint: value, checks: value, controls: value, depends_on: value, traces: value } },
      }),
      (value) => ({
        version: 1,
        fleet: 'a',
        agents: { a: { endpoint: { protocol: 'http', url: value, headers: value, body: value, response: value, timeout: value } } },
      }),
      (value) => ({
        version: 1,
        fleet: 'a',
        agents: {
          a: {
            endpoint: { protocol: 'a2a', url: 'http://x' },
            checks: [{ id: 'a', input: 'x', expect: [value, { contains: value }, { type: value }] }],
          },
        },
      }),
      (value) => ({
        version: 1,
        fleet: 'a',
        agents: { a: {} },
        backends: value,
        connections: value,
        prices: value,
        defaults: value,
        include: value,
        state: value,
        watchdog: value,
        budget: value,
      }),
    ];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom(...pieces),
      fc.dictionary(fc.constantFrom('kind', 'via', 'protocol', 'secret', 'base', 'type', 'value', '__proto__', 'a'), fc.jsonValue()),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), value, (place, each) => check(at, JSON.stringify(place(each)))),
      { numRuns: 1500 },
    );
  });
});

describe('interpolation', () => {
  test('puts no value of a secret into the fleet, whatever surrounds the reference', async () => {
    const at = folder();
    const around = fc.stringMatching(/^[a-z0-9 /.:-]{0,12}$/);
    const where = fc.constantFrom('api_key', 'url', 'header');
    const secret = fc.stringMatching(/^[A-Za-z0-9+/=_-]{12,40}$/);
    await fc.assert(
      fc.asyncProperty(around, around, where, secret, async (before, after, place, value) => {
        const text = `${before}\${SUPPORT_TOKEN}${after}`;
        const endpoint = {
          protocol: 'openai-chat',
          url: place === 'url' ? text : 'http://127.0.0.1:1/v1',
          model: 'm',
          ...(place === 'api_key' ? { api_key: text } : {}),
          ...(place === 'header' ? { headers: { authorization: text } } : {}),
        };
        writeFileSync(join(at, 'agentops.yaml'), JSON.stringify({ version: 1, fleet: 'a', agents: { a: { endpoint } } }));
        const { fleet } = await load(at, { env: { SUPPORT_TOKEN: value } });
        expect(JSON.stringify(fleet)).not.toContain(value);
        expect(readFileSync(join(at, '.agentops', 'agentops.yaml.snapshot.json'), 'utf8')).not.toContain(value);
      }),
      { numRuns: 100 },
    );
  });
});

describe('locate', () => {
  test('answers with a place inside the file for any path', () => {
    const key = fc.oneof(fc.constantFrom<PropertyKey>('a', 'b', 'x', '__proto__', 'length', 0, 1, 7), fc.string());
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.array(key, { maxLength: 5 }),
        fc.constantFrom('key' as const, 'value' as const),
        (value, path, about) => {
          const text = JSON.stringify(value, null, 1);
          const root = parseYaml(text, 'f.yaml').root as YamlNode | null;
          if (root === null) return;
          const { file, line, column } = locate(root, path, about);
          const lines = text.split('\n');
          expect(file).toBe('f.yaml');
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? -1) + 1);
        },
      ),
    );
  });

  test('finds every value and every key of a map where they stand', () => {
    const keys = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.integer(), { minKeys: 1 });
    fc.assert(
      fc.property(keys, (value) => {
        const entries = Object.entries(value);
        const text = entries.map(([name, number]) => `${name}: ${number}`).join('\n');
        const { root } = parseYaml(text, 'f.yaml');
        if (root === null) throw new Error(text);
        for (const [index, [name]] of entries.entries()) {
          expect(locate(root, [name], 'key')).toMatchObject({ line: index + 1, column: 1 });
          expect(locate(root, [name])).toMatchObject({ line: index + 1, column: name.length + 3 });
        }
      }),
    );
  });
});

test('a refusal is an object of plain data as well', async () => {
  const details = await loadText(folder(), 'version: 2\n');
  expect(details.every(isObject)).toBe(true);
});
