import { describe, expect, test } from 'vitest';
import type { JudgeSettings } from '../../../../src/fleet/agent.ts';
import { identityOf } from '../../../../src/quality/expect/judges/identity.ts';
import { judgeAt } from '../../../support/judge-peer.ts';
import { ref } from '../../../support/world.ts';

const url = 'https://judge.example';
const of = (judge: JudgeSettings, form: 'rubric' | 'factuality' = 'rubric') => identityOf({ strict: judge }, 'strict', form);
const plain = of(judgeAt(url));

describe('the identity of a judge', () => {
  test.each<[string, JudgeSettings]>([
    ['another model', judgeAt(url, { config: { model: 'judge-2' } })],
    ['another protocol', judgeAt(url, { protocol: 'anthropic' })],
    ['another address', judgeAt('https://other.example')],
    ['other settings', judgeAt(url, { config: { params: { temperature: 0 } } })],
    ['more votes', judgeAt(url, { votes: 3 })],
  ])('%s is another judge', (_, judge) => expect(of(judge)).not.toBe(plain));

  test('another form of question is another judge', () => expect(of(judgeAt(url), 'factuality')).not.toBe(plain));

  test.each<[string, JudgeSettings]>([
    ['another key', judgeAt(url, { config: { api_key: ref('${OTHER}') } })],
    ['another timeout', judgeAt(url, { config: { timeout: 5 } })],
    ['another floor', judgeAt(url, { floor: 0.9 })],
    ['another folder', judgeAt(url, { config: { url: { secret: `${url}/v1`, base: '/elsewhere' } } })],
  ])('%s is the same judge', (_, judge) => expect(of(judge)).toBe(plain));

  test('a panel is its members, in any order', () => {
    const [a, b] = [judgeAt(url), judgeAt(url, { config: { model: 'judge-2' } })];
    const panel = (members: readonly string[], judges: Readonly<Record<string, JudgeSettings>>) =>
      identityOf({ ...judges, board: { panel: members, votes: 1, floor: 0.4, calibration: null } }, 'board', 'rubric');
    expect(panel(['a', 'b'], { a, b })).toBe(panel(['b', 'a'], { a, b }));
    expect(panel(['a', 'b'], { a, b: a })).not.toBe(panel(['a', 'b'], { a, b }));
  });
});
