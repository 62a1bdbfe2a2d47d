import { listOf, plural } from '../ground/output/phrases.ts';
import { formatMoney, formatShare } from '../ground/units/amount.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { Regression } from '../quality/evals/regressions.ts';
import type { CaseDetail, EvalReport } from '../quality/evals/report.ts';
import type { RunStatus, Verdict } from '../quality/evals/run.ts';
import { missing, type Sign, stateSigns } from './words.ts';

export const verdictSigns: Readonly<Record<Verdict, Sign>> = {
  pass: stateSigns.green,
  fail: stateSigns.red,
  inconclusive: stateSigns.yellow,
  'no-verdict': stateSigns.unknown,
};

/** `support-regression against support, release 2.4.1`. */
export const subjectOf = ({ run }: EvalReport): string =>
  [
    `${run.suite} on ${run.agent}`,
    ...(run.against === null ? [] : [`held against ${run.against}`]),
    ...(run.release === null ? [] : [`release ${run.release}`]),
    ...(run.shard.of === 1 ? [] : [`part ${run.shard.index} of ${run.shard.of}`]),
  ].join(', ');

/** Why it ended early, and why the verdict is what it is; whole sentences. */
export const reasonOf = ({ run, gate }: EvalReport): string =>
  [run.stoppedBecause.replace(/[^.!?]$/, '$&.'), gate.reason].filter((part) => part !== '').join(' ');

const between = (low: string, high: string): string => `${low} to ${high}`;

/** A figure of the run by its name, as a person reads it. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  /** What it is made of, or how sure it is; empty: nothing to add. */
  readonly more: string;
}

/** The figures of a run, the most telling first; those that are not known are left out. */
export const factsOf = ({ gate, trials, spend, baseline, tookMs }: EvalReport): readonly Fact[] => {
  const { passRate, passRateCi, k, latency } = gate;
  const asked = `${plural(gate.cases.length, 'case')}, ${plural(trials.total, 'trial')}`;
  const extra = trials.extra === 0 ? '' : `, ${trials.extra} of them added to settle it`;
  const spread = [
    ...(gate.flakeRate === null || k < 2 ? [] : [`${formatShare(gate.flakeRate)} of cases flaky`]),
    ...(gate.passHatK === null || k < 2 ? [] : [`all ${k} repeats pass: ${formatShare(gate.passHatK)}`]),
    ...(gate.passAtK === null || k < 2 ? [] : [`at least one: ${formatShare(gate.passAtK)}`]),
  ];
  const unpriced = spend.unpricedTrials === 0 ? [] : [`${plural(spend.unpricedTrials, 'trial')} of unknown cost`];
  const shares = spend.judgeNanos === 0 ? [] : [`judges ${formatMoney(spend.judgeNanos)}`];
  const cap = spend.capNanos === null ? [] : [`cap ${formatMoney(spend.capNanos)}`];
  return [
    {
      name: 'pass rate',
      value: passRate === null ? missing : formatShare(passRate),
      more: passRateCi === null ? '' : `95% interval ${between(formatShare(passRateCi.low), formatShare(passRateCi.high))}`,
    },
    { name: 'asked', value: `${asked}${extra}`, more: trials.errors === 0 ? '' : `${plural(trials.errors, 'trial')} could not be judged` },
    ...(spread.length === 0 ? [] : [{ name: 'repeats', value: spread[0] ?? '', more: spread.slice(1).join(', ') }]),
    { name: 'baseline', value: baseline === null ? 'none' : baseline.source, more: '' },
    ...(latency === null
      ? []
      : [
          {
            name: 'latency',
            value: `p50 ${humanDuration(latency.p50)}, p95 ${humanDuration(latency.p95)}`,
            more: meanOf(latency.mean, latency.meanCi, humanDuration),
          },
        ]),
    {
      name: 'cost',
      value: formatMoney(spend.agentNanos + spend.judgeNanos),
      more: [
        ...shares,
        ...unpriced,
        ...cap,
        ...(gate.cost === null ? [] : [`a trial ${meanOf(gate.cost.mean, gate.cost.meanCi, formatMoney)}`]),
      ].join(', '),
    },
    { name: 'took', value: humanDuration(tookMs), more: '' },
  ];
};

const meanOf = (mean: number, ci: { readonly low: number; readonly high: number } | null, say: (value: number) => string): string =>
  `mean ${say(mean)}${ci === null ? '' : ` (${between(say(ci.low), say(ci.high))})`}`;

const ruleWords: Readonly<Record<Regression['rule'], string>> = {
  critical: 'must always pass',
  sharp: 'broke',
  broad: 'part of a broad drop',
};

/** `broke: 100% before, 0% now, p 0.0002`. */
export const regressionText = ({ rule, pValue, before, after }: Regression): string =>
  `${ruleWords[rule]}: ${before === null ? 'not in the baseline' : `${formatShare(before)} before`}, ${formatShare(after)} now${
    pValue === null ? '' : `, p ${pText(pValue)}`
  }`;

const pText = (p: number): string => (p < 0.0001 ? '< 0.0001' : p.toFixed(4));

/** A case that got worse, with what its first failed trial showed where one is kept. */
export interface ShownRegression {
  readonly regression: Regression;
  readonly detail: CaseDetail | null;
}

/** The regressions with their examples, and the other cases that did not always pass. */
export const casesOf = ({
  gate,
  details,
}: EvalReport): { readonly regressions: readonly ShownRegression[]; readonly others: readonly CaseDetail[] } => {
  const byId = new Map(details.map((detail) => [detail.caseId, detail]));
  const worse = new Set(gate.regressions.map(({ caseId }) => caseId));
  return {
    regressions: gate.regressions.map((regression) => ({ regression, detail: byId.get(regression.caseId) ?? null })),
    others: details.filter(({ caseId }) => !worse.has(caseId)),
  };
};

/** `2 of 3 passed, 1 could not be judged`. */
export const tallyText = ({ trials, passes, errors }: Pick<CaseDetail, 'trials' | 'passes' | 'errors'>): string =>
  `${passes} of ${trials - errors} passed${errors === 0 ? '' : `, ${errors} could not be judged`}`;

/** What an example shows, a line each: expected, saw, or why where no assertion that decides says it. */
export interface Line {
  readonly label: string;
  readonly text: string;
}

export const exampleLines = ({ example }: CaseDetail): readonly Line[] => {
  const failed = example.assertions.filter(({ pass }) => pass === false);
  const found = (advisory: boolean): readonly Line[] =>
    failed
      .filter((each) => (each.advisory === true) === advisory)
      .flatMap(({ assertion, saw, message }) => [
        { label: advisory ? 'advisory' : 'expected', text: assertion },
        saw === '' || advisory ? { label: 'because', text: message } : { label: 'got', text: saw },
      ]);
  const deciding = found(false);
  const [first] = example.conversation ?? [];
  return [
    ...(first === undefined ? [] : [{ label: 'asked', text: first.input }]),
    ...(deciding.length === 0 ? [{ label: example.status === 'error' ? 'error' : 'because', text: example.reason }] : deciding),
    ...found(true),
    ...(example.traceId === null ? [] : [{ label: 'trace', text: example.traceId }]),
  ];
};

/** `12 trials timed out …`, most frequent first. */
export const errorTexts = ({ errors }: EvalReport): readonly string[] =>
  errors.map(
    ({ outcome, count, reason }) => `${plural(count, 'trial')}${outcome === null || outcome === 'ok' ? '' : ` ${outcome}`}: ${reason}`,
  );

const endings: Readonly<Record<RunStatus, string>> = {
  running: '',
  done: '',
  stopped: 'stopped',
  capped: 'the cap is reached',
  broken: 'broken off',
};

/** The verdict in few words, for a first line: `fail: 2 cases got worse`. */
export const headlineOf = (report: EvalReport): string => {
  const { gate, run } = report;
  const worse = gate.regressions.length;
  const what =
    gate.verdict === 'fail' && worse > 0
      ? `${plural(worse, 'case')} got worse: ${listOf([...gate.regressions.slice(0, 3).map(({ caseId }) => caseId), ...(worse > 3 ? [`${worse - 3} more`] : [])])}`
      : endings[run.status];
  return [gate.verdict, what].filter((part) => part !== '').join(': ');
};
