import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timelineOf } from '../../../src/response/incidents/timeline.ts';
import { recordedActs, wholeStory } from '../../support/acts.ts';
import { noon } from '../../support/facts.ts';

const subject = { id: 'inc-1', agent: 'support', startedAt: noon, resolvedAt: null };
const second = (seconds: number) => noon + seconds * 1000;

describe('a time line', () => {
  test('tells when each thing happened, who approved, what was changed, and what was taken back', () => {
    const { milestones, approvals, changes, inForce, acts } = timelineOf(subject, wholeStory);
    expect(milestones).toEqual({
      started: noon,
      detected: second(12),
      acked: second(20),
      contained: second(34),
      quiet: second(39),
      verified: second(40),
      reverted: second(7200),
      resolved: second(7300),
    });
    expect(approvals).toEqual([{ at: second(30), by: ['maria', 'john'], runbook: 'runaway-loop', planHash: 'abc' }]);
    expect(changes).toMatchObject([{ step: 'slow', from: { rpm: null }, to: { rpm: 10 }, status: 'done' }]);
    expect(inForce).toEqual([]);
    expect(acts.some(({ subject: whose }) => whose === 'other')).toBe(false);
  });

  test('says what is still in force, until when, and reverted of nothing before all is taken back', () => {
    const { milestones, inForce } = timelineOf(subject, wholeStory.slice(0, -2));
    expect(milestones.reverted).toBeNull();
    expect(inForce).toMatchObject([{ id: 'mit-1', action: 'throttle', expiresAt: noon + 7_200_000 }]);
  });

  test('has not reverted while one of two mitigations is in force', () => {
    const other = recordedActs([[33, 'mitigation.start', 'support', { run: 'run-1', step: 'stop', mitigation: 'mit-2' }]]);
    const { milestones, inForce } = timelineOf(subject, [...wholeStory, ...other]);
    expect([milestones.reverted, inForce.map(({ id }) => id)]).toEqual([null, ['mit-2']]);
  });

  test('knows an extension, an overdue mitigation and an undo', () => {
    const more = recordedActs([
      [8000, 'mitigation.extend', 'support', { run: 'run-1', mitigation: 'mit-1', expiresAt: noon + 9_000_000 }],
      [9000, 'mitigation.expire', 'support', { run: 'run-1', mitigation: 'mit-1', status: 'overdue' }],
      [9100, 'runbook.undo', 'support', { run: 'run-1', step: 'slow', status: 'failed', from: { rpm: 10 }, to: { rpm: null } }],
    ]);
    const { inForce, changes } = timelineOf(subject, [...wholeStory.slice(0, -2), ...more]);
    expect(inForce).toMatchObject([{ expiresAt: noon + 9_000_000 }]);
    expect(changes).toMatchObject([{ from: { rpm: null }, to: { rpm: 10 }, status: 'undo failed' }]);
  });

  test('of a failed verification is not verified, and of a run that still goes on is contained when its last effect was seen', () => {
    const failed = recordedActs([[42, 'runbook.verify', 'support', { run: 'run-1', step: 'settled', status: 'fail' }]]);
    const running = wholeStory.filter(({ kind }) => kind !== 'runbook.end');
    const { milestones } = timelineOf(subject, [...running, ...failed]);
    expect(milestones).toMatchObject({ verified: null, contained: second(34), quiet: null });
  });

  test('holds what was done to its agent by a run that names no incident, and freezes of its time', () => {
    const acts = recordedActs([
      [-1, 'runbook.start', 'support', { run: 'before' }],
      [5, 'freeze.on', 'fleet', { evidence: 'hold on' }],
      [6, 'runbook.start', 'support', { run: 'ours' }],
      [9000, 'runbook.end', 'support', { run: 'ours', status: 'done' }],
      [9001, 'runbook.start', 'support', { run: 'later' }],
    ]);
    const { acts: kept } = timelineOf({ ...subject, resolvedAt: second(100) }, acts);
    expect(kept.map(({ kind, run }) => run ?? kind)).toEqual(['freeze.on', 'ours', 'ours']);
  });

  test('never names what the chain does not, whatever was cut out of it', () => {
    fc.assert(
      fc.property(fc.subarray([...wholeStory]), (some) => {
        const { acts, milestones, inForce, changes } = timelineOf(subject, some);
        expect(some).toEqual(expect.arrayContaining([...acts]));
        const moments = Object.values(milestones).filter((at) => at !== null);
        expect(moments.every((at) => at >= noon && at <= second(7300))).toBe(true);
        expect(inForce.length + changes.length <= 2).toBe(true);
      }),
    );
  });
});
