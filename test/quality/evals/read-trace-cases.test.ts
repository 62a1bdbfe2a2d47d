import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keptText } from '../../../src/ground/redaction/kept-text.ts';
import type { Cache } from '../../../src/ground/store/port.ts';
import { judgeConversation } from '../../../src/quality/expect/conversation.ts';
import { gradeTurns } from '../../../src/quality/expect/grade-turns.ts';
import type { PricedSpan } from '../../../src/telemetry/traces/facts.ts';
import { ownershipOf } from '../../../src/telemetry/traces/ownership.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { pricedSpan, temporaryCache } from '../../support/cache.ts';
import { noon } from '../../support/facts.ts';
import { casesIn, loadedFrom, refusalOf } from '../../support/load-suite.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const ownership = ownershipOf([{ agent: 'support', source: 'prod', match: { trace_name: 'support' } }]);

interface Request {
  readonly no: number;
  readonly asked?: string | null;
  readonly answered?: string;
  readonly isError?: boolean;
  readonly release?: string;
  readonly ageMs?: number;
}

const spansOf = ({
  no,
  asked = `question ${no}`,
  answered = `answer ${no}`,
  isError = false,
  release = 'v1',
  ageMs = 60_000,
}: Request): readonly PricedSpan[] => {
  const traceId = no.toString(16).padStart(32, '0');
  const startUs = (noon - ageMs - no) * 1000;
  const told = { traceId, traceName: 'support', release };
  const status = isError ? 'error' : 'ok';
  return [
    pricedSpan({
      ...told,
      spanId: '1'.padStart(16, '0'),
      name: 'handle',
      kind: 'agent',
      startUs,
      durationUs: 2_000_000,
      status,
      errorType: isError ? 'tool' : null,
      input: asked,
      output: isError ? null : answered,
    }),
    pricedSpan({
      ...told,
      spanId: '2'.padStart(16, '0'),
      parentId: '1'.padStart(16, '0'),
      name: 'search_kb',
      kind: 'tool',
      startUs: startUs + 10,
      durationUs: 500,
      status,
      errorType: isError ? 'tool' : null,
      statusMessage: isError ? 'the index is gone' : null,
      input: asked === null ? null : '{"query":"phone"}',
    }),
    pricedSpan({
      ...told,
      spanId: '3'.padStart(16, '0'),
      parentId: '1'.padStart(16, '0'),
      name: 'chat',
      kind: 'llm',
      model: 'gpt-4o',
      startUs: startUs + 600,
      durationUs: 800_000,
      status: 'ok',
      tokens: { input: 100, output: 20, cachedRead: 10, cachedWrite: null, cachedWrite1h: null, reasoning: null },
      costNanos: 5_000_000,
    }),
  ];
};

const keep = (cache: Cache, requests: readonly Request[]) => {
  const spans = requests.flatMap(spansOf);
  const progress = { cursor: null, highUs: noon * 1000, syncedUs: noon * 1000 };
  upsertPage(cache, ownership, { source: 'prod', spans, scores: [], progress, keepText: keptText });
};

const suiteOf = async (
  source: string,
  requests: readonly Request[],
  { capture = 'io', rest = 'defaults: { expect: [{ contains: answer }, { tool-called: search_kb }] }' } = {},
) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'suite.yaml'), `agent: support\nfrom: { traces: ${source} }\n${rest}\n`);
  const cache = await temporaryCache();
  keep(cache, requests);
  return loadedFrom(folder, 'suite.yaml', { context: { cache: async () => cache }, fleet: { capture: capture as 'io' } });
};

describe('cases out of traces', () => {
  test('replay what was answered, with its tools, costs and times', async () => {
    const [first] = await casesIn(suiteOf('{}', [{ no: 1, asked: JSON.stringify([{ role: 'user', content: 'How long?' }]) }]));
    expect(first).toMatchObject({ id: `${'0'.repeat(31)}1`, turns: [{ input: 'How long?' }] });
    const [turn] = first?.recorded ?? [];
    expect(turn).toMatchObject({
      outcome: 'ok',
      text: 'answer 1',
      model: 'gpt-4o',
      toolCalls: [{ name: 'search_kb', args: { query: 'phone' } }],
      usage: { input: 100, output: 20, cachedRead: 10 },
      costNanos: 5_000_000,
      timings: { totalMs: 2000 },
    });
    const overall = await gradeTurns(first?.expect ?? [], turn === undefined ? [] : [turn], {});
    expect(judgeConversation({ turns: turn === undefined ? [] : [turn], byTurn: [], overall }, true).verdict).toBe('pass');
  });

  test('are asked again where that is wished', async () => {
    const [first] = await casesIn(suiteOf('{ mode: rerun }', [{ no: 1 }]));
    expect(first?.recorded).toBeNull();
    expect(first?.turns[0]?.input).toBe('question 1');
  });

  test('hold failed requests as what they were', async () => {
    const [only] = await casesIn(suiteOf('{ errors: true }', [{ no: 1 }, { no: 2, isError: true }]));
    expect(only?.recorded?.[0]).toMatchObject({ outcome: 'agent_error', detail: 'the index is gone' });
  });

  test('keep out what came before the window, of another release, and what has no text', async () => {
    const requests = [{ no: 1 }, { no: 2, ageMs: 90_000_000 }, { no: 3, release: 'v2' }, { no: 4, asked: null }];
    const ids = async (source: string) => (await casesIn(suiteOf(source, requests))).map(({ id }) => Number(id));
    expect(await ids('{}')).toEqual([1, 3]);
    expect(await ids('{ window: 7d, release: v1 }')).toEqual([1, 2]);
  });

  test('are a sample that the seed decides, in the shares of its strata', async () => {
    const requests = Array.from({ length: 60 }, (_, at) => ({ no: at + 1, release: at < 20 ? 'v1' : 'v2' }));
    const drawn = async (source: string) => (await casesIn(suiteOf(source, requests))).map(({ id }) => Number.parseInt(id, 16));
    const some = await drawn('{ sample: 12, strata: [release] }');
    expect(some).toHaveLength(12);
    expect(some.filter((no) => no <= 20)).toHaveLength(4);
    expect(await drawn('{ sample: 12, strata: [release] }')).toEqual(some);
    expect(await drawn('{ sample: 12, strata: [release], seed: 7 }')).not.toEqual(some);
    expect(await drawn('{ sample: 10% }')).toHaveLength(6);
  });

  test('do not fill in what somebody asked', async () => {
    const [only] = await casesIn(suiteOf('{}', [{ no: 1, asked: 'What does {{name}} mean?' }]));
    expect(only?.turns[0]?.input).toBe('What does {{name}} mean?');
  });

  test.each([
    ['capture is off', '{}', [{ no: 1 }], { capture: 'none' }, 'prompts and answers are not kept'],
    ['none is there', '{ tool: nothing }', [{ no: 1 }], {}, 'the cache holds no request to support that this source asks for'],
    ['none has a text', '{}', [{ no: 1, asked: null }], {}, 'none of the 1 requests to support has texts'],
    ['the agent is unknown', '{ agent: suport }', [{ no: 1 }], {}, 'did you mean "support"?'],
    [
      'an assertion cannot judge what is kept',
      '{}',
      [{ no: 1 }],
      { rest: 'defaults: { expect: [no-pii] }' },
      'no-pii cannot judge a recorded answer',
    ],
  ])('are refused where %s', async (_, source, requests, parts, words) => {
    expect(await refusalOf(suiteOf(source, requests, parts))).toContain(words);
  });
});
