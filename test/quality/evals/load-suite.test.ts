import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Files } from '../../../src/ground/runtime/context.ts';
import { systemFiles } from '../../../src/ground/runtime/files.ts';
import type { Case } from '../../../src/quality/evals/suite.ts';
import { casesIn, loadedFrom, refusalOf, type SuiteParts } from '../../support/load-suite.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
};
const casesOf = (files: Readonly<Record<string, string>>, suite = Object.keys(files)[0] ?? '', parts: SuiteParts = {}) =>
  casesIn(loadedFrom(folderOf(files), suite, parts));
const only = async (lines: string, parts: SuiteParts = {}): Promise<Case> => {
  const [found] = await casesOf({ 'suite.yaml': lines }, 'suite.yaml', parts);
  if (found === undefined) throw new Error('the suite has no case');
  return found;
};
const wordings = ({ expect: expected }: Pick<Case, 'expect'>) => expected.map(({ wording }) => wording);

describe('a suite', () => {
  test('that says nothing of itself has its defaults', async () => {
    const { suite } = await loadedFrom(folderOf({ 'support.yaml': 'cases: [{ input: hi, expect: [is-json] }]' }), 'support.yaml');
    expect(suite).toMatchObject({ name: 'support', agent: null, repeats: 1, timeoutMs: null, maxCostNanos: null });
    expect(suite.gate).toEqual({
      minPassRate: null,
      alpha: 0.05,
      broadShare: 0.5,
      minEffect: 0.02,
      window: 10,
      maxExtraRepeats: 6,
      onInconclusive: 'no-verdict',
    });
  });

  test('gives its cases what they do not say', async () => {
    const found = await only(
      'severity: info\ncluster: c\ntags: [a]\nvars: { x: 1, y: 2 }\ndefaults: { expect: [no-loop] }\ncases: [{ input: "{{x}}{{y}}", tags: [b, a], vars: { y: 3 }, expect: [is-json] }]',
    );
    expect(found).toMatchObject({ severity: 'info', cluster: 'c', tags: ['a', 'b'], vars: { x: 1, y: 3 }, turns: [{ input: '13' }] });
    expect(wordings(found)).toEqual(['no-loop', 'is-json']);
  });

  test('is overruled by its cases', async () => {
    const found = await only(
      'severity: info\ncluster: c\ncases: [{ input: a, severity: critical, cluster: d, repeats: 5, timeout: 3s, expect: [is-json] }]',
    );
    expect(found).toMatchObject({ severity: 'critical', cluster: 'd', repeats: 5, timeoutMs: 3000 });
  });

  test('reads money and shares in both spellings', async () => {
    const { suite } = await loadedFrom(
      folderOf({ 's.yaml': 'max_usd: 0.5\ngate: { alpha: 1%, min_effect: 0.1 }\ncases: [{ input: hi, expect: [is-json] }]' }),
      's.yaml',
    );
    expect(suite.maxCostNanos).toBe(500_000_000);
    expect(suite.gate).toMatchObject({ alpha: 0.01, minEffect: 0.1 });
  });

  test('replaces references, but not in code', async () => {
    const found = await only('cases: [{ input: "${GREETING} $${x}", expect: [{ javascript: "`${output}` !== context.vars.none" }] }]', {
      env: { GREETING: 'hello' },
    });
    expect(found.turns[0]?.input).toBe('hello ${x}');
    expect(found.expect[0]?.args).toBe('`${output}` !== context.vars.none');
  });

  test('is found beside the manifest as well', async () => {
    const folder = folderOf({ 'suites/a.yaml': 'cases: [{ input: hi, expect: [is-json] }]', 'elsewhere/x': '' });
    const fleet = { path: join(folder, 'agentops.yaml') };
    expect(await casesIn(loadedFrom(join(folder, 'elsewhere'), 'suites/a.yaml', { fleet }))).toHaveLength(1);
  });

  test('reads the files it names in the order of their names, each once more', async () => {
    const folder = folderOf({
      'suite.yaml': 'from: ["more/*", { file: last.json }]\ncases: [{ id: first, input: a, expect: [is-json] }]',
      'more/b.jsonl': '{"id":"b","input":"b","expected":"x"}\n',
      'more/a.yaml': '- { id: a, input: a2, expect: [is-json] }\n',
      'more/c.csv': 'id,input,expected\nc,c,x\n',
      'last.json': '{"cases":[{"id":"d","input":"d","expect":["is-json"]}]}',
    });
    const loaded = await loadedFrom(folder, 'suite.yaml');
    for (let round = 0; round < 2; round++) {
      const ids: string[] = [];
      for await (const { id } of loaded.cases()) ids.push(id);
      expect(ids).toEqual(['first', 'a', 'b', 'c', 'd']);
    }
  });

  test('is read once where it is small: what is asked is what was checked', async () => {
    const folder = folderOf({ 'cases.jsonl': '{"input":"a","expected":"x"}\n' });
    const loaded = await loadedFrom(folder, 'cases.jsonl');
    writeFileSync(join(folder, 'cases.jsonl'), '{"inptu":"a","expected":"x"}\n');
    expect(await casesIn(Promise.resolve(loaded))).toMatchObject([{ turns: [{ input: 'a' }] }]);
  });

  test.each([
    ['many cases', Array.from({ length: 2001 }, (_, at) => `{"input":"question ${at}","expected":"x"}`)],
    ['long ones', Array.from({ length: 45 }, (_, at) => `{"input":"${at} ${'long '.repeat(19_000)}","expected":"x"}`)],
  ])('of %s is read again, and told where its file became wrong in the meantime', async (_, lines) => {
    const folder = folderOf({ 'cases.jsonl': lines.join('\n') });
    const loaded = await loadedFrom(folder, 'cases.jsonl');
    expect(await casesIn(Promise.resolve(loaded))).toHaveLength(lines.length);
    writeFileSync(join(folder, 'cases.jsonl'), '{"inptu":"a","expected":"x"}\n');
    expect(await refusalOf(casesIn(Promise.resolve(loaded)))).toContain('cases.jsonl:1:2: inptu is not a key');
  });
});

describe('what is expected', () => {
  test('by `expected` is that the answer equals it', async () =>
    expect(wordings(await only('cases: [{ input: a, expected: 4 }]'))).toEqual(['equals: 4']));

  test('by `expected` is a variable where an assertion mentions it', async () =>
    expect(wordings(await only('defaults: { expect: [{ icontains: "{{expected}}!" }] }\ncases: [{ input: a, expected: yes }]'))).toEqual([
      'icontains: yes!',
    ]));

  test('stays as it is in what looks like a variable in it', async () =>
    expect(wordings(await only('cases: [{ input: a, expected: "{{x}}" }]'))).toEqual(['equals: {{x}}']));

  test('is filled in wherever text stands', async () => {
    const found = await only(
      'vars: { tool: search, n: 3 }\ncases: [{ input: a, expect: [{ tool-args: { name: "{{tool}}", args: { q: ["{{n}}"] } } }, { latency: "{{n}}s" }] }]',
    );
    expect(found.expect.map(({ args }) => args)).toMatchObject([{ glob: 'search', args: { q: ['3'] } }, 3000]);
  });
});

describe('a table', () => {
  test('has columns with a meaning, and variables', async () => {
    const [first, second] = await casesOf({
      'cases.csv':
        'id,input,expected,severity,cluster,tags,repeats,timeout,city\n1,To {{city}}?,yes,critical,c,"a, b",2,5s,Oslo\n2,And {{city}}?,no,,,,,,Rome\n',
    });
    expect(first).toMatchObject({
      id: '1',
      severity: 'critical',
      cluster: 'c',
      tags: ['a', 'b'],
      repeats: 2,
      timeoutMs: 5000,
      turns: [{ input: 'To Oslo?' }],
    });
    expect(second).toMatchObject({
      id: '2',
      severity: 'normal',
      cluster: null,
      tags: [],
      repeats: null,
      timeoutMs: null,
      turns: [{ input: 'And Rome?' }],
    });
  });

  test('may be one of promptfoo', async () => {
    const [found] = await casesOf({
      'cases.csv': 'input;__expected;__expected2;__metric;__metadata:lang\nhi;contains-any: a, b;levenshtein(3): hallo;m;de\n',
    });
    expect(found?.tags).toEqual(['lang=de']);
    expect(found?.expect.map(({ base, args, threshold, metric }) => ({ base, args, threshold, metric }))).toEqual([
      { base: 'contains-any', args: ['a', 'b'], threshold: null, metric: 'm' },
      { base: 'levenshtein', args: 'hallo', threshold: 3, metric: 'm' },
    ]);
  });

  test('gives its rows to the question of the suite', async () => {
    const [found] = await casesOf({
      'suite.yaml': 'from: words.csv\ndefaults: { input: "Translate {{word}}", expect: [{ contains: "{{expected}}" }] }',
      'words.csv': '\uFEFFword,expected\r\n"Haus, das",house\r\n',
    });
    expect(found?.turns).toEqual([{ input: 'Translate Haus, das', expect: [] }]);
    expect(found && wordings(found)).toEqual(['contains: house']);
  });
});

describe('ids and hashes', () => {
  const one = (line: string, head = '') => only(`${head}\ncases: [${line}]`);

  test('an id that is not given is the same as long as the question is', async () => {
    const { id, hash } = await one('{ input: "How long?", expect: [is-json] }');
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    const refined = await one('{ input: "How {{x}}?", vars: { x: long }, expect: [{ contains: x }], severity: info }');
    expect(refined.id).toBe(id);
    expect(refined.hash).not.toBe(hash);
    expect((await one('{ input: "How short?", expect: [is-json] }')).id).not.toBe(id);
  });

  test('a hash changes with what is asked or expected, and with nothing else', async () => {
    const base = await one('{ id: a, input: hi, expect: [{ contains: x }] }');
    const same = await one(
      '{ id: b, input: hi, expect: [{ contains: "{{y}}" }], tags: [t], severity: critical, cluster: c, repeats: 3, timeout: 3s }',
      'vars: { y: x, z: 1 }',
    );
    expect(same.hash).toBe(base.hash);
    for (const line of [
      '{ id: a, input: ho, expect: [{ contains: x }] }',
      '{ id: a, input: hi, expect: [{ contains: y }] }',
      '{ id: a, input: hi, expect: [{ contains: x }, is-json] }',
      '{ id: a, turns: [{ input: hi, expect: [{ contains: x }] }] }',
    ])
      expect((await one(line)).hash).not.toBe(base.hash);
    expect((await one('{ id: a, input: hi, expect: [{ contains: x }] }', 'defaults: { expect: [no-loop] }')).hash).not.toBe(base.hash);
  });

  test('a hash changes with variables that code can see', async () => {
    const code = '{ id: a, input: hi, expect: [{ javascript: "context.vars.y === 1" }] }';
    expect((await one(code, 'vars: { y: 1 }')).hash).not.toBe((await one(code, 'vars: { y: 2 }')).hash);
  });

  test('are the same in YAML, JSON, lines of JSON and a table', async () => {
    const json = '{"id":"a","input":"hi {{x}}","expected":"you","vars":{"x":"there"},"tags":["t"]}';
    const spellings: readonly (readonly Case[])[] = [
      await casesOf({ 'a.json': `{"cases":[${json}]}` }),
      await casesOf({ 'a.jsonl': json }),
      await casesOf({ 'a.yaml': 'cases:\n  - id: a\n    input: hi {{x}}\n    expected: you\n    vars: { x: there }\n    tags: [t]' }),
      await casesOf({ 'a.csv': 'id,input,expected,x,tags\na,hi {{x}},you,there,t' }),
    ];
    for (const cases of spellings) expect(cases).toEqual(spellings[0]);
  });
});

describe('lines of JSON', () => {
  const text = fc
    .string({ unit: fc.constantFrom('a', 'é', '"', '\\', '\n', ',', '😀', '$', '{', ':'), minLength: 1, maxLength: 12 })
    .filter((each) => !each.includes('{{'));
  test('give back every text that was written into them', () =>
    fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 6 }), async (inputs) => {
        const cases = await casesOf({ 'c.jsonl': inputs.map((input, id) => JSON.stringify({ id, input, expected: input })).join('\r\n') });
        expect(cases.map(({ turns }) => turns[0]?.input)).toEqual(inputs);
        expect(cases.map(({ expect: [first] }) => first?.args)).toEqual(inputs);
      }),
      { numRuns: 40 },
    ));
});

describe('a large file', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;

  /** A file that is made as it is read, line by line of one width, so that nothing of it is held here either. */
  const endless = (count: number, lineOf: (at: number) => string) => {
    const width = lineOf(0).length;
    const reads: number[] = [];
    const readBytes: Files['readBytes'] = (_path, offset, length) => {
      const end = Math.min(offset + length, count * width);
      reads.push(end);
      const first = Math.floor(offset / width);
      const lines = Array.from({ length: Math.ceil(Math.max(0, end - first * width) / width) }, (_, at) => lineOf(first + at)).join('');
      return Buffer.from(lines.slice(offset - first * width, Math.max(offset, end) - first * width));
    };
    return { files: { ...systemFiles, exists: () => true, isFolder: () => false, readBytes }, reads };
  };
  const number = (at: number) => String(at).padStart(9, '0');
  const jsonLine = (at: number) => `{"id":"${number(at)}","input":"question ${'x'.repeat(200)}","expected":"y"}\n`;
  const csvLine = (at: number) => (at === 0 ? `id,input,expected${' '.repeat(203)}\n` : `${number(at)},question ${'x'.repeat(199)},y\n`);

  test.each([
    ['cases.jsonl', 100_000, jsonLine],
    ['cases.csv', 30_000, csvLine],
  ] as const)(
    '%s of %i lines is read as its cases are asked for, and none is held',
    async (name, count, lineOf) => {
      const { files, reads } = endless(count, lineOf);
      const loaded = await loadedFrom('/nowhere', name, { context: { files } });
      reads.length = 0;
      const watched: WeakRef<Case>[] = [];
      const alive: number[] = [];
      let seen = 0;
      for await (const each of loaded.cases()) {
        if (seen === 0) expect(reads).toHaveLength(1);
        if (seen % 100 === 0) watched.push(new WeakRef(each));
        if (seen > 0 && seen % 10_000 === 0) {
          await new Promise(setImmediate);
          collectGarbage();
          alive.push(watched.filter((ref) => ref.deref() !== undefined).length);
        }
        seen += 1;
      }
      expect(seen).toBe(name === 'cases.csv' ? count - 1 : count);
      expect(Math.max(...alive)).toBeLessThan(5);
    },
    120_000,
  );
});
