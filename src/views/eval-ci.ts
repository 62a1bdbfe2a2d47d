import { type Annotation, renderAnnotation } from '../ground/output/github.ts';
import { type JunitCase, type JunitResult, renderJunit } from '../ground/output/junit.ts';
import { renderLine } from '../ground/output/line.ts';
import { plainLook } from '../ground/output/look.ts';
import type { CaseResult } from '../quality/evals/gate.ts';
import type { CaseDetail, EvalReport } from '../quality/evals/report.ts';
import {
  casesOf,
  errorTexts,
  exampleLines,
  factsOf,
  headlineOf,
  reasonOf,
  regressionText,
  type ShownRegression,
  subjectOf,
  tallyText,
} from './eval-facts.ts';

const linesOf = (detail: CaseDetail | null): readonly string[] =>
  detail === null ? [] : exampleLines(detail).map(({ label, text }) => `${label}: ${text}`);

/** The gate is a case of its own: what it decides need not show in any single one. */
const gateCase = (report: EvalReport): JunitCase => {
  const { verdict } = report.gate;
  const lines = [
    reasonOf(report),
    ...factsOf(report).map(({ name, value, more }) => `${name}: ${value}${more === '' ? '' : ` (${more})`}`),
  ];
  const base = { name: 'verdict', className: report.run.suite, seconds: null };
  if (verdict === 'pass') return { ...base, result: { kind: 'passed' }, output: lines };
  return {
    ...base,
    result: {
      kind: verdict === 'fail' ? 'failure' : 'error',
      type: verdict,
      message: headlineOf(report),
      lines: [...lines, ...errorTexts(report)],
    },
  };
};

/** A case that got worse is a failure, one that could not be judged an error. One that failed and decided nothing is no failure: the gate said so. */
const resultOf = (result: CaseResult, worse: ShownRegression | undefined, detail: CaseDetail | null): JunitResult => {
  if (worse !== undefined)
    return { kind: 'failure', type: worse.regression.rule, message: regressionText(worse.regression), lines: linesOf(detail) };
  if (result.status === 'error')
    return {
      kind: 'error',
      type: detail?.example.outcome ?? 'error',
      message: detail?.example.reason ?? 'could not be judged',
      lines: linesOf(detail),
    };
  return { kind: 'passed' };
};

/** JUnit XML: the verdict as the first case, then every case of the suite. `failure` is quality, `error` infrastructure. */
export const renderEvalJunit = (report: EvalReport): string => {
  const { run, gate } = report;
  const worse = new Map(casesOf(report).regressions.map((shown) => [shown.regression.caseId, shown]));
  const details = new Map(report.details.map((detail) => [detail.caseId, detail]));
  const cases = gate.cases.map((result): JunitCase => {
    const detail = details.get(result.caseId) ?? null;
    const latencyMs = detail?.example.latencyMs ?? null;
    const isRemark = (result.status === 'fail' || result.status === 'flaky') && !worse.has(result.caseId);
    return {
      name: result.caseId,
      className: run.suite,
      seconds: latencyMs === null ? null : latencyMs / 1000,
      result: resultOf(result, worse.get(result.caseId), detail),
      ...(isRemark ? { output: [tallyText(result), ...linesOf(detail)] } : {}),
    };
  });
  const properties = {
    run: run.id,
    agent: run.agent,
    verdict: gate.verdict,
    ...(gate.passRate === null ? {} : { pass_rate: gate.passRate.toFixed(4) }),
    ...(run.release === null ? {} : { release: run.release }),
  };
  return renderJunit(`agentops eval ${run.suite}`, [
    { name: run.suite, at: report.generatedAt, properties, cases: [gateCase(report), ...cases] },
  ]);
};

/** Workflow annotations for GitHub Actions, then the verdict as the last line of the log. */
export const renderEvalGithub = (report: EvalReport): string => {
  const { verdict } = report.gate;
  const level = verdict === 'fail' ? 'error' : 'warning';
  const regressions = casesOf(report).regressions.map(
    ({ regression, detail }): Annotation => ({
      level: 'error',
      title: `${regression.caseId} got worse`,
      message: [regressionText(regression), ...linesOf(detail)].join('\n'),
    }),
  );
  const whole: readonly Annotation[] =
    verdict === 'pass'
      ? []
      : [{ level, title: `${report.run.suite}: ${headlineOf(report)}`, message: [reasonOf(report), ...errorTexts(report)].join('\n') }];
  return [
    ...[...whole, ...regressions].map(renderAnnotation),
    renderLine(plainLook, 0, [{ text: `${headlineOf(report)}  ${subjectOf(report)}: ${reasonOf(report)}` }]),
    '',
  ].join('\n');
};
