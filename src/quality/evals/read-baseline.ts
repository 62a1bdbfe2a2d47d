import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { badFile } from '../../fleet/problem-report.ts';
import { showPath } from '../../fleet/problem-words.ts';
import { readWith } from '../../fleet/problems.ts';
import { locate, parseYaml, plainValue } from '../../fleet/yaml.ts';
import { usageError } from '../../ground/errors.ts';
import { plural } from '../../ground/output/phrases.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Journal } from '../../ground/store/port.ts';
import { type BaselineFile, baselineOf, baselineSchema } from './baseline-file.ts';
import { pooledCases } from './pooled-baseline.ts';
import type { Baseline, BaselineOrigin, EvalRun } from './run.ts';
import { acceptedRuns } from './runs.journal.ts';
import { readRunTallies } from './tallies.journal.ts';

const maxBytes = 32 * 1024 * 1024;

/** What a run is held against, and where that is to be found again; both null: nothing was accepted yet. */
export interface FoundBaseline {
  readonly baseline: Baseline | null;
  readonly origin: BaselineOrigin | null;
}

/** How people are told of a baseline that is the other arm of the same run. */
export const sideBySide = (against: string): Pick<Baseline, 'source' | 'runs'> => ({ source: `${against}, asked side by side`, runs: 1 });

/** The accepted runs of a suite against an agent, out of the journal; never the run itself, which may be judged once more after it was accepted. */
export const readJournalBaseline = async (
  journal: Journal,
  { id, suite, agent, gate }: Pick<EvalRun, 'id' | 'suite' | 'agent' | 'gate'>,
): Promise<FoundBaseline> => {
  const others = (await acceptedRuns(journal, suite, agent, gate.window + 1)).filter((run) => run.id !== id);
  const runs = others.slice(0, gate.window);
  const [newest] = runs;
  if (newest === undefined) return { baseline: null, origin: null };
  const runIds = runs.map(({ id }) => id);
  const day = new Date(newest.acceptedAt ?? newest.startedAt).toISOString().slice(0, 10);
  return {
    baseline: { ...(await poolRuns(journal, runIds)), source: `${plural(runs.length, 'accepted run')}, the newest of ${day}` },
    origin: { kind: 'runs', runIds },
  };
};

/** Runs of the journal pooled by case. @param runIds newest first */
export const poolRuns = async (journal: Journal, runIds: readonly string[]): Promise<Baseline> => {
  const rows = await readRunTallies(journal, runIds);
  return {
    source: plural(runIds.length, 'run'),
    runs: runIds.length,
    cases: pooledCases(runIds.map((id) => rows.filter(({ runId }) => runId === id))),
  };
};

/** The baseline in a committed file. Throws a usage error with the place of everything that is wrong with it. @param cwd what paths are shown relative to */
export const readFileBaseline = (
  ctx: Pick<Context, 'files'>,
  path: string,
  { suite, agent, gate }: Pick<EvalRun, 'suite' | 'agent' | 'gate'>,
  cwd: string,
): FoundBaseline => {
  if (!ctx.files.exists(path))
    throw usageError({
      code: 'baseline_missing',
      message: `there is no baseline ${path}`,
      hint: `make it from a good run: agentops eval accept RUN --to ${path}; until then leave --baseline out`,
    });
  const { file, digest } = readBaselineFile(ctx, path, cwd);
  if (file.suite !== suite || file.agent !== agent)
    throw usageError({
      code: 'baseline_foreign',
      message: `${basename(path)} is a baseline of ${file.suite} against ${file.agent}, and this run is ${suite} against ${agent}`,
      hint: 'name the file of this suite and agent, or make one by agentops eval accept RUN --to FILE',
    });
  const [newest] = file.runs;
  const source = `${basename(path)}: ${plural(Math.min(file.runs.length, gate.window), 'accepted run')}, the newest of ${newest?.accepted_at.slice(0, 10) ?? ''}`;
  return { baseline: baselineOf(file, source, gate.window), origin: { kind: 'file', path, digest } };
};

/** A committed file, and a digest to know it by. */
export const readBaselineFile = (
  { files }: Pick<Context, 'files'>,
  path: string,
  cwd: string,
): { readonly file: BaselineFile; readonly digest: string } => {
  const text = files.readText(path, maxBytes);
  const fail = (problems: Parameters<typeof badFile>[0]['problems']) =>
    badFile({ code: 'baseline_invalid', path, problems, hint: 'agentops eval accept RUN --to FILE writes such a file' }, cwd);
  // JSON is YAML, and this reader knows where everything stands.
  const { root, problems } = parseYaml(text, path);
  if (root === null || problems.length > 0)
    throw fail(problems.length > 0 ? problems : [{ at: { file: path, line: 1, column: 1 }, message: 'the file is empty', hint: null }]);
  const read = readWith(baselineSchema, plainValue(root));
  if ('problems' in read)
    throw fail(
      read.problems.map(({ path: at, about, message, hint }) => ({
        at: locate(root, at, about),
        message: at.length === 0 ? `the file ${message}` : `${showPath(at)} ${message}`,
        hint,
      })),
    );
  return { file: read.data, digest: createHash('sha256').update(text).digest('hex').slice(0, 16) };
};
