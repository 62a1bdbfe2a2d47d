import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/ground/json.ts';
import type { Reply } from '../../../support/http-peer.ts';
import { casesIn, loadedFrom, refusalOf } from '../../../support/load-suite.ts';
import { json } from '../../../support/replies.ts';
import { openScriptedPeer } from '../../../support/scripted-peer.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { openWorld, ref } from '../../../support/world.ts';

/** Answers pages of a dataset as `GET /api/public/dataset-items` does. */
const dataset =
  (items: readonly Json[]): Reply =>
  (request, response) => {
    const [page, limit] = [Number(request.query.get('page')), Number(request.query.get('limit'))];
    const data = items.slice((page - 1) * limit, page * limit);
    json({ data, meta: { page, limit, totalItems: items.length, totalPages: Math.ceil(items.length / limit) } })(request, response);
  };

const item = (id: number, parts: Readonly<Record<string, Json>> = {}): Json => ({
  id: `item-${id}`,
  status: 'ACTIVE',
  input: `question ${id}`,
  expectedOutput: 'yes',
  metadata: null,
  ...parts,
});

const suiteFrom = async (
  items: readonly Json[],
  { script = [], source = '{ name: golden/1 }', rest = '' }: { script?: readonly Reply[]; source?: string; rest?: string } = {},
) => {
  const peer = await openScriptedPeer(script, dataset(items), () => true);
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'suite.yaml'), `from: { langfuse-dataset: ${source} }\n${rest}\n`);
  const world = openWorld();
  const config = { kind: 'langfuse', url: ref(peer.url), public_key: ref('pk'), secret_key: ref('sk') };
  const clock = { ...world.clock, sleep: async () => undefined };
  const at = { file: 'agentops.yaml', line: 1, column: 1 };
  const loading = loadedFrom(folder, 'suite.yaml', {
    context: { http: world.http, secrets: world.secrets, clock },
    fleet: { backends: { prod: { kind: 'langfuse', config, at }, other: { kind: 'otlp', config: {}, at } } },
  });
  return { peer, loading, done: () => world.http.close() };
};

describe('a dataset of Langfuse', () => {
  test('is read page by page, as it stood when the run began, and once', async () => {
    const items = Array.from({ length: 230 }, (_, id) => item(id, id === 7 ? { status: 'ARCHIVED' } : {}));
    const { peer, loading, done } = await suiteFrom(items);
    const cases = await casesIn(loading);
    expect(cases).toHaveLength(229);
    expect(cases[0]).toMatchObject({ id: 'item-0', turns: [{ input: 'question 0' }], recorded: null });
    expect(cases[0]?.expect.map(({ wording }) => wording)).toEqual(['equals: yes']);
    expect(await casesIn(loading)).toEqual(cases);
    expect(peer.received.map(({ path, query }) => [path, query.get('datasetName'), query.get('page'), query.get('version')])).toEqual(
      ['1', '2', '3'].map((page) => ['/api/public/dataset-items', 'golden/1', page, '2026-03-02T12:00:00.000Z']),
    );
    await done();
  });

  test('gives the keys of an input as variables, and is never a template itself', async () => {
    const items = [
      item(1, { input: { city: 'Oslo {{x}}', messages: [{ role: 'user', content: 'Where is {{it}}?' }] }, expectedOutput: { days: 30 } }),
    ];
    const plain = await suiteFrom(items);
    const [asked] = await casesIn(plain.loading);
    expect(asked?.turns[0]?.input).toBe('Where is {{it}}?');
    expect(asked?.expect[0]?.args).toBe('{"days":30}');
    await plain.done();
    const templated = await suiteFrom(items, { rest: 'defaults: { input: "To {{city}}?", expect: [{ icontains: "{{expected}}" }] }' });
    const [filled] = await casesIn(templated.loading);
    expect(filled?.turns[0]?.input).toBe('To Oslo {{x}}?');
    expect(filled?.expect.map(({ wording }) => wording)).toEqual(['icontains: {"days":30}']);
    await templated.done();
  });

  test('takes a number that Langfuse made of a text back for a text', async () => {
    const { loading, done } = await suiteFrom([item(1, { input: 4, expectedOutput: 4 })]);
    const [only] = await casesIn(loading);
    expect([only?.turns[0]?.input, only?.expect[0]?.args]).toEqual(['4', '4']);
    await done();
  });

  test('is waited for where the server is busy', async () => {
    const { loading, done, peer } = await suiteFrom([item(1)], {
      script: [json({ message: 'slow down' }, 429, { 'retry-after': '1' }), json({ message: 'down' }, 503)],
    });
    expect(await casesIn(loading)).toHaveLength(1);
    expect(peer.received).toHaveLength(3);
    await done();
  });

  test.each<[string, { script?: readonly Reply[]; source?: string }, string]>([
    ['there is none of its name', { script: [json({ message: 'Dataset not found' }, 404)] }, 'has no dataset golden/1'],
    ['the keys are refused', { script: [json({ message: 'Invalid credentials' }, 401)] }, '401'],
    ['the backend is another one', { source: '{ name: x, backend: prdo }' }, 'did you mean "prod"?'],
  ])('is refused where %s', async (_, parts, words) => {
    const { loading, done } = await suiteFrom([item(1)], parts);
    expect(await refusalOf(loading)).toContain(words);
    await done();
  });

  test('tells of an item that cannot be a case by its name', async () => {
    const { loading, done } = await suiteFrom([item(1), item(2, { expectedOutput: null })]);
    expect(await refusalOf(loading)).toContain('suite.yaml:1:27: the item "item-2" of dataset golden/1 expects nothing');
    await done();
  });
});
