import { resolve } from 'node:path';
import { usageError } from '../ground/errors.ts';
import { openSqliteJournal } from '../ground/store/sqlite.ts';
import { collectReport } from '../quality/evals/collect-report.ts';
import { collectShards, takeShards } from '../quality/evals/collect-shards.ts';
import { evaluateRun } from '../quality/evals/evaluate-run.ts';
import { readFileBaseline, readJournalBaseline, sideBySide } from '../quality/evals/read-baseline.ts';
import type { EvalRun } from '../quality/evals/run.ts';
import { updateWrite } from '../quality/evals/runs.journal.ts';
import { readSums } from '../quality/evals/tallies.journal.ts';
import type { Outcome, Session } from './command.ts';
import { evalOutcome, writeStepSummary } from './eval-outcome.ts';
import { journalPath } from './open-journal.ts';

/** Judges the parts of a run as the one run they are. @param folders state folders that hold parts beside the fleet's own */
export const mergeRun = async (
  session: Session,
  name: string,
  folders: readonly string[],
  baselineFile: string | null,
): Promise<Outcome> => {
  const { ctx, cwd } = session;
  const { fleet } = await session.fleet();
  const journal = await ctx.journal();
  for (const folder of folders) {
    const path = journalPath(resolve(cwd, folder));
    if (!ctx.files.exists(path))
      throw usageError({
        code: 'state_not_found',
        message: `${folder} holds no journal of agentops`,
        hint: 'name the folder that the manifest calls state, .agentops by default',
      });
    const other = await openSqliteJournal(path, () => ctx.clock.now());
    try {
      await takeShards(journal, other, name);
    } finally {
      await other.close();
    }
  }
  const merged = await collectShards(journal, name);
  const known = merged.baseline?.kind === 'file' ? merged.baseline.path : null;
  const file = baselineFile === null ? known : resolve(cwd, baselineFile);
  if (file !== null && baselineFile === null && !ctx.files.exists(file))
    throw usageError({
      code: 'baseline_missing',
      message: `the parts were begun with the baseline ${file}, which is not on this machine`,
      hint: `name it: agentops eval merge ${name} --baseline FILE`,
    });
  const { baseline, origin } =
    file === null || merged.against !== null ? await readJournalBaseline(journal, merged) : readFileBaseline(ctx, file, merged, cwd);
  const gate = await evaluateRun(journal, merged, baseline, true);
  const sums = await readSums(journal, name);
  const run: EvalRun = {
    ...merged,
    verdict: gate.verdict,
    baseline: merged.against === null ? origin : { kind: 'against' },
    headline: {
      passRate: gate.passRate,
      cases: gate.cases.length,
      trials: sums.total,
      errors: sums.errors,
      costNanos: sums.agentNanos + sums.judgeNanos,
      tookMs: (merged.endedAt ?? merged.startedAt) - merged.startedAt,
    },
  };
  await journal.commit([updateWrite(run)]);
  const report = await collectReport(journal, {
    fleet: fleet.name,
    generatedAt: ctx.clock.now(),
    run,
    gate,
    baseline: merged.against === null ? baseline : sideBySide(merged.against),
    notes: [],
  });
  writeStepSummary(session, report);
  return evalOutcome(report, run.gate);
};
