import { resolve } from 'node:path';
import { protocols } from '../agents/protocols/registry.ts';
import type { Fleet } from '../fleet/agent.ts';
import { askedBackend, requireSecrets } from '../fleet/require-secrets.ts';
import { requireAgent } from '../fleet/select.ts';
import { type OpsError, usageError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import { keepHeapSmall, letHeapGrow } from '../ground/runtime/heap.ts';
import type { Journal } from '../ground/store/port.ts';
import { collectReport } from '../quality/evals/collect-report.ts';
import { selectCases } from '../quality/evals/draw-selection.ts';
import { judgeRun } from '../quality/evals/gate.ts';
import { loadSuite } from '../quality/evals/load-suite.ts';
import { type FoundBaseline, readFileBaseline, readJournalBaseline, sideBySide } from '../quality/evals/read-baseline.ts';
import type { EvalReport } from '../quality/evals/report.ts';
import type { EvalRun } from '../quality/evals/run.ts';
import { runSuite } from '../quality/evals/run-suite.ts';
import { openShowcase } from '../quality/evals/send-run.ts';
import type { LoadedSuite } from '../quality/evals/suite.ts';
import { openJudges } from '../quality/expect/judges/open-judges.ts';
import { readMarks } from '../telemetry/traces/marks.journal.ts';
import { backends } from '../telemetry/traces/registry.ts';
import { renderEvalProgress } from '../views/eval-progress.ts';
import type { Outcome, Session } from './command.ts';
import { emptyOutcome, evalOutcome, writeStepSummary } from './eval-outcome.ts';
import { openJudgeWatch } from './judge-watch.ts';
import { agentFor, caseFilterOf, type EvalFlags, filtersOf, requireUnfinished, runIdOf } from './plan-eval.ts';
import { allowanceOf } from './session.ts';

/** So many leave no heap that would be worth the time of keeping it small. */
const fewTrials = 2000;

/** Makes one run of one suite, or goes on with one, and answers its verdict. @param path null only with `--resume`, where it may also say of which suite */
export const runEval = async (session: Session, path: string | null, flags: EvalFlags): Promise<Outcome> => {
  keepHeapSmall();
  const { ctx, cwd } = session;
  const { fleet } = await session.fleet();
  const journal = await openJournal(ctx, flags);
  const suiteAt = async (file: string, now: number) =>
    loadSuite(ctx, fleet, file, { base: cwd, allowance: allowanceOf(session.flags), now });

  const meant = flags.resume === undefined || path === null ? null : (await suiteAt(path, ctx.clock.now())).suite.name;
  const begun = flags.resume === undefined ? null : await requireUnfinished(journal, flags, meant);
  const now = begun?.startedAt ?? ctx.clock.now();
  const whole = await suiteAt(begun?.request.suitePath ?? path ?? '', now);
  const judging = openJudgeWatch();
  const planned = begun === null ? await planRun(ctx, fleet, journal, whole, flags, now) : goOn(begun, flags);
  const selection = await selectCases(judging.watched(whole), await caseFilterOf(journal, planned));
  if (selection.count * planned.repeats <= fewTrials) letHeapGrow();
  if (begun !== null && begun.selection !== selection.hash)
    throw usageError({
      code: 'suite_changed',
      message: `the cases of ${begun.suite} are not those that the run ${begun.id} was begun with`,
      hint: 'begin a new run: agentops eval run SUITE',
    });
  if (selection.count === 0) {
    if (flags.allowEmpty !== true) throw emptySelection(whole, planned, selection.total);
    const gate = judgeRun({ tallies: [], baseline: null, settings: planned.gate, complete: true, repeats: planned.repeats });
    const run: EvalRun = { ...planned, status: 'done' };
    const generatedAt = ctx.clock.now();
    return emptyOutcome(await collectReport(journal, { fleet: fleet.name, generatedAt, run, gate, baseline: null, notes: [] }));
  }

  const showcase = flags.post === undefined ? null : await openShowcase(ctx, fleet, backends, flags.post);
  const agent = requireAgent(fleet, planned.agent);
  const against = planned.against === null ? null : requireAgent(fleet, planned.against);
  const asked = against === null ? [agent] : [agent, against];
  requireSecrets(
    ctx,
    asked.map((each) => ({ agent: each })),
    cwd,
    [...(await judging.require(fleet, whole, selection)), ...(flags.post === undefined ? [] : [askedBackend(fleet, flags.post)])],
  );
  const { baseline, origin } = await findBaseline(ctx, journal, planned, flags, cwd);
  const cache = flags.store && Object.keys(fleet.judges).length > 0 ? await ctx.cache() : null;
  const aids = { sandbox: ctx.sandbox, ...(await openJudges(ctx, fleet, { protocols, cache, journal, concurrency: flags.concurrency })) };
  const run: EvalRun = { ...planned, selection: selection.hash, baseline: origin };
  const { terminal } = session;
  const progress = await terminal.startProgress();
  const made = await runSuite(
    ctx,
    fleet,
    { suite: whole.suite, cases: selection.cases },
    {
      run,
      isNew: begun === null,
      agent,
      against,
      count: selection.count,
      baseline,
      protocols,
      journal,
      aids,
      concurrency: flags.concurrency,
    },
    (event) => progress.update(() => renderEvalProgress(progress.look, event)),
  ).finally(() => progress.stop());
  const shown = showcase === null || ctx.signal.aborted ? [] : [await showcase.show(journal, made.run)];
  const report: EvalReport = await collectReport(journal, {
    fleet: fleet.name,
    generatedAt: ctx.clock.now(),
    run: made.run,
    gate: made.gate,
    baseline: made.run.against === null ? baseline : sideBySide(made.run.against),
    notes: [...notesOf(made.run), ...shown],
  });
  if (!flags.store) await journal.close();
  writeStepSummary(session, report);
  return evalOutcome(report, made.run.gate);
};

const openJournal = async (ctx: Context, flags: EvalFlags): Promise<Journal> => {
  if (flags.store) return ctx.journal();
  for (const name of ['resume', 'onlyFailed', 'shard'] as const)
    if (flags[name] !== undefined)
      throw usageError({
        code: 'flags_conflict',
        message: `--${name === 'onlyFailed' ? 'only-failed' : name} needs the store, and --no-store does without`,
        hint: 'leave one of the two out',
      });
  const { openPassingJournal } = await import('../ground/store/sqlite.ts');
  return openPassingJournal(() => ctx.clock.now());
};

/** The run as it is begun. */
const planRun = async (
  ctx: Context,
  fleet: Fleet,
  journal: Journal,
  loaded: LoadedSuite,
  flags: EvalFlags,
  now: number,
): Promise<EvalRun> => {
  const { suite } = loaded;
  const agent = agentFor(fleet, loaded, flags.agent ?? null);
  const against = flags.against === undefined ? null : requireAgent(fleet, flags.against).name;
  if (against === agent)
    throw usageError({ code: 'flags_conflict', message: `--against ${agent} would hold it against itself`, hint: 'name two agents' });
  const [mark] = (await readMarks(journal, { agent })).toReversed();
  return {
    id: runIdOf(ctx, flags),
    suite: suite.name,
    agent,
    against,
    selection: '',
    shard: flags.shard ?? { index: 1, of: 1 },
    status: 'running',
    startedAt: now,
    endedAt: null,
    acceptedAt: null,
    release: flags.release ?? mark?.release ?? null,
    repeats: flags.repeats ?? suite.repeats,
    gate: suite.gate,
    verdict: null,
    request: {
      suitePath: suite.path,
      filters: await filtersOf(journal, flags, suite.name, agent),
      repeats: flags.repeats ?? null,
      timeoutMs: flags.timeout ?? null,
      maxCostNanos: capOfPart(flags.maxUsd ?? suite.maxCostNanos, flags.shard),
      seed: flags.seed,
    },
    baseline: null,
    stoppedBecause: '',
    headline: null,
  };
};

/** The parts of a run know nothing of each other, so each may cost its share of what the whole may. */
const capOfPart = (capNanos: number | null, shard: EvalRun['shard'] | undefined): number | null =>
  capNanos === null ? null : Math.floor(capNanos / (shard?.of ?? 1));

/** A run that goes on may be given more money and more time. */
const goOn = (begun: EvalRun, { maxUsd, timeout }: EvalFlags): EvalRun => ({
  ...begun,
  request: {
    ...begun.request,
    maxCostNanos: capOfPart(maxUsd ?? null, begun.shard) ?? begun.request.maxCostNanos,
    timeoutMs: timeout ?? begun.request.timeoutMs,
  },
});

const findBaseline = async (ctx: Context, journal: Journal, run: EvalRun, flags: EvalFlags, cwd: string): Promise<FoundBaseline> => {
  if (run.against !== null) return { baseline: null, origin: { kind: 'against' } };
  const known = run.baseline?.kind === 'file' ? run.baseline.path : null;
  const file = flags.baseline === undefined ? known : resolve(cwd, flags.baseline);
  return file === null ? readJournalBaseline(journal, run) : readFileBaseline(ctx, file, run, cwd);
};

const notesOf = ({ shard, id }: EvalRun): readonly string[] =>
  shard.of === 1
    ? []
    : [`This is part ${shard.index} of ${shard.of}: agentops eval merge ${id.slice(0, id.lastIndexOf('.'))} judges them together.`];

const emptySelection = (loaded: LoadedSuite, { shard, id }: EvalRun, total: number): OpsError =>
  usageError({
    code: 'nothing_selected',
    message:
      total === 0
        ? `no case of ${loaded.suite.name} is selected`
        : `no case is left for part ${shard.index}/${shard.of} of ${total} (run ${id})`,
    hint: total === 0 ? 'take out a filter, or call that good by --allow-empty' : 'cut into fewer parts: each takes one case at least',
  });
