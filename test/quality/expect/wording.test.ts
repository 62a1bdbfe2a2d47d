import { describe, expect, test } from 'vitest';
import { wordingOf } from '../../../src/quality/expect/wording.ts';

describe('an expectation in one line', () => {
  test.each([
    ['contains', '30 days', 'contains: 30 days'],
    ['latency', '5s', 'latency: 5s'],
    ['is-refusal', undefined, 'is-refusal'],
    ['contains-all', ['a', 'b'], 'contains-all: a, b'],
    ['word-count', { min: 1, max: 5 }, 'word-count: {"min":1,"max":5}'],
    ['contains', 'two\nlines', 'contains: two lines'],
    ['equals', 'x'.repeat(100), `equals: ${'x'.repeat(59)}…`],
  ])('%s %j', (type, value, wording) => expect(wordingOf(type, value)).toBe(wording));
});
