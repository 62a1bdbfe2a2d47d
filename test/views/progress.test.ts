import { expect, it } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { type CheckProgress, renderProgress } from '../../src/views/progress.ts';

const event: CheckProgress = { done: 3, total: 12, failed: 0, agent: 'support', check: 'refund-window', status: 'pass' };

it('is one line that says how far it is and what came last', () => {
  expect(renderProgress(plainLook, event)).toBe(' 3/12  ✔ support/refund-window pass');
  expect(renderProgress(plainLook, { ...event, done: 12, failed: 2, status: 'fail' })).toBe(
    '12/12  ✖ support/refund-window fail  2 failed',
  );
  expect(renderProgress({ ...plainLook, width: 20, unicode: false }, event)).toBe(' 3/12  + support/...');
});
