import { describe, expect, test } from 'vitest';
import { gradeOne } from '../../../support/grade.ts';
import { calls, turn } from '../../../support/turn.ts';

const same = (times: number) => calls(...Array.from({ length: times }, () => ['poll', { id: 1 }] as const));
const untold = (times: number) => turn({ toolCalls: Array.from({ length: times }, () => ({ id: null, name: 'poll', args: null })) });

describe('trajectory assertions', () => {
  test.each<[unknown, ReturnType<typeof turn>, boolean | null]>([
    [{ 'max-steps': 3 }, turn({ steps: 3 }), true],
    [{ 'max-steps': 3 }, turn({ steps: 4 }), false],
    [{ 'max-steps': 3 }, turn(), null],
    [{ 'max-steps': 1 }, calls(['a'], ['b']), false],
    [{ 'trajectory:step-count': { min: 2 } }, turn({ steps: 1, toolCalls: calls(['a'], ['b']).toolCalls }), false],
    [{ 'trajectory:step-count': { type: 'tool', min: 2, max: 2 } }, calls(['a'], ['b']), true],
    [{ 'trajectory:step-count': { pattern: 'a*', max: 0 } }, calls(['a'], ['b']), false],
    [{ 'trajectory:step-count': { type: 'tool', max: 0 } }, turn(), true],
    ['no-loop', same(2), true],
    ['no-loop', same(3), false],
    [{ 'no-loop': 5 }, same(4), true],
    ['no-loop', calls(['poll', { id: 1 }], ['poll', { id: 2 }], ['poll', { id: 3 }]), true],
    ['no-loop', calls(['a', { x: 1, y: 2 }], ['b'], ['a', { y: 2, x: 1 }], ['b'], ['a', { x: 1, y: 2 }]), false],
    ['no-loop', untold(3), null],
    ['no-loop', untold(2), true],
    ['no-loop', turn(), true],
    [{ outcome: 'interrupted' }, turn({ outcome: 'interrupted' }), true],
    [{ outcome: ['ok', 'refused'] }, turn({ outcome: 'timeout', cause: 'connect timeout' }), false],
    [{ 'finish-reason': 'stop' }, turn({ stopReason: 'end_turn' }), true],
    [{ 'finish-reason': 'stop' }, turn({ stopReason: 'STOP' }), true],
    [{ 'finish-reason': 'end_turn' }, turn({ stopReason: 'stop' }), true],
    [{ 'finish-reason': 'length' }, turn({ stopReason: 'max_tokens' }), true],
    [{ 'finish-reason': 'tool_calls' }, turn({ stopReason: 'tool_use' }), true],
    [{ 'finish-reason': 'content_filter' }, turn({ stopReason: 'SAFETY' }), true],
    [{ 'finish-reason': 'stop' }, turn({ stopReason: 'length' }), false],
    [{ 'finish-reason': 'Odd-One' }, turn({ stopReason: 'odd_one' }), true],
    [{ 'finish-reason': 'stop' }, turn(), null],
  ])('%j: case %#', async (raw, seen, pass) => {
    expect((await gradeOne(raw, seen)).pass).toBe(pass);
  });

  test('the outcome is told with its cause', async () => {
    const { saw, message } = await gradeOne({ outcome: 'ok' }, turn({ outcome: 'timeout', cause: 'connect timeout' }));
    expect(saw).toBe('timeout (connect timeout)');
    expect(message).toBe('the outcome is timeout; expected: ok');
  });
});
