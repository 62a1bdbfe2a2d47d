import type { Fleet } from '../fleet/agent.ts';
import { requireAgent } from '../fleet/select.ts';
import { usageError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { Journal } from '../ground/store/port.ts';
import type { CaseFilter, Stratum } from '../quality/evals/case-filter.ts';
import type { EvalRun, RunRequest } from '../quality/evals/run.ts';
import { findRuns, readFailedCaseIds, readRun } from '../quality/evals/runs.journal.ts';
import type { SampleSize } from '../quality/evals/sampling.ts';
import type { LoadedSuite, Severity } from '../quality/evals/suite.ts';

/** What `agentops eval run` was asked for, flags read. */
export interface EvalFlags {
  readonly agent?: string;
  readonly against?: string;
  readonly repeats?: number;
  readonly concurrency: number;
  readonly maxUsd?: number;
  readonly sample?: SampleSize;
  readonly strata?: readonly string[];
  readonly seed: number;
  readonly tag?: readonly string[];
  readonly severity?: readonly string[];
  readonly case?: readonly string[];
  readonly onlyFailed?: boolean;
  readonly resume?: string | true;
  readonly shard?: { readonly index: number; readonly of: number };
  readonly run?: string;
  readonly baseline?: string;
  readonly allowEmpty?: boolean;
  readonly watch?: boolean;
  readonly store: boolean;
  readonly timeout?: number;
  readonly release?: string;
  /** The backend that is shown the run. */
  readonly post?: string;
}

/** Flags that are part of a run from its beginning, and mean nothing when it goes on. */
const fixed: readonly (keyof EvalFlags)[] = [
  'agent',
  'against',
  'repeats',
  'sample',
  'strata',
  'tag',
  'severity',
  'case',
  'onlyFailed',
  'shard',
  'run',
  'release',
];

/** The run that `--resume` means. Throws a usage error where there is none, or where it has ended. */
export const requireUnfinished = async (journal: Journal, flags: EvalFlags, suite: string | null): Promise<EvalRun> => {
  const clash = fixed.find((name) => flags[name] !== undefined);
  if (clash !== undefined)
    throw usageError({
      code: 'flags_conflict',
      message: `--resume goes on with a run as it was begun, and --${kebab(clash)} would change it`,
      hint: 'leave one of the two out',
    });
  const named = typeof flags.resume === 'string' ? flags.resume : null;
  const open = ['running', 'stopped', 'capped', 'broken'] as const;
  const [run = null] =
    named === null
      ? await findRuns(journal, { status: open, limit: 1, ...(suite === null ? {} : { suite }) })
      : [await readRun(journal, named)];
  if (run === null || (suite !== null && run.suite !== suite))
    throw usageError({
      code: 'run_unknown',
      message:
        named === null
          ? `no run${suite === null ? '' : ` of ${suite}`} was left unfinished`
          : run === null
            ? `there is no run ${named}`
            : `${run.id} is a run of ${run.suite}, not of ${suite}`,
      hint: 'agentops eval runs lists them',
    });
  if (run.status === 'done')
    throw usageError({
      code: 'run_done',
      message: `the run ${run.id} has ended: nothing is left to ask`,
      hint: `agentops eval explain ${run.id} shows what it came to`,
    });
  return run;
};

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The agent that is asked: named by a flag, by the suite, or the only one there is to ask. */
export const agentFor = (fleet: Fleet, { suite }: LoadedSuite, named: string | null): string => {
  const wanted = named ?? suite.agent;
  if (wanted !== null) return requireAgent(fleet, wanted).name;
  const owners = fleet.agents.filter(({ evals }) => evals.some((path) => path === suite.path));
  const asked = owners.length > 0 ? owners : fleet.agents.filter(({ endpoint }) => endpoint !== null);
  const [only, other] = asked;
  if (only !== undefined && other === undefined) return only.name;
  throw usageError({
    code: 'agent_unnamed',
    message: `${suite.name} names no agent, and there ${asked.length === 0 ? 'is none to ask' : `are ${asked.length} to ask`}`,
    hint: `name one by --agent${only === undefined ? '' : `, for example --agent ${only.name}`}, or by agent: in the suite`,
  });
};

/** The filters of a run as they are kept with it. */
export const filtersOf = async (journal: Journal, flags: EvalFlags, suite: string, agent: string): Promise<RunRequest['filters']> => {
  const failedOf = flags.onlyFailed === true ? await lastEnded(journal, suite, agent) : null;
  return {
    ...(flags.case === undefined ? {} : { ids: [...flags.case] }),
    ...(flags.tag === undefined ? {} : { tags: [...flags.tag] }),
    ...(flags.severity === undefined ? {} : { severities: [...flags.severity] }),
    ...(failedOf === null ? {} : { failedOf }),
    ...(flags.sample === undefined ? {} : { sample: { ...flags.sample }, strata: [...(flags.strata ?? [])] }),
  };
};

const lastEnded = async (journal: Journal, suite: string, agent: string): Promise<string> => {
  const [last] = await findRuns(journal, { suite, agent, status: ['done', 'stopped', 'capped', 'broken'], limit: 1 });
  if (last !== undefined) return last.id;
  throw usageError({
    code: 'run_unknown',
    message: `--only-failed repeats what failed last, and ${suite} has not been run against ${agent} yet`,
    hint: 'run it once without --only-failed',
  });
};

/** The cases that a run is about, as `selectCases` takes them. */
export const caseFilterOf = async (journal: Journal, { request, shard }: Pick<EvalRun, 'request' | 'shard'>): Promise<CaseFilter> => {
  const { ids, tags, severities, failedOf, sample, strata } = request.filters;
  return {
    ...(Array.isArray(ids) ? { ids: ids as readonly string[] } : {}),
    ...(Array.isArray(tags) ? { tags: tags as readonly string[] } : {}),
    ...(Array.isArray(severities) ? { severities: severities as readonly Severity[] } : {}),
    ...(typeof failedOf === 'string' ? { onlyFailed: new Set(await readFailedCaseIds(journal, failedOf)) } : {}),
    ...(sample === undefined
      ? {}
      : { sample: { size: sample as SampleSize, seed: String(request.seed), strata: (strata ?? []) as readonly Stratum[] } }),
    ...(shard.of > 1 ? { shard } : {}),
  };
};

/** A name for a run that names none: when, and four letters of chance. */
export const newRunId = ({ clock, random }: Pick<Context, 'clock' | 'random'>): string => {
  const [day = '', time = ''] = new Date(clock.now()).toISOString().replace(/[-:]/g, '').split('T');
  const chance = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `${day}-${time.slice(0, 6)}-${chance}`;
};

/** The id of a run, or of its part. Throws a usage error where a part has no name that the others could share. */
export const runIdOf = (ctx: Context, { run, shard, post }: EvalFlags): string => {
  if (run !== undefined && !/^[A-Za-z0-9][\w-]{0,99}$/.test(run))
    throw usageError({
      code: 'flag_invalid',
      message: `--run cannot be ${JSON.stringify(run)}`,
      hint: 'letters, digits, - and _, like nightly-42',
    });
  if (shard === undefined) return run ?? newRunId(ctx);
  if (post !== undefined)
    throw usageError({
      code: 'flags_conflict',
      message: '--post shows whole runs, and --shard makes a part of one',
      hint: 'leave --post out of the parts',
    });
  if (run === undefined)
    throw usageError({
      code: 'flags_conflict',
      message: '--shard needs --run NAME, the same name in every part',
      hint: `in GitHub Actions: --run "ci-$GITHUB_RUN_ID" --shard ${shard.index}/${shard.of}`,
    });
  return `${run}.${shard.index}of${shard.of}`;
};
