import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { givenParams } from '../../../src/response/runbooks/given-params.ts';
import { runCommand } from '../../../src/response/runbooks/next-command.ts';
import { readParam, writtenParam } from '../../../src/response/runbooks/param-value.ts';
import type { Param } from '../../../src/response/runbooks/runbook.ts';

const param = (type: Param['type'], parts: Partial<Param> = {}): Param => ({
  name: 'x',
  type,
  description: '',
  fallback: null,
  unless: [],
  optional: false,
  choices: [],
  min: null,
  max: null,
  ...parts,
});

test('a value is written as it is read, whatever it is', () => {
  const written: readonly (readonly [Param['type'], fc.Arbitrary<string>])[] = [
    ['number', fc.integer().map(String)],
    ['duration', fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.constantFrom('ms', 's', 'm', 'h', 'd')).map((parts) => parts.join(''))],
    [
      'money',
      fc
        .tuple(fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 0, max: 999_999_999 }))
        .map(([usd, nanos]) => `$${usd}.${String(nanos).padStart(9, '0')}`),
    ],
    ['share', fc.integer({ min: 0, max: 10_000 }).map((part) => `${part / 100}%`)],
    ['flag', fc.constantFrom('true', 'false')],
    ['text', fc.string()],
  ];
  for (const [type, texts] of written)
    fc.assert(
      fc.property(texts, (text) => {
        const read = readParam(param(type), text);
        if (!('value' in read)) throw new Error(`${text} ${read.problem}`);
        expect(readParam(param(type), writtenParam(type, read.value))).toEqual(read);
      }),
    );
});

describe('what cannot be read is told with its form', () => {
  test.each([
    [param('number'), 'ten', 'is no number', 'write it like 10'],
    [param('number'), '1e3', 'is no number', 'write it like 10'],
    [param('duration'), '5', 'is no duration', 'write it like 90s, 15m or 2h'],
    [param('share', { max: 0.5 }), '60%', 'must be at most 50%', null],
    [param('duration', { min: 60_000 }), '5s', 'must be at least 1m', null],
    [param('choice', { choices: ['a', 'b'] }), 'c', 'must be a or b', null],
  ] as const)('%j given %s', (given, text, problem, hint) => {
    expect(readParam(given, text)).toEqual({ problem, hint });
  });
});

test('all that is wrong with the parameters of a run is told at once', () => {
  const runbook = {
    name: 'calm',
    params: [param('agent', { name: 'agent' }), param('number', { name: 'n' }), param('text', { name: 't', fallback: 'a' })],
  };
  expect(() => givenParams(runbook, { agent: 'suport', m: '3' }, ['support'])).toThrow(
    'calm cannot run like this: it takes no parameter m; there is no agent "suport"; n is missing',
  );
  expect(givenParams(runbook, { agent: 'support', n: '3' }, ['support'])).toEqual({ agent: 'support', n: 3, t: 'a' });
});

describe('a parameter that may be absent', () => {
  const runbook = {
    name: 'calm',
    params: [
      param('agent', { name: 'agent' }),
      param('number', { name: 'rate', fallback: 10, unless: ['waiting'] }),
      param('number', { name: 'waiting', optional: true }),
      param('duration', { name: 'for', fallback: 60_000 }),
    ],
  };

  test.each([
    [{}, { rate: 10, waiting: null }],
    [{ waiting: '5' }, { rate: null, waiting: 5 }],
    [
      { waiting: '5', rate: '3' },
      { rate: 3, waiting: 5 },
    ],
  ])('of %j makes %j', (given: Readonly<Record<string, string>>, made) => {
    expect(givenParams(runbook, { agent: 'support', ...given }, ['support'])).toMatchObject(made);
  });

  test('is what it was when the command that is printed is typed, whatever was given', () => {
    const some = (text: string) => fc.option(fc.constant(text), { nil: undefined });
    const given = fc.record({ rate: fc.option(fc.constantFrom('10', '3'), { nil: undefined }), waiting: some('5'), for: some('1m') });
    fc.assert(
      fc.property(given, (flags) => {
        const typed = Object.fromEntries(Object.entries({ agent: 'support', ...flags }).filter(([, value]) => value !== undefined));
        const params = givenParams(runbook, typed as Readonly<Record<string, string>>, ['support']);
        const words = [...runCommand(runbook, params).matchAll(/--param (\S+?)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]);
        expect(givenParams(runbook, { agent: 'support', ...Object.fromEntries(words) }, ['support'])).toEqual(params);
      }),
    );
  });
});
