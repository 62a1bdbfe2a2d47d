import type { Agent, Check } from '../../../fleet/agent.ts';
import { listOf } from '../../../ground/output/phrases.ts';
import type { Journal } from '../../../ground/store/port.ts';
import { judgeHeartbeat } from '../../../quality/health/heartbeat.ts';
import { lastBeat, lastFailure, latestResults, resultById, streakOf } from '../../../quality/health/results.journal.ts';
import { foldDepth, foldResults } from '../../../quality/health/streak.ts';
import type { RuleType } from '../rule.ts';
import type { Fact, Samples } from '../samples.ts';

/** What our own checks say of an agent. */
export type CheckSamples = Pick<Samples, 'red' | 'missedHeartbeats' | 'drift' | 'safety'>;

/** The types of rules that look at checks. */
export const checkTypes = ['agent_red', 'heartbeat', 'drift', 'safety'] as const satisfies readonly RuleType[];

export interface CheckQuestion {
  /** UTC epoch ms. */
  readonly moment: number;
  /** What is to be known: nothing else is read. */
  readonly types: ReadonlySet<RuleType>;
  /** The widest window in which a safety event counts, ms. */
  readonly safetyMs: number;
}

/** What the checks of some agents say as of a moment, by agent: how they stand, not how the agent does, which alerts decide in turn. */
export const readChecks = async (
  journal: Journal,
  agents: readonly Agent[],
  question: CheckQuestion,
): Promise<ReadonlyMap<string, CheckSamples>> => {
  const found = new Map<string, CheckSamples>();
  if (!checkTypes.some((type) => question.types.has(type))) return found;
  for (const agent of agents) if (agent.checks.length > 0) found.set(agent.name, await samplesOf(journal, agent, question));
  return found;
};

const samplesOf = async (journal: Journal, agent: Agent, { moment, types, safetyMs }: CheckQuestion): Promise<CheckSamples> => {
  const red: Fact[] = [];
  const drift: Fact[] = [];
  const missed: Fact[] = [];
  const failures: (Fact & { readonly since: number })[] = [];
  let hasRun = false;
  for (const check of agent.checks) {
    if (types.has('agent_red') || types.has('drift')) {
      const standing = await standingOf(journal, agent, check, { moment, types });
      hasRun ||= standing.hasRun;
      red.push(...standing.red);
      drift.push(...standing.drift);
    }
    if (types.has('heartbeat')) missed.push(...(await missedBeat(journal, agent, check, moment)));
    if (types.has('safety') && check.safety) failures.push(...(await unsafe(journal, agent, check, moment, safetyMs)));
  }
  const hasHeartbeat = agent.checks.some(({ heartbeat }) => heartbeat !== null);
  const hasSafety = agent.checks.some(({ safety }) => safety);
  return {
    red: () => (hasRun ? red : null),
    drift: () => (hasRun ? drift : null),
    missedHeartbeats: () => (hasHeartbeat ? missed : null),
    safety: (widthMs) => (hasSafety ? failures.filter(({ since }) => moment - since <= widthMs) : null),
  };
};

interface CheckFindings {
  readonly hasRun: boolean;
  readonly red: readonly Fact[];
  readonly drift: readonly Fact[];
}

/** By scheduled slots: what somebody ran by hand wakes nobody. */
const standingOf = async (
  journal: Journal,
  agent: Agent,
  check: Check,
  { moment, types }: Pick<CheckQuestion, 'moment' | 'types'>,
): Promise<CheckFindings> => {
  const history = await latestResults(journal, {
    agent: agent.name,
    check: check.id,
    series: 'slots',
    until: moment,
    limit: foldDepth(check),
  });
  const [newest] = history;
  if (newest === undefined) return { hasRun: false, red: [], drift: [] };
  const { standing, evidence } = foldResults(check, history, 'slots', moment);
  const isRed = (standing === 'down' || standing === 'recovering') && evidence !== null;
  const decisive = isRed ? await resultById(journal, evidence.id) : null;
  const latest = types.has('drift') ? await resultById(journal, newest.id) : null;
  return {
    hasRun: true,
    red: isRed
      ? [
          {
            reason: `${check.id}: ${standing === 'down' ? '' : 'passes again, but not often enough since: '}${decisive?.reason ?? ''}`,
            since: (await streakOf(journal, evidence, 'slots')).since,
            ...(decisive?.traceId == null ? {} : { traceId: decisive.traceId }),
          },
        ]
      : [],
    drift:
      latest === null || latest.drift.length === 0
        ? []
        : [{ reason: `${check.id}: changed since last time: ${listOf(latest.drift)}`, since: latest.endedAt }],
  };
};

const missedBeat = async (journal: Journal, agent: Agent, check: Check, moment: number): Promise<readonly Fact[]> => {
  if (check.heartbeat === null) return [];
  const last = await lastBeat(journal, agent.name, check.id, moment);
  const { status, reason } = judgeHeartbeat(last, check.heartbeat, moment);
  return status === 'fail' ? [{ reason: `${check.id}: ${reason}`, since: last?.at ?? null }] : [];
};

const unsafe = async (
  journal: Journal,
  agent: Agent,
  check: Check,
  moment: number,
  safetyMs: number,
): Promise<readonly (Fact & { readonly since: number })[]> => {
  const failure = await lastFailure(journal, agent.name, check.id, moment - safetyMs, moment);
  return failure === null ? [] : [{ reason: `${check.id}: ${failure.reason}`, since: failure.at }];
};
