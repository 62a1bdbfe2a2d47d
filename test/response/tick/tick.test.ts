import { expect, test } from 'vitest';
import type { CalledRun } from '../../../src/response/tick/called-run.ts';
import { summaryOf, type Tick } from '../../../src/response/tick/tick.ts';
import { noon } from '../../support/facts.ts';

const tickOf = (...statuses: readonly CalledRun['status'][]): Tick => ({
  ...{ at: noon, tookMs: 1, isBusy: false, duties: [], firing: [], incidents: [], ended: [], problems: [] },
  ran: { checks: null, syncedSpans: null, rules: null, notifications: null, mitigationsExpired: null },
  runs: statuses.map((status) => ({ rule: 'down', agent: 'support', runbook: 'close', status, run: null, why: '', next: null })),
});

test.each([
  [['held'], '0 firing, 1 runbook held'],
  [['held', 'done', 'paused', 'held'], '0 firing, 2 runbooks called, 2 runbooks held'],
  [['done'], '0 firing, 1 runbook called'],
] as const)('a runbook that is held is not counted as one that was called: %j', (statuses, summary) => {
  expect(summaryOf(tickOf(...statuses))).toBe(summary);
});
