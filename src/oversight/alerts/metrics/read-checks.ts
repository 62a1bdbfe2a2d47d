import type { Agent, Check } from '../../../fleet/agent.ts';
import type { Journal } from '../../../ground/store/port.ts';
import { lastBeat, lastFailure, latestResults, resultById, streakOf } from '../../../quality/health/results.journal.ts';
import { foldDepth } from '../../../quality/health/streak.ts';
import type { RuleType } from '../rule.ts';
import type { Fact } from '../samples.ts';
import {
  type CheckFindings,
  type CheckSamples,
  checkSamples,
  driftFacts,
  missedFacts,
  type RedCheck,
  redCheckOf,
  redFact,
  unsafeFacts,
} from './check-facts.ts';

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

const samplesOf = async (journal: Journal, agent: Agent, question: CheckQuestion): Promise<CheckSamples> => {
  const found: CheckFindings[] = [];
  for (const check of agent.checks) found.push(await findingsOf(journal, agent, check, question));
  return checkSamples(agent, found, question.moment);
};

const findingsOf = async (
  journal: Journal,
  { name }: Agent,
  check: Check,
  { moment, types, safetyMs }: CheckQuestion,
): Promise<CheckFindings> => {
  const isJudged = types.has('agent_red') || types.has('drift');
  const beat = types.has('heartbeat') && check.heartbeat !== null ? await lastBeat(journal, name, check.id, moment) : null;
  const failure = types.has('safety') && check.safety ? await lastFailure(journal, name, check.id, moment - safetyMs, moment) : null;
  return {
    ...(isJudged ? await standingOf(journal, name, check, { moment, types }) : { hasRun: false, red: [], drift: [] }),
    missed: types.has('heartbeat') ? missedFacts(check, beat, moment) : [],
    unsafe: unsafeFacts(check, failure),
  };
};

const standingOf = async (
  journal: Journal,
  agent: string,
  check: Check,
  { moment, types }: Pick<CheckQuestion, 'moment' | 'types'>,
): Promise<Pick<CheckFindings, 'hasRun' | 'red' | 'drift'>> => {
  const history = await latestResults(journal, { agent, check: check.id, series: 'slots', until: moment, limit: foldDepth(check) });
  const [newest] = history;
  if (newest === undefined) return { hasRun: false, red: [], drift: [] };
  const red = redCheckOf(check, history, moment);
  const redOf = async (found: RedCheck): Promise<Fact> =>
    redFact(check, found, await resultById(journal, found.evidence.id), (await streakOf(journal, found.evidence, 'slots')).since);
  return {
    hasRun: true,
    red: red === null ? [] : [await redOf(red)],
    drift: types.has('drift') ? driftFacts(check, await resultById(journal, newest.id)) : [],
  };
};
