import type { Agent, Check, Fleet } from '../../fleet/agent.ts';
import type { Selected } from '../../fleet/select.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Journal } from '../../ground/store/port.ts';
import { freshFor, inMaintenance } from '../../quality/health/due.ts';
import type { CheckResult, CheckStatus } from '../../quality/health/result.ts';
import { latestResults, latestSlots, streakOf, uptimeSince } from '../../quality/health/results.journal.ts';
import { type CheckState, flapWindow, foldResults } from '../../quality/health/streak.ts';
import { type AgentState, judgeAgent, judgeFleet } from './agent-state.ts';
import type { CheckEvidence } from './evidence.ts';
import type { AgentHealth, CheckHealth, HealthReport } from './health-report.ts';

const dayMs = 86_400_000;

export interface StatusRequest {
  readonly selected: readonly Selected[];
  /** What was run just now. */
  readonly results: readonly CheckResult[];
  /** Null: judged by `results` alone. */
  readonly journal: Journal | null;
  /** `run`: this run decides. `slots`: scheduled slots, with `fail_after` and `recover_after`. */
  readonly mode: 'run' | 'slots';
  readonly tookMs: number;
}

/** Gathers the evidence of every selected agent and judges it. Red parents suppress the agents that depend on them. */
export const collectHealth = async (ctx: Context, fleet: Fleet, request: StatusRequest): Promise<HealthReport> => {
  const now = ctx.clock.now();
  const byKey = new Map(request.results.map((result) => [`${result.agent}/${result.check}`, result]));
  const judged: { agent: Agent; state: AgentState; uptime24h: number | null; checks: readonly CheckHealth[] }[] = [];
  for (const { agent, checks } of request.selected) {
    const known = [];
    for (const check of checks) known.push(await evidenceOf(agent, check, byKey.get(`${agent.name}/${check.id}`) ?? null, request, now));
    judged.push({
      agent,
      state: judgeAgent({ now, safetyWindowMs: fleet.defaults.windowMs, checks: known.map(({ evidence }) => evidence) }),
      uptime24h: request.journal === null ? null : await uptimeSince(request.journal, agent.name, null, now - dayMs),
      checks: known.flatMap(({ health }) => health ?? []),
    });
  }
  const suppressors = suppressorsOf(
    judged.map(({ agent, state }) => ({ agent, state: state.state })),
    now,
  );
  const agents = judged.map(
    ({ agent, state, uptime24h, checks }): AgentHealth => ({
      agent: agent.name,
      tier: agent.tier,
      owner: agent.owner,
      env: agent.env,
      ...state,
      suppressedBy: suppressors.get(agent.name) ?? null,
      inMaintenance: inMaintenance(agent, now),
      uptime24h,
      checks,
    }),
  );
  return {
    fleet: fleet.name,
    generatedAt: now,
    state: judgeFleet(agents.filter(counts)),
    agents,
    tookMs: request.tookMs,
    complete: !ctx.signal.aborted,
  };
};

/** Whether an agent's state says anything: not while a red parent explains it, nor in maintenance. */
export const counts = ({ suppressedBy, inMaintenance: paused }: Pick<AgentHealth, 'suppressedBy' | 'inMaintenance'>): boolean =>
  suppressedBy === null && !paused;

/** Agent → the nearest red agent it depends on, directly or through others that are not red themselves. Only agents that were judged count. */
const suppressorsOf = (judged: readonly { agent: Agent; state: AgentState['state'] }[], now: number): ReadonlyMap<string, string> => {
  const byName = new Map(judged.map((each) => [each.agent.name, each]));
  const redAbove = (agent: Agent): string | null => {
    for (const name of agent.dependsOn) {
      const parent = byName.get(name);
      if (parent === undefined) continue;
      if (parent.state === 'red' && !inMaintenance(parent.agent, now)) return name;
      const above = redAbove(parent.agent);
      if (above !== null) return above;
    }
    return null;
  };
  return new Map(
    judged.flatMap(({ agent, state }): (readonly [string, string])[] => {
      const above = state === 'green' ? null : redAbove(agent);
      return above === null ? [] : [[agent.name, above]];
    }),
  );
};

const evidenceOf = async (
  agent: Agent,
  check: Check,
  result: CheckResult | null,
  { journal, mode }: StatusRequest,
  now: number,
): Promise<{ evidence: CheckEvidence; health: CheckHealth | null }> => {
  const history = await historyOf(journal, mode, agent, check, result);
  const newest = mode === 'run' ? (evidentResult(result, history, check, now) ?? history[0]) : history[0];
  const state: CheckState =
    mode === 'run'
      ? {
          ...foldResults(check, newest === undefined ? [] : [newest], 'run', now, freshFor(check, now)),
          flapping: foldResults(check, history, 'run', now, 0).flapping,
        }
      : foldResults(check, history, 'slots', now, freshFor(check, now));
  const statuses = sameKind(newest?.status ?? null);
  const streak = journal === null || newest === undefined ? null : await streakOf(journal, agent.name, check.id, statuses);
  const since = streak?.since ?? newest?.endedAt ?? null;
  const evidence: CheckEvidence = {
    check: check.id,
    standing: state.standing,
    since,
    reason: newest?.reason ?? '',
    safety: check.safety,
    lastFailedAt: history.find((each) => each.status === 'fail')?.endedAt ?? null,
    flapping: state.flapping,
    drift: newest?.drift ?? [],
  };
  return { evidence, health: newest === undefined ? null : { ...newest, streak: Math.max(1, streak?.length ?? 1) } };
};

/** Newest first, the result of this run included whether or not it is stored. */
const historyOf = async (
  journal: Journal | null,
  mode: 'run' | 'slots',
  agent: Agent,
  check: Check,
  result: CheckResult | null,
): Promise<readonly CheckResult[]> => {
  if (journal === null) return result === null ? [] : [result];
  const depth = Math.max(flapWindow, check.failAfter + check.recoverAfter) * 2;
  const stored = await (mode === 'slots' ? latestSlots : latestResults)(journal, agent.name, check.id, depth);
  return result === null || stored.some((each) => each.id === result.id) ? stored : [result, ...stored];
};

/** A check that was skipped in this run still has evidence while an earlier result is fresh. */
const evidentResult = (result: CheckResult | null, history: readonly CheckResult[], check: Check, now: number): CheckResult | null => {
  if (result === null || result.status !== 'skipped') return result;
  const earlier = history.find((each) => each.status !== 'skipped');
  return earlier !== undefined && now - earlier.endedAt <= freshFor(check, now) ? earlier : result;
};

const sameKind = (status: CheckStatus | null): readonly CheckStatus[] =>
  status === 'pass' || status === 'degraded' ? ['pass', 'degraded'] : status === null ? [] : [status];
