import { usageError } from '../../ground/errors.ts';
import { plural } from '../../ground/output/phrases.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Journal } from '../../ground/store/port.ts';
import { evaluateRun } from './evaluate-run.ts';
import type { GateResult } from './gate.ts';
import { poolRuns, readBaselineFile, readFileBaseline, sideBySide } from './read-baseline.ts';
import type { Baseline, EvalRun } from './run.ts';
import { findRuns, readRun } from './runs.journal.ts';

/** The run of that id; `latest` is the newest that came to its end. Throws a usage error where there is none. */
export const requireRun = async (journal: Journal, id: string): Promise<EvalRun> => {
  const run = id === 'latest' ? ((await findRuns(journal, { status: ['done'], limit: 1 }))[0] ?? null) : await readRun(journal, id);
  if (run !== null) return run;
  throw usageError({
    code: 'run_unknown',
    message: id === 'latest' ? 'no run has come to its end yet' : `there is no run ${id}`,
    hint: 'agentops eval runs lists them',
  });
};

/** What a run came to, derived again from the journal; `notes` tells where that cannot be what it was. */
export interface ReadVerdict {
  readonly gate: GateResult;
  readonly baseline: Pick<Baseline, 'source' | 'runs'> | null;
  readonly notes: readonly string[];
}

/** Derives the verdict on a run again, offline: from the same trials, held against the same runs. */
export const readVerdict = async (ctx: Context, journal: Journal, run: EvalRun, cwd: string): Promise<ReadVerdict> => {
  const { baseline, notes } = await baselineAgain(ctx, journal, run, cwd);
  const gate = await evaluateRun(journal, run, baseline, run.status === 'done');
  return { gate, baseline: run.against === null ? baseline : sideBySide(run.against), notes };
};

const baselineAgain = async (
  ctx: Context,
  journal: Journal,
  run: EvalRun,
  cwd: string,
): Promise<{ readonly baseline: Baseline | null; readonly notes: readonly string[] }> => {
  const origin = run.baseline;
  if (origin === null || origin.kind === 'against') return { baseline: null, notes: [] };
  if (origin.kind === 'runs') {
    const source = plural(origin.runIds.length, 'accepted run');
    return { baseline: { ...(await poolRuns(journal, origin.runIds)), source }, notes: [] };
  }
  if (!ctx.files.exists(origin.path))
    return { baseline: null, notes: [`The baseline ${origin.path} is not there any more: this is what the run comes to without it.`] };
  const { digest } = readBaselineFile(ctx, origin.path, cwd);
  const notes = digest === origin.digest ? [] : [`The baseline ${origin.path} has changed since: this is what the run comes to now.`];
  return { baseline: readFileBaseline(ctx, origin.path, run, cwd).baseline, notes };
};
