import { describe, expect, test } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { displayWidth } from '../../src/ground/output/width.ts';
import type { EvalRun } from '../../src/quality/evals/run.ts';
import { evalFormats } from '../../src/views/eval.ts';
import { acceptFormats } from '../../src/views/eval-accept.ts';
import { renderEvalEvidence } from '../../src/views/eval-evidence.ts';
import type { ViewOptions } from '../../src/views/words.ts';
import { hostileTexts, infested } from '../support/hostile.ts';
import { well, worse } from './eval-sample.ts';

const at = (width: number | null): ViewOptions => ({ look: { ...plainLook, width }, verbose: false, zone: 'UTC' });

describe('how a verdict came about', () => {
  test('is told number by number, rule by rule', () => {
    const told = renderEvalEvidence(worse(), at(null));
    expect(told).toContain('unjudged   0 of 36 trials');
    expect(told).toContain('compared   12 of 12 cases that decide, each with itself in 10 runs; 0 new, 0 changed, 0 not asked');
    expect(told).toMatch(/refund-window: 3 of 3 failed, 0 of 30 before: p 0\.0002, adjusted 0\.00\d\d: broken/);
    expect(told).toMatch(
      /the whole {2}Cochran–Mantel–Haenszel, at 0\.0125.*\n.* of 36 trials failed where .* would have, a drop of .* points: p /,
    );
    expect(told).not.toContain('floor');
  });

  test('of a run that was held against nothing says so', () => {
    const { gate, ...report } = well();
    const evidence = { ...gate.evidence, baseline: null, sharp: null, broad: null };
    expect(renderEvalEvidence({ ...report, gate: { ...gate, evidence } }, at(null))).toContain(
      'compared   with nothing: no run was accepted',
    );
  });

  test('fits a terminal and keeps what a case is called harmless', () => {
    for (const hostile of Object.values(hostileTexts)) {
      const told = renderEvalEvidence(infested(worse(), hostile), at(80));
      for (const line of told.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
      expect(told).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });
});

test('a headline of many cases reads as a list', () => {
  const { gate, ...report } = worse();
  const [one] = gate.regressions;
  if (one === undefined) throw new Error('the sample got no worse');
  const regressions = ['a', 'b', 'c', 'd', 'e'].map((caseId) => ({ ...one, caseId }));
  expect(evalFormats.text({ ...report, gate: { ...gate, regressions } }, at(null))).toContain('5 cases got worse: a, b, c and 2 more ');
});

test('who accepts a run that failed is told', () => {
  const accepted = (verdict: EvalRun['verdict']) =>
    acceptFormats({
      fleet: 'acme',
      generatedAt: 0,
      run: { id: 'r', suite: 's', agent: 'a', verdict } as EvalRun,
      acceptedAt: 0,
      cases: 1,
      runsInFile: null,
      file: null,
    }).text(at(null));
  expect(accepted('pass').split('\n')).toHaveLength(2);
  expect(accepted('fail')).toContain('its verdict was fail: what failed in it is what later runs are held against');
});
