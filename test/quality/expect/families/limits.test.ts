import { describe, expect, test } from 'vitest';
import { gradeOne } from '../../../support/grade.ts';
import { turn } from '../../../support/turn.ts';

const timings = (parts: { totalMs?: number; firstTokenMs?: number }) => turn({ timings: { ...turn().timings, ...parts } });
const usage = (input: number | null, output: number | null) =>
  turn({ usage: { input, output, cachedRead: null, cachedWrite: null, reasoning: null } });
const offers = turn({ card: { name: 'kb', version: '1', models: [], tools: ['search_kb'], skills: ['refunds'], facets: {} } });

describe('limits', () => {
  test.each<[unknown, ReturnType<typeof turn>, boolean | null]>([
    [{ latency: '5s' }, timings({ totalMs: 5000 }), true],
    [{ latency: '5s' }, timings({ totalMs: 5001 }), false],
    [{ type: 'latency', threshold: 5000 }, timings({ totalMs: 5001 }), false],
    [{ ttft: '2s' }, timings({ firstTokenMs: 2000 }), true],
    [{ ttft: '2s' }, timings({ firstTokenMs: 2001 }), false],
    [{ ttft: '2s' }, turn(), null],
    [{ cost: '$0.02' }, turn({ costNanos: 20_000_000 }), true],
    [{ cost: '$0.02' }, turn({ costNanos: 20_000_001 }), false],
    [{ type: 'cost', threshold: 0.02 }, turn({ costNanos: 20_000_001 }), false],
    [{ cost: '$0.02' }, turn(), null],
    [{ 'not-cost': '$0.02' }, turn(), null],
    [{ type: 'cost', threshold: 0.02, if_unknown: 'fail' }, turn(), false],
    [{ type: 'not-cost', threshold: 0.02, if_unknown: 'fail' }, turn(), false],
    [{ 'max-tokens': 800 }, usage(9000, 800), true],
    [{ 'max-tokens': 800 }, usage(9000, 801), false],
    [{ 'max-tokens': { total: 1000 } }, usage(500, 501), false],
    [{ 'max-tokens': { input: 500, output: 600 } }, usage(500, 501), true],
    [{ 'max-tokens': 800 }, turn(), null],
    [{ 'max-tokens': { total: 1000 } }, usage(null, 5), null],
    [{ 'max-tokens': { input: 10, output: 5 } }, usage(null, 6), false],
    [{ 'tls-expiry': '14d' }, turn({ certificateDays: 14 }), true],
    [{ 'tls-expiry': '14d' }, turn({ certificateDays: 13.9 }), false],
    [{ 'tls-expiry': '14d' }, turn({ certificateDays: -2 }), false],
    [{ 'tls-expiry': '14d' }, turn(), null],
    [{ skills: ['refunds', 'search_*'] }, offers, true],
    [{ skills: ['refunds', 'delivery'] }, offers, false],
    [{ skills: ['refunds'] }, turn(), null],
  ])('%j: case %#', async (raw, seen, pass) => {
    expect((await gradeOne(raw, seen)).pass).toBe(pass);
  });

  test('what is unknown is skipped and says so, or fails where the author wants that', async () => {
    expect(await gradeOne({ cost: '$1' }, turn())).toMatchObject({
      verdict: 'skipped',
      score: null,
      saw: 'unknown',
      message: 'the cost is unknown (the agent told none and the model has no price), so this is skipped',
    });
    const strict = await gradeOne({ type: 'cost', value: '$1', if_unknown: 'fail' }, turn());
    expect(strict).toMatchObject({ verdict: 'fail', score: 0 });
    expect(strict.message).toContain('if_unknown is fail');
  });

  test('figures are told with their units', async () => {
    expect((await gradeOne({ cost: '$0.02' }, turn({ costNanos: 30_000_000 }))).message).toBe('the turn cost $0.030; the limit is $0.020');
    expect((await gradeOne({ 'tls-expiry': '14d' }, turn({ certificateDays: -2 }))).message).toContain('ended 2 d ago');
  });
});
