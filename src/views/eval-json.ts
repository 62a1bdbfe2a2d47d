import { isoTime, longDocument } from '../ground/output/json.ts';
import { toUsd } from '../ground/units/amount.ts';
import type { Spread } from '../quality/evals/figures.ts';
import type { CaseDetail, EvalReport } from '../quality/evals/report.ts';
import { reasonOf } from './eval-facts.ts';

const pairOf = (ci: { readonly low: number; readonly high: number } | null, scale = 1): readonly number[] | null =>
  ci === null ? null : [ci.low * scale, ci.high * scale];

const spreadOf = (spread: Spread | null, scale: number) =>
  spread === null
    ? null
    : {
        mean: spread.mean * scale,
        mean_ci: pairOf(spread.meanCi, scale),
        p50: spread.p50 * scale,
        p95: spread.p95 * scale,
        values: spread.values,
      };

const exampleOf = ({ example }: CaseDetail) => ({
  trial: example.index,
  status: example.status,
  outcome: example.outcome,
  reason: example.reason,
  trace_id: example.traceId,
  latency_ms: example.latencyMs,
  assertions: example.assertions.map(({ advisory, ...assertion }) => ({ ...assertion, advisory: advisory === true })),
});

/** The public document on one run, in pieces: it names every case. Texts of agents are masked and untrusted. */
export const renderEvalJson = (report: EvalReport): Iterable<string> => {
  const { run, gate, spend, trials, baseline } = report;
  const examples = new Map(report.details.map((detail) => [detail.caseId, detail]));
  return longDocument(report.fleet, report.generatedAt, {
    run_id: run.id,
    suite: run.suite,
    agent: run.agent,
    against: run.against,
    release: run.release,
    status: run.status,
    shard: run.shard.of === 1 ? null : `${run.shard.index}/${run.shard.of}`,
    started_at: isoTime(run.startedAt),
    ended_at: isoTime(run.endedAt),
    verdict: gate.verdict,
    reason: reasonOf(report),
    pass_rate: gate.passRate,
    pass_rate_ci: pairOf(gate.passRateCi),
    k: gate.k,
    pass_at_k: gate.passAtK,
    pass_hat_k: gate.passHatK,
    flake_rate: gate.flakeRate,
    detectable_drop: gate.detectableDrop,
    baseline: baseline === null ? null : { source: baseline.source, runs: baseline.runs },
    trials,
    latency_ms: spreadOf(gate.latency, 1),
    trial_cost_usd: spreadOf(gate.cost, toUsd(1)),
    cost_usd: toUsd(spend.agentNanos + spend.judgeNanos),
    judge_cost_usd: toUsd(spend.judgeNanos),
    unpriced_trials: spend.unpricedTrials,
    took_ms: report.tookMs,
    *cases() {
      for (const { caseId, trials: asked, passes, errors, status } of gate.cases)
        yield { case: caseId, trials: asked, passes, errors, status, example: example(examples.get(caseId)) };
    },
    regressions: gate.regressions.map(({ caseId, rule, pValue, before, after }) => ({
      case: caseId,
      rule,
      p_value: pValue,
      before,
      after,
    })),
    errors: report.errors,
    notes: report.notes,
    evidence: snakeCased(gate.evidence),
  });
};

const example = (detail: CaseDetail | undefined) => (detail === undefined ? null : exampleOf(detail));

/** Our own names as JSON documents write them. */
const snakeCased = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snakeCased(inner)]),
  );
};
