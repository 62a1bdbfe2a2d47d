import { protocols } from '../agents/protocols/registry.ts';
import { readOverrides } from '../controls/actions/overrides.journal.ts';
import type { Agent, Fleet } from '../fleet/agent.ts';
import { suggestion } from '../fleet/problems.ts';
import { askedBackend, requireSecrets } from '../fleet/require-secrets.ts';
import { requireAgent } from '../fleet/select.ts';
import { OpsError, usageError } from '../ground/errors.ts';
import { gradeTraffic, type Subject } from '../quality/evals/online/grade-traffic.ts';
import { loadStandard, loadStandardOf, type Standard } from '../quality/evals/online/load-standard.ts';
import { sendScores } from '../quality/evals/online/send-scores.ts';
import { askedJudges, judgeProblems } from '../quality/expect/judges/choice.ts';
import { backends } from '../telemetry/traces/registry.ts';
import { onlineFormats, renderOnlineProgress } from '../views/eval-online.ts';
import type { Outcome, Session } from './command.ts';
import { allowanceOf } from './session.ts';

/** What `agentops eval online` was asked for, flags read. */
export interface OnlineFlags {
  readonly backend?: readonly string[];
  readonly agent?: readonly string[];
  readonly rate: number;
  readonly maxUsd?: number;
  readonly suite?: string;
  readonly expect?: readonly string[];
  readonly since?: number;
  readonly concurrency: number;
  readonly writeBack?: boolean;
  readonly dryRun?: boolean;
}

/** Grades a share of what production answered, and shows what came of it. */
export const gradeOnline = async (session: Session, flags: OnlineFlags): Promise<Outcome> => {
  const { ctx, cwd, terminal } = session;
  const { fleet } = await session.fleet();
  const subjects = await subjectsOf(session, fleet, flags);
  const asking = subjects.flatMap(({ standard }) => standard.expect);
  const [problem] = judgeProblems(fleet.judges, asking);
  if (problem !== undefined)
    throw usageError({
      code: 'judge_missing',
      message: `production cannot be judged: ${problem.problem ?? ''}`,
      ...(problem.hint === null ? {} : { hint: problem.hint }),
    });
  const isRehearsal = flags.dryRun === true;
  const sources = [...new Set(subjects.map(({ source }) => source))];
  const isWriting = flags.writeBack === true && !isRehearsal;
  if (!isRehearsal) {
    const told = isWriting ? sources.map((name) => askedBackend(fleet, name)) : [];
    requireSecrets(ctx, [], cwd, [...askedJudges(fleet.judges, asking), ...told]);
  }
  const progress = await terminal.startProgress();
  const report = await gradeTraffic(
    ctx,
    fleet,
    {
      subjects,
      rate: flags.rate,
      sinceMs: flags.since ?? null,
      capNanos: flags.maxUsd ?? null,
      concurrency: flags.concurrency,
      protocols,
      isRehearsal,
    },
    (event) => progress.update(() => renderOnlineProgress(progress.look, event)),
  ).finally(() => progress.stop());
  const posted = isWriting ? await sendScores(ctx, fleet, backends, sources) : null;
  const requests = report.subjects.reduce((sum, each) => sum + each.requests, 0);
  return {
    finding: report.stop === null ? 'none' : 'no_verdict',
    formats: onlineFormats({ ...report, fleet: fleet.name, posted }),
    next: requests === 0 ? ['agentops sync'] : ['agentops status'],
  };
};

/** Each agent that is meant, held against what its suites say of every answer. */
const subjectsOf = async (session: Session, fleet: Fleet, flags: OnlineFlags): Promise<readonly Subject[]> => {
  if (flags.suite !== undefined && flags.expect !== undefined)
    throw usageError({ code: 'flags_conflict', message: '--suite and --expect are two ways to say the same', hint: 'leave one out' });
  const unknown = flags.backend?.find((name) => fleet.backends[name] === undefined);
  if (unknown !== undefined)
    throw usageError({
      code: 'backend_unknown',
      message: `there is no backend ${unknown}`,
      hint: suggestion(unknown, Object.keys(fleet.backends)) ?? 'backends: of the manifest names them',
    });
  const given = await givenStandard(session, fleet, flags);
  const named = flags.agent ?? (given === null || given.agent === null ? null : [given.agent]);
  const agents = named === null ? fleet.agents : named.map((name) => requireAgent(fleet, name));
  const overrides = await readOverrides(await session.ctx.journal(), 'sampling');
  const subjects: Subject[] = [];
  for (const agent of agents) {
    const source = agent.traces?.backend;
    if (source === undefined) {
      if (named !== null) throw untraced(agent);
      continue;
    }
    if (flags.backend?.includes(source) === false) continue;
    const standards = given === null ? await standardsOf(session, fleet, agent) : [given];
    const share = overrides.get(agent.name);
    const rate = typeof share === 'number' ? share : flags.rate;
    for (const standard of standards)
      subjects.push({ agent: agent.name, source, standard, quality: agent.qualityScore ?? 'quality', rate });
  }
  if (subjects.length > 0) return subjects;
  throw usageError({
    code: 'nothing_to_grade',
    message:
      given === null
        ? 'no agent that is meant has traces: and a suite under evals: that says something of every answer'
        : 'no agent that is meant has traces:',
    hint:
      given === null
        ? 'name a suite with defaults.expect by --suite, or say what is expected by --expect'
        : 'add traces: { backend, match } to the agent, so that its requests are known',
  });
};

const untraced = ({ name }: Agent): OpsError =>
  usageError({
    code: 'agent_untraced',
    message: `${name} has no traces:, so nothing is known of its answers`,
    hint: `add traces: { backend, match } to ${name} in the manifest`,
  });

const givenStandard = async (session: Session, fleet: Fleet, { suite, expect }: OnlineFlags): Promise<Standard | null> => {
  const allowance = allowanceOf(session.flags);
  if (expect !== undefined) return loadStandardOf(expect, allowance);
  return suite === undefined ? null : loadStandard(session.ctx, fleet, suite, requestOf(session));
};

const requestOf = ({ cwd, flags, ctx }: Session) => ({ base: cwd, allowance: allowanceOf(flags), now: ctx.clock.now() });

/** Of the suites of an agent those that say something of every answer. */
const standardsOf = async (session: Session, fleet: Fleet, { evals }: Agent): Promise<readonly Standard[]> => {
  const found: Standard[] = [];
  for (const path of evals) {
    try {
      found.push(await loadStandard(session.ctx, fleet, path, requestOf(session)));
    } catch (thrown) {
      // A suite that is about its cases alone is as good as any.
      if (!(thrown instanceof OpsError) || thrown.code !== 'standard_empty') throw thrown;
    }
  }
  return found;
};
