import { jsonDocument } from '../ground/output/json.ts';
import { toUsd } from '../ground/units/amount.ts';
import type { EvalReport } from '../quality/evals/report.ts';
import type { ViewOptions } from './words.ts';

const renderEvalText = ({ run, gate, trials, notes }: EvalReport, _options: ViewOptions): string =>
  [
    `${gate.verdict}  ${run.suite} against ${run.agent}: ${gate.reason}`,
    ...(run.stoppedBecause === '' ? [] : [run.stoppedBecause]),
    `${trials.total} trials: ${trials.passes} passed, ${trials.fails} failed, ${trials.errors} errors; run ${run.id}`,
    ...notes,
    '',
  ].join('\n');

const renderEvalJson = (report: EvalReport): string => {
  const { run, gate, spend } = report;
  return jsonDocument(report.fleet, report.generatedAt, {
    run_id: run.id,
    suite: run.suite,
    agent: run.agent,
    status: run.status,
    verdict: gate.verdict,
    reason: run.stoppedBecause === '' ? gate.reason : `${gate.reason} ${run.stoppedBecause}`,
    pass_rate: gate.passRate,
    pass_rate_ci: gate.passRateCi === null ? null : [gate.passRateCi.low, gate.passRateCi.high],
    pass_hat_k: gate.passHatK,
    flake_rate: gate.flakeRate,
    detectable_drop: gate.detectableDrop,
    cost_usd: toUsd(spend.agentNanos + spend.judgeNanos),
    took_ms: report.tookMs,
    cases: gate.cases.map(({ caseId, trials, passes, errors, status }) => ({ case: caseId, trials, passes, errors, status })),
    regressions: gate.regressions.map(({ caseId, pValue, before, after }) => ({ case: caseId, p_value: pValue, before, after })),
  });
};

/** Every format of `agentops eval run`, by the name `--output` takes. */
export const evalFormats = {
  text: renderEvalText,
  json: renderEvalJson,
} satisfies Readonly<Record<string, (report: EvalReport, options: ViewOptions) => string>>;
