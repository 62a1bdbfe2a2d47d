import { expect, test } from 'vitest';
import { judgeHeartbeat } from '../../../src/quality/health/heartbeat.ts';
import { day, minute, noon } from '../../support/facts.ts';

const schedule = { everyMs: day, graceMs: 45 * minute };
const beat = (ago: number, status: 'ok' | 'fail' = 'ok', note = '') => ({ at: noon - ago, status, note });

test.each([
  ['no beat yet', null, 'error', 'no beat has been received yet'],
  ['just now', beat(0), 'pass', ''],
  ['at the very end of its grace', beat(day + 45 * minute), 'pass', ''],
  ['too late', beat(day + 45 * minute + 1), 'fail', 'missed heartbeat: the last beat was 1 d 1 h ago, one is due every 1 d'],
  ['a reported failure', beat(5 * minute, 'fail', 'no space left'), 'fail', 'the agent reported a failure 5 m ago: no space left'],
  ['a reported failure without words', beat(5 * minute, 'fail'), 'fail', 'the agent reported a failure 5 m ago'],
  ['a clock that was set back', beat(-minute), 'pass', ''],
] as const)('%s', (_, last, status, reason) => expect(judgeHeartbeat(last, schedule, noon)).toEqual({ status, reason }));
