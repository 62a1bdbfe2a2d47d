import { recordAct } from '../../ground/audit/record-act.ts';
import { usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Journal } from '../../ground/store/port.ts';
import { baselineText, withRun } from './baseline-file.ts';
import { readBaselineFile } from './read-baseline.ts';
import type { EvalRun } from './run.ts';
import { acceptWrite, readRun } from './runs.journal.ts';
import { readRunTallies } from './tallies.journal.ts';

export interface Acceptance {
  readonly run: EvalRun;
  /** UTC epoch ms. */
  readonly acceptedAt: number;
  readonly cases: number;
  /** Accepted runs in the file; null: none was written. */
  readonly runsInFile: number | null;
}

/**
 * Takes a run into the baseline, and into a file where one is named: beside what stands there, the newest first, as many runs as the gate looks
 * back on. Throws a usage error where the run is no whole one, or where the file is of another suite.
 */
export const recordAcceptance = async (
  ctx: Context,
  journal: Journal,
  run: EvalRun,
  path: string | null,
  cwd: string,
): Promise<Acceptance> => {
  const refuse = (code: string, message: string, hint: string) => usageError({ code, message, hint });
  if (run.status !== 'done')
    throw refuse('run_unfinished', `the run ${run.id} did not come to its end (${run.status})`, `agentops eval run --resume ${run.id}`);
  if (run.shard.of > 1)
    throw refuse(
      'run_partial',
      `${run.id} is one part of ${run.shard.of}`,
      `agentops eval merge ${run.id.slice(0, run.id.lastIndexOf('.'))}`,
    );
  const before = path === null || !ctx.files.exists(path) ? null : readBaselineFile(ctx, path, cwd).file;
  if (before !== null && (before.suite !== run.suite || before.agent !== run.agent))
    throw refuse(
      'baseline_foreign',
      `${path} is a baseline of ${before.suite} against ${before.agent}, and ${run.id} is ${run.suite} against ${run.agent}`,
      'name a file of its own for each suite and agent',
    );
  const cases = await readRunTallies(journal, [run.id]);
  const acceptedAt = await acceptRun(ctx, run, cases.length);
  if (path === null) return { run, acceptedAt, cases: cases.length, runsInFile: null };
  const at = new Date(acceptedAt).toISOString();
  const file = withRun(
    before,
    { suite: run.suite, agent: run.agent, window: run.gate.window },
    { run: run.id, acceptedAt: at, release: run.release, cases },
  );
  ctx.files.writePrivate(path, baselineText(file));
  return { run, acceptedAt, cases: cases.length, runsInFile: file.runs.length };
};

/** Takes a run into the baseline and records who did; one that is in it already keeps its moment. Answers that moment, UTC epoch ms. */
const acceptRun = (ctx: Context, run: EvalRun, cases: number): Promise<number> =>
  recordAct(ctx, async (journal) => {
    const before = (await readRun(journal, run.id))?.acceptedAt ?? null;
    if (before !== null) return { writes: [], act: null, answer: before };
    const at = ctx.clock.now();
    const body = { run: run.id, suite: run.suite, verdict: run.verdict, release: run.release, cases };
    return { writes: [acceptWrite(run.id, at)], act: { kind: 'eval.accept', subject: run.agent, body }, answer: at };
  });
