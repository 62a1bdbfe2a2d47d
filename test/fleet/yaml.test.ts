import { describe, expect, test } from 'vitest';
import { locate, parseYaml, plainValue } from '../../src/fleet/yaml.ts';

const valueIn = (text: string): unknown => {
  const { root, problems } = parseYaml(text, 'f.yaml');
  expect(problems).toEqual([]);
  return root === null ? null : plainValue(root);
};

describe('aliases', () => {
  test('stand for the anchor that came last before them', () => {
    expect(valueIn('a: &x 1\nb: *x\nc: &x 2\nd: *x\n')).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  test('keep their meaning inside an anchor that is used later', () => {
    expect(valueIn('a: &y 1\nb: &x [*y]\nc: &y 2\nd: *x\ne: *y\n')).toEqual({ a: 1, b: [1], c: 2, d: [1], e: 2 });
  });

  test('place what they stand for where it was written, and their key where they are', () => {
    const { root } = parseYaml('a: &x { tier: 9 }\nb: *x\n', 'f.yaml');
    if (root === null) throw new Error('no root');
    expect(locate(root, ['b', 'tier'])).toMatchObject({ line: 1, column: 15 });
    expect(locate(root, ['b'], 'key')).toMatchObject({ line: 2, column: 1 });
  });
});

describe('merge keys', () => {
  test('give way to what stands beside them and to maps before them', () => {
    const text = 'a: &a { k: 1, l: 1 }\nb: &b { l: 2, m: 2 }\nc: { <<: [*a, *b], k: 0 }\n';
    expect(valueIn(text)).toMatchObject({ c: { k: 0, l: 1, m: 2 } });
  });

  test('in quotes are keys like any other', () => {
    expect(valueIn('"<<": 1\n')).toEqual({ '<<': 1 });
  });
});

describe('values', () => {
  test.each([
    ['yes', 'yes'],
    ['2026-01-01', '2026-01-01'],
    ['12:30', '12:30'],
    ['0o17', 15],
    ['017', 17],
    ['null', null],
    ['~', null],
    ['True', true],
    ['"1"', '1'],
  ])('%s means %j, as in YAML 1.2', (text, value) => {
    expect(valueIn(`a: ${text}\n`)).toEqual({ a: value });
  });

  test('a key that other programs trip over is a key like any other', () => {
    expect(valueIn('__proto__: { polluted: true }\nconstructor: 1\n')).toEqual(
      JSON.parse('{ "__proto__": { "polluted": true }, "constructor": 1 }'),
    );
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
