import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemFiles } from '../../../src/ground/runtime/files.ts';
import { conditionsOf, paramsOf, stepsSeen } from '../../../src/response/runbooks/conditions.ts';
import { findRunbook, loadRunbook, loadRunbooks } from '../../../src/response/runbooks/load-runbooks.ts';
import { aFleet } from '../../support/facts.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const head = (name: string, params = 'agent: { type: agent }') => `metadata: { name: ${name}, class: other }\nparams: { ${params} }\n`;

/** A fleet whose folder `books` holds these runbooks. */
const library = (books: Readonly<Record<string, string>>) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'books'));
  for (const [name, text] of Object.entries(books)) writeFileSync(join(folder, 'books', name), text);
  const fleet = { ...aFleet(), path: join(folder, 'agentops.yaml'), runbooks: [join(folder, 'books'), join(folder, 'gone.yaml')] };
  const ctx = fakeContext({ files: systemFiles });
  return { folder, fleet, ctx, load: (name: string) => loadRunbook(ctx, fleet, name, folder) };
};

const wait = 'steps: [ { wait: 1s } ]\n';

test('its own runbook stands in for a shipped one of the same name', async () => {
  const { ctx, fleet, load } = library({ 'any.yaml': head('kill') + wait, 'broken.yaml': 'metadata: 3' });
  expect((await load('kill')).steps.map(({ kind }) => kind)).toEqual(['wait']);
  expect((await load('throttle')).steps.map(({ kind }) => kind)).toEqual(['throttle']);
  const all = await loadRunbooks(ctx, fleet);
  expect(all.filter(({ name }) => name === 'kill').map(({ origin }) => origin)).toEqual(['manifest']);
  expect(all.filter(({ runbook }) => runbook === null).map(({ name }) => name)).toEqual(['broken', 'gone.yaml']);
});

test('a name that is near is suggested, and a file may be named', async () => {
  const { folder, load } = library({ 'ours.yaml': head('ours') + wait });
  await expect(load('trottle')).rejects.toMatchObject({ kind: 'usage', hint: 'did you mean "throttle"?' });
  expect((await load('./books/ours.yaml')).name).toBe('ours');
  expect((await load('ours')).path).toBe(join(folder, 'books/ours.yaml'));
});

test('what is wrong is told with all its places', async () => {
  const { load } = library({ 'ours.yaml': `${head('ours')}steps:\n  - wait: 5\n  - disable: {}\n    when: agent.nme == "x"\n` });
  await expect(load('ours')).rejects.toMatchObject({
    code: 'runbook_invalid',
    message: expect.stringMatching(/books\/ours\.yaml:4:11: steps\[0\]\.wait is not a duration/),
  });
});

describe('a runbook inside another', () => {
  const inner = `${head('inner', 'agent: { type: agent }, rpm: { type: number, default: 5 }')}steps:
  - id: slow
    throttle: { requests_per_minute: "{{ params.rpm }}" }
    ttl: 1h
  - id: off
    disable: {}
    ttl: 1h
    when: steps.slow.status == "done"
`;
  const outer = `${head('outer', 'agent: { type: agent }, limit: { type: number, default: 9 }')}steps:
  - id: first
    when: params.limit > 3
    use: { runbook: inner, with: { rpm: "{{ params.limit }}" } }
`;

  test('brings its steps, which see its own parameters, conditions and steps', async () => {
    const { load } = library({ 'inner.yaml': inner, 'outer.yaml': outer });
    const { steps, hash } = await load('outer');
    expect(steps.map(({ id }) => id)).toEqual(['first.slow', 'first.off']);
    const [slow, off] = steps;
    if (slow === undefined || off === undefined) throw new Error('there are two');
    const run = { agent: 'support', limit: 9 };
    expect(paramsOf(slow, run)).toEqual({ agent: 'support', rpm: 9 });
    expect(conditionsOf(off, run)).toEqual([
      { expression: 'params.limit > 3', params: run, prefix: '' },
      { expression: 'steps.slow.status == "done"', params: { agent: 'support', rpm: 9 }, prefix: 'first.' },
    ]);
    expect(
      stepsSeen({ prefix: 'first.' }, { 'first.slow': { status: 'done', verdict: null }, other: { status: 'done', verdict: null } }),
    ).toEqual({
      slow: { status: 'done', verdict: 'none' },
    });
    const edited = library({ 'inner.yaml': `${inner}# edited\n`, 'outer.yaml': outer });
    expect((await edited.load('outer')).hash).not.toBe(hash);
  });

  test.each([
    ['nobody has', `${head('outer')}steps: [ { use: { runbook: iner } } ]\n`, /uses iner, and there is no such runbook/],
    ['leads back', `${head('outer')}steps: [ { use: { runbook: outer } } ]\n`, /uses outer in a circle: outer → outer/],
    [
      'takes no such parameter',
      `${head('outer')}steps: [ { use: { runbook: inner, with: { rmp: 3 } } } ]\n`,
      /gives inner a parameter rmp, which it does not take/,
    ],
    [
      'cannot take that value',
      `${head('outer')}steps: [ { use: { runbook: inner, with: { rpm: x } } } ]\n`,
      /gives inner a parameter rpm that is no number/,
    ],
    [
      'misses a parameter',
      `${head('outer', 'x: { type: text, default: a }')}steps: [ { use: { runbook: inner } } ]\n`,
      /does not give inner its parameter agent/,
    ],
  ])('that %s is told at its step', async (_, text, expected) => {
    const { ctx, fleet, folder } = library({ 'inner.yaml': inner, 'outer.yaml': text });
    const { runbook, problems } = await findRunbook(ctx, fleet, 'outer', folder);
    expect(runbook).toBeNull();
    expect(problems).toEqual([
      expect.objectContaining({ message: expect.stringMatching(expected), at: expect.objectContaining({ line: 3 }) }),
    ]);
  });

  test('a chain that is too deep ends', async () => {
    const books = Object.fromEntries(
      Array.from({ length: 9 }, (_, at) => [
        `b${at}.yaml`,
        `${head(`b${at}`)}${at === 8 ? wait : `steps: [ { use: { runbook: b${at + 1} } } ]\n`}`,
      ]),
    );
    const { load } = library(books);
    await expect(load('b0')).rejects.toThrow(/stands more than 5 runbooks deep/);
    expect((await load('b4')).steps).toHaveLength(1);
  });
});

test('what was found good is kept, and read again only where its text has changed', async () => {
  const { folder, load } = library({ 'ours.yaml': head('ours') + wait });
  const first = await load('ours');
  const store = join(folder, '.agentops/agentops.yaml.runbooks.json');
  expect(existsSync(store)).toBe(true);
  // What is kept is what is taken: a mark in it shows.
  writeFileSync(store, readFileSync(store, 'utf8').replace('"class":"other"', '"class":"cost"'));
  expect((await load('ours')).class).toBe('cost');
  writeFileSync(join(folder, 'books/ours.yaml'), `${head('ours')}${wait}# edited\n`);
  expect(await load('ours')).toMatchObject({ class: 'other', name: first.name });
  writeFileSync(store, '{"format":2,"runbooks":[');
  expect((await load('ours')).class).toBe('other');
});
