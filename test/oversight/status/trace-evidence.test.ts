import { describe, expect, test } from 'vitest';
import { type CheckedState, fuseStates, judgeTraces, type TraceEvidence } from '../../../src/oversight/status/trace-evidence.ts';

const noSla = { latencyP95Ms: null, errorRate: null, quality: null, availability: null };
const noBudget = {
  perRequestNanos: null,
  perHourNanos: null,
  perDayNanos: null,
  perMonthNanos: null,
  tokensPerRequest: null,
  stepsPerRequest: null,
};

const seen = (parts: Partial<TraceEvidence> = {}): TraceEvidence => ({
  windowMs: 900_000,
  requests: 100,
  errors: 0,
  slower: 0,
  quality: null,
  stepsMax: 4,
  blocked: 0,
  toolCalls: new Map(),
  failedScores: new Map(),
  largest: null,
  hourNanos: 0,
  dayNanos: 0,
  ...parts,
});

const checked = (state: CheckedState['state'], reasons: readonly string[] = [], isChecked = true): CheckedState => ({
  state,
  reasons,
  since: 7,
  isChecked,
});
const nothing = { red: [], yellow: [] };

describe('what traces speak against an agent', () => {
  const judge = (parts: Partial<TraceEvidence>) =>
    judgeTraces(
      {
        sla: { ...noSla, errorRate: 0.05, latencyP95Ms: 8000, quality: 0.8 },
        budget: { ...noBudget, perHourNanos: 1e9, stepsPerRequest: 25, perRequestNanos: 5e7, tokensPerRequest: 60_000 },
        tools: { allow: ['search_kb'], deny: ['delete_customer'] },
      },
      seen(parts),
    );

  test('nothing where every promise is kept', () => expect(judge({ errors: 5 })).toEqual(nothing));

  test('over the promised error rate by more than chance is red, by what chance may do yellow', () => {
    expect(judge({ errors: 20 }).red).toEqual(['20% of 100 requests failed in the last 15 m, promised 5.0%']);
    expect(judge({ errors: 8 })).toEqual({ red: [], yellow: ['8.0% of 100 requests failed in the last 15 m, promised 5.0%'] });
  });

  test('a few requests prove nothing, however bad they are', () => {
    expect(judge({ requests: 9, errors: 9 })).toMatchObject({ red: [], yellow: [expect.stringContaining('100% of 9 requests')] });
  });

  test('latency is judged by how many were slower', () => {
    expect(judge({ slower: 30 }).red).toEqual(['30% of 100 requests took longer than 8.00 s in the last 15 m, promised 5%']);
    expect(judge({ slower: 5 })).toEqual(nothing);
  });

  test('caps need no statistics', () => {
    expect(judge({ requests: 1, hourNanos: 2e9 }).red).toEqual(['spent $2.00 in the last hour, budget $1.00']);
    expect(judge({ requests: 1, stepsMax: 212 }).red).toEqual(['a request took 212 steps in the last 15 m, budget 25']);
  });

  test('one request beyond its budget since yesterday is yellow; in the window itself too many steps are red', () => {
    const largest = { costNanos: 8e7, tokens: 81_000, steps: 180 };
    expect(judge({ largest })).toEqual({
      red: [],
      yellow: [
        'since yesterday a request took 180 steps, budget 25',
        'since yesterday a request cost $0.080, budget $0.050',
        'since yesterday a request used 81,000 tokens, budget 60,000',
      ],
    });
    expect(judge({ largest: { costNanos: null, tokens: 5, steps: 180 }, stepsMax: 180 }).yellow).toEqual([]);
  });

  test('an agent that promises nothing is held to answering at least every other request', () => {
    const judgeSilent = (parts: Partial<TraceEvidence>) =>
      judgeTraces({ sla: noSla, budget: noBudget, tools: { allow: null, deny: ['delete_customer'] } }, seen(parts));
    expect(judgeSilent({ errors: 100 })).toEqual({ red: ['100% of 100 requests failed in the last 15 m, more than half'], yellow: [] });
    expect(judgeSilent({ requests: 3, errors: 3 })).toEqual({
      red: [],
      yellow: ['100% of 3 requests failed in the last 15 m, more than half'],
    });
    expect(judgeSilent({ errors: 50 })).toEqual(nothing);
  });

  test('a guardrail that ended a request is a safety event; poor quality is not', () => {
    expect(judge({ blocked: 2 }).red).toEqual(['a guardrail ended 2 requests']);
    expect(
      judge({
        toolCalls: new Map([
          ['search_kb', 9],
          ['delete_customer', 1],
          ['send_mail', 2],
        ]),
        failedScores: new Map([['no-pii', 1]]),
      }).red,
    ).toEqual([
      'it called delete_customer, which its tools do not allow, once',
      'it called send_mail, which its tools do not allow, 2 times',
      'no-pii failed once',
    ]);
    expect(judge({ quality: 0.6 })).toEqual({ red: [], yellow: ['quality 0.60 in the last 15 m, promised 0.8'] });
  });
});

describe('checks and traces together', () => {
  test('the worse of both, with the reasons of both', () => {
    expect(fuseStates(checked('red', ['down']), { red: ['failing'], yellow: [] }, null)).toEqual({
      state: 'red',
      reasons: ['down', 'failing'],
      since: 7,
    });
    expect(fuseStates(checked('green'), { red: ['failing'], yellow: [] }, null)).toEqual({
      state: 'red',
      reasons: ['failing'],
      since: null,
    });
    expect(fuseStates(checked('yellow', ['slow']), { red: [], yellow: ['poor'] }, null).reasons).toEqual(['slow', 'poor']);
    expect(fuseStates(checked('unknown', ['stale']), { red: [], yellow: ['poor'] }, null)).toMatchObject({
      state: 'unknown',
      reasons: ['stale'],
    });
  });

  test('what nothing checks is judged by its traces, and unknown where there are none', () => {
    const unchecked = checked('unknown', ['nothing checks it'], false);
    expect(fuseStates(unchecked, nothing, null).state).toBe('green');
    expect(fuseStates(unchecked, nothing, 'no request was seen')).toMatchObject({
      state: 'unknown',
      reasons: ['nothing checks it', 'no request was seen'],
    });
  });

  test('an idle agent whose checks pass is green', () => {
    expect(fuseStates(checked('green'), nothing, 'no request was seen').state).toBe('green');
  });
});
