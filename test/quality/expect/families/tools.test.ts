import { describe, expect, test } from 'vitest';
import { gradeOne } from '../../../support/grade.ts';
import { calls, turn } from '../../../support/turn.ts';

const none = turn();
const searched = calls(['search_kb', { q: 'phone', limit: 5 }], ['create_refund', { order: { id: 'o-1', lines: [1, 2] }, cursor: 'x9' }]);
const withNull = calls(['search_kb', { q: 'phone', page: null }]);
const untold = turn({ toolCalls: [{ id: null, name: 'search_kb', args: null }] });

describe('tool assertions', () => {
  test.each<[unknown, typeof none, boolean | null]>([
    [{ 'tool-called': 'search_kb' }, searched, true],
    [{ 'tool-called': 'search_*' }, searched, true],
    [{ 'tool-called': 'search' }, searched, false],
    [{ 'tool-called': 'search_kb' }, none, false],
    [{ 'trajectory:tool-used': ['search_kb', 'create_refund'] }, searched, true],
    [{ 'trajectory:tool-used': ['search_kb', 'delete_customer'] }, searched, false],
    [{ 'trajectory:tool-used': { pattern: '*_*', min: 2, max: 2 } }, searched, true],
    [{ 'trajectory:tool-used': { name: 'search_kb', min: 2 } }, searched, false],
    [{ 'trajectory:tool-used': { name: 'delete_*', min: 0, max: 0 } }, searched, true],
    [{ 'not-tool-called': 'delete_customer' }, searched, true],
    [{ 'not-tool-called': ['search_kb', 'delete_customer'] }, searched, false],
    [{ 'not-tool-called': ['delete_order', 'delete_customer'] }, searched, true],
    [{ 'not-tool-called': { name: 'search_kb', max: 1 } }, searched, false],
    [{ 'trajectory:tool-sequence': ['search_kb', 'create_refund'] }, searched, true],
    [{ 'trajectory:tool-sequence': ['create_refund', 'search_kb'] }, searched, false],
    [{ 'trajectory:tool-sequence': ['create_refund'] }, searched, true],
    [{ 'trajectory:tool-sequence': { steps: ['create_refund'], mode: 'exact' } }, searched, false],
    [{ 'trajectory:tool-sequence': { steps: ['search_kb'], mode: 'exact' } }, searched, false],
    [{ 'trajectory:tool-sequence': { steps: ['search_kb', { name: 'create_*' }], mode: 'exact' } }, searched, true],
    [{ 'tool-args': { name: 'search_kb', args: { q: 'phone' } } }, searched, true],
    [{ 'tool-args': { name: 'search_kb', args: { q: 'tablet' } } }, searched, false],
    [{ 'tool-args': { name: 'create_*', arguments: { order: { id: 'o-1' } } } }, searched, true],
    [{ 'tool-args': { name: 'create_*', args: { order: { lines: [1] } } } }, searched, false],
    [{ 'trajectory:tool-args-match': { name: 'search_kb', mode: 'exact', args: { q: 'phone' } } }, searched, false],
    [{ 'trajectory:tool-args-match': { name: 'search_kb', mode: 'exact', args: { q: 'phone' }, defaults: { limit: 5 } } }, searched, true],
    [{ 'trajectory:tool-args-match': { name: 'search_kb', mode: 'exact', args: { q: 'phone' }, defaults: { limit: 6 } } }, searched, false],
    [{ 'trajectory:tool-args-match': { name: 'search_kb', mode: 'exact', args: { q: 'phone' }, ignore: 'lim*' } }, searched, true],
    [
      {
        'trajectory:tool-args-match': {
          name: 'create_refund',
          mode: 'exact',
          args: { order: { id: 'o-1', lines: [1, 2] } },
          ignore: ['cursor'],
        },
      },
      searched,
      true,
    ],
    [{ 'tool-args': { name: 'search_kb', args: {} } }, none, false],
    [{ 'tool-args': { name: 'search_kb', mode: 'exact', args: { q: 'phone' } } }, withNull, false],
    [{ 'tool-args': { name: 'search_kb', args: { q: 'phone' } } }, untold, null],
    [{ 'not-tool-args': { name: 'search_kb', args: { q: 'phone' } } }, untold, null],
    [{ type: 'tool-args', value: { name: 'search_kb', args: { q: 'phone' } }, if_unknown: 'fail' }, untold, false],
  ])('%j: case %#', async (raw, seen, pass) => {
    expect((await gradeOne(raw, seen)).pass).toBe(pass);
  });

  test('an argument named __proto__ is an argument like any other', async () => {
    const sneaky = turn({ toolCalls: [{ id: null, name: 'pay', args: JSON.parse('{"to":"a","__proto__":{"x":1}}') }] });
    const exact = { name: 'pay', mode: 'exact', args: { to: 'a' } };
    expect((await gradeOne({ 'tool-args': exact }, sneaky)).pass).toBe(false);
    expect((await gradeOne({ 'tool-args': { ...exact, ignore: ['none'] } }, sneaky)).pass).toBe(false);
  });

  test('says which tools were called', async () => {
    expect(await gradeOne({ 'tool-called': 'delete_customer' }, searched)).toMatchObject({
      saw: 'search_kb, create_refund',
      message: 'not called: delete_customer',
    });
  });
});
