import type { Journal } from '../../ground/store/port.ts';
import { adviceIn } from '../expect/advice.ts';
import type { GateResult } from './gate.ts';
import type { CaseDetail, EvalReport, RunFacts, RunRow, TrialExample } from './report.ts';
import type { Baseline, EvalRun } from './run.ts';
import { readSeverities } from './runs.journal.ts';
import { readErrorGroups, readSums } from './tallies.journal.ts';
import type { Trial } from './trial.ts';
import { readAdvisories, readFailedTrials } from './trials.journal.ts';

/** Cases that a report shows in detail: more than a person reads, and no more than a page can hold. */
const mostDetails = 500;

/** What is said of a run, out of the journal. `baseline`: what it was held against; null: nothing. */
export interface ReportInput {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly run: EvalRun;
  readonly gate: GateResult;
  readonly baseline: Pick<Baseline, 'source' | 'runs'> | null;
  readonly notes: readonly string[];
}

/** Gathers the whole report on a run that has ended. */
export const collectReport = async (
  journal: Journal,
  { fleet, generatedAt, run, gate, baseline, notes }: ReportInput,
): Promise<EvalReport> => {
  const sums = await readSums(journal, run.id);
  const severities = await readSeverities(journal, run.id);
  const regressed = new Set(gate.regressions.map(({ caseId }) => caseId));
  const rank = (caseId: string) => (regressed.has(caseId) ? 0 : severities.get(caseId) === 'critical' ? 1 : 2);
  const imperfect = gate.cases
    .filter(({ trials, passes }) => passes < trials)
    .map((each, at) => ({ ...each, at }))
    .sort((a, b) => rank(a.caseId) - rank(b.caseId) || a.at - b.at);
  const shown = imperfect.slice(0, mostDetails);
  const examples = new Map<string, Trial>();
  for (const trial of await readFailedTrials(
    journal,
    run.id,
    shown.map(({ caseId }) => caseId),
  ))
    if (!examples.has(trial.caseId)) examples.set(trial.caseId, trial);
  const details = shown.flatMap(({ caseId, trials, passes, errors }): CaseDetail[] => {
    const trial = examples.get(caseId);
    const severity = severities.get(caseId) ?? 'normal';
    return trial === undefined ? [] : [{ caseId, severity, trials, passes, errors, example: exampleOf(trial) }];
  });
  return {
    fleet,
    generatedAt,
    run: factsOf(run),
    baseline: baseline === null ? null : { source: baseline.source, runs: baseline.runs },
    gate,
    details,
    detailsCut: imperfect.length - shown.length,
    errors: await readErrorGroups(journal, run.id),
    trials: { total: sums.total, passes: sums.passes, fails: sums.fails, errors: sums.errors, extra: sums.extra },
    spend: {
      agentNanos: sums.agentNanos,
      judgeNanos: sums.judgeNanos,
      unpricedTrials: sums.unpriced,
      capNanos: run.request.maxCostNanos,
    },
    tookMs: run.headline?.tookMs ?? 0,
    notes: [...notes, ...(await advisoryNotes(journal, run.id))],
  };
};

/** A reader must know of grades that were asked for and decided nothing. */
const advisoryNotes = async (journal: Journal, runId: string): Promise<readonly string[]> => {
  const reasons = new Set((await readAdvisories(journal, runId)).flatMap((message) => adviceIn(message) ?? []));
  return [...reasons].map(
    (why) => `Grades that are only shown and decided nothing: ${why}. agentops eval calibrate holds a judge against the labels of people.`,
  );
};

const exampleOf = ({ index, status, outcome, reason, assertions, traceId, latencyMs, conversation }: Trial): TrialExample => ({
  index,
  status,
  outcome,
  reason,
  assertions: assertions.filter(({ pass }) => pass !== true),
  traceId,
  latencyMs,
  conversation,
});

const factsOf = (run: EvalRun): RunFacts => ({
  id: run.id,
  suite: run.suite,
  agent: run.agent,
  against: run.against,
  shard: run.shard,
  status: run.status,
  stoppedBecause: run.stoppedBecause,
  startedAt: run.startedAt,
  endedAt: run.endedAt,
  acceptedAt: run.acceptedAt,
  release: run.release,
  repeats: run.repeats,
});

/** One line of the list of runs. */
export const rowOf = (run: EvalRun): RunRow => ({
  ...factsOf(run),
  verdict: run.verdict,
  passRate: run.headline?.passRate ?? null,
  cases: run.headline?.cases ?? 0,
  trials: run.headline?.trials ?? 0,
  errors: run.headline?.errors ?? 0,
  costNanos: run.headline?.costNanos ?? 0,
});
