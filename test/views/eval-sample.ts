import { judgeRun } from '../../src/quality/evals/gate.ts';
import type { CaseDetail, EvalReport, TrialExample } from '../../src/quality/evals/report.ts';
import type { GateSettings } from '../../src/quality/evals/suite.ts';
import type { CaseTally } from '../../src/quality/evals/trial.ts';

/** 2026-11-01 14:00:00 UTC. */
const now = Date.UTC(2026, 10, 1, 14);

export const settings: GateSettings = {
  minPassRate: null,
  alpha: 0.05,
  broadShare: 0.5,
  minEffect: 0.02,
  window: 10,
  maxExtraRepeats: 6,
  onInconclusive: 'no-verdict',
};

export const tally = (caseId: string, passes: number, fails: number, parts: Partial<CaseTally> = {}): CaseTally => ({
  caseId,
  hash: caseId,
  severity: 'normal',
  cluster: null,
  passes,
  fails,
  errors: 0,
  ...parts,
});

const example = (parts: Partial<TrialExample> = {}): TrialExample => ({
  index: 0,
  status: 'fail',
  outcome: 'ok',
  reason: 'the answer does not contain "30 days"',
  assertions: [
    {
      assertion: 'contains: 30 days',
      pass: false,
      score: 0,
      saw: 'You have 14 days.',
      message: 'the answer does not contain "30 days"',
      metric: null,
    },
  ],
  traceId: '0af7651916cd43dd8448eb211c80319c',
  latencyMs: 412,
  conversation: null,
  ...parts,
});

const detail = (caseId: string, passes: number, trials: number, parts: Partial<CaseDetail> = {}): CaseDetail => ({
  caseId,
  severity: 'normal',
  trials,
  passes,
  errors: 0,
  example: example(),
  ...parts,
});

const steady = Array.from({ length: 10 }, (_, at) => tally(`case-${at}`, 3, 0));
const before = [...steady, tally('refund-window', 30, 0), tally('greeting', 20, 10), tally('address', 30, 0)].map((each) =>
  each.passes === 3 ? { ...each, passes: 30 } : each,
);

/** A run in which one case broke, one is flaky and one could not be judged. */
export const worse = (parts: Partial<EvalReport> = {}): EvalReport => {
  const tallies = [
    ...steady,
    tally('refund-window', 0, 3),
    tally('greeting', 2, 1),
    tally('address', 0, 0, { errors: 3, severity: 'info' }),
  ];
  const baseline = { source: '10 accepted runs, the newest of 2026-10-30', runs: 10, cases: before };
  const latenciesMs = tallies.map(({ passes, fails }) => Array.from({ length: passes + fails }, (_, at) => 400 + 10 * at));
  return {
    fleet: 'acme',
    generatedAt: now,
    run: {
      id: '20261101-140000-abcd',
      suite: 'support',
      agent: 'support',
      against: null,
      shard: { index: 1, of: 1 },
      status: 'done',
      stoppedBecause: '',
      startedAt: now - 5000,
      endedAt: now,
      acceptedAt: null,
      release: '2.4.1',
      repeats: 3,
    },
    baseline: { source: baseline.source, runs: baseline.runs },
    gate: judgeRun({
      tallies,
      baseline,
      settings,
      complete: true,
      repeats: 3,
      latenciesMs,
      costsNanos: latenciesMs.map((each) => each.map(() => 1e6)),
    }),
    details: [
      detail('refund-window', 0, 3),
      detail('greeting', 2, 3),
      detail('address', 0, 3, {
        errors: 3,
        severity: 'info',
        example: example({ status: 'error', outcome: 'timeout', reason: 'no answer in 30 s', assertions: [] }),
      }),
    ],
    detailsCut: 0,
    errors: [{ outcome: 'timeout', count: 3, reason: 'no answer in 30 s' }],
    trials: { total: 39, passes: 32, fails: 4, errors: 3, extra: 0 },
    spend: { agentNanos: 36_000_000, judgeNanos: 4_000_000, unpricedTrials: 3, capNanos: 1_000_000_000 },
    tookMs: 4820,
    notes: ['rubric judges are advisory until they are calibrated'],
    ...parts,
  };
};

/** A run in which all is well. */
export const well = (): EvalReport => {
  const tallies = steady;
  return {
    ...worse(),
    gate: judgeRun({ tallies, baseline: { source: '10 accepted runs', runs: 10, cases: before }, settings, complete: true, repeats: 3 }),
    details: [],
    errors: [],
    trials: { total: 30, passes: 30, fails: 0, errors: 0, extra: 0 },
    notes: [],
  };
};
