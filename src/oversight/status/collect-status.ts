import type { Agent, Check, Fleet } from '../../fleet/agent.ts';
import type { Selected } from '../../fleet/select.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Journal } from '../../ground/store/port.ts';
import { freshUntil, inMaintenance } from '../../quality/health/due.ts';
import { budgetWarning } from '../../quality/health/probe-budget.ts';
import { type CheckResult, isAnswered, type PastResult } from '../../quality/health/result.ts';
import { lastFailure, latestResults, resultById, type Series, streakOf, uptimeSince } from '../../quality/health/results.journal.ts';
import { foldDepth, foldResults, type Mode } from '../../quality/health/streak.ts';
import { judgeAgent, judgeFleet } from './agent-state.ts';
import { isEcho } from './alert-evidence.ts';
import type { OpenAlerts } from './collect-open-alerts.ts';
import { collectOverdue } from './collect-overdue.ts';
import type { CheckEvidence, Evidence } from './evidence.ts';
import type { AgentHealth, CheckHealth, HealthReport } from './health-report.ts';
import { counts, suppressorsOf } from './suppression.ts';

const dayMs = 86_400_000;

export interface StatusRequest {
  readonly selected: readonly Selected[];
  /** What was run just now. */
  readonly results: readonly CheckResult[];
  /** Null: judged by `results` alone. */
  readonly journal: Journal | null;
  readonly mode: Mode;
  readonly tookMs: number;
  /** Null: rules were not evaluated of late, or only some checks of an agent are judged. */
  readonly alerts: OpenAlerts | null;
}

/** Gathers the evidence of every selected agent and judges it. Red parents suppress the agents that depend on them. */
export const collectHealth = async (ctx: Context, fleet: Fleet, request: StatusRequest): Promise<HealthReport> => {
  const { selected, results, journal, tookMs } = request;
  // A clock that was set back meanwhile must not hide what was just run.
  const now = results.reduce((latest, { endedAt }) => Math.max(latest, endedAt), ctx.clock.now());
  const byCheck = new Map(results.map((result) => [`${result.agent}/${result.check}`, result]));
  const overdue = journal === null ? null : await collectOverdue(journal, now);
  const judged: AgentHealth[] = [];
  for (const { agent, checks } of selected) {
    const known: CheckStanding[] = [];
    const safetyWindowMs = fleet.defaults.windowMs;
    for (const check of checks) {
      const result = byCheck.get(`${agent.name}/${check.id}`) ?? null;
      known.push(await standingOf(agent, check, result, { ...request, now, safetyWindowMs }));
    }
    const health = known.flatMap((each) => each.health ?? []);
    // Who runs checks by hand wants to know what they say now, and not what scheduled ones said before.
    const alerts = (request.alerts?.of(agent.name) ?? []).filter((alert) => request.mode === 'slots' || !isEcho(alert));
    const checked = known.map((each) => each.evidence);
    const evidence = { now, safetyWindowMs, checks: checked, overdue: overdue?.get(agent.name) ?? [], alerts };
    judged.push({
      agent: agent.name,
      tier: agent.tier,
      owner: agent.owner,
      env: agent.env,
      ...judgeAgent(evidence),
      safetyEvent: known.some((each) => each.isSafetyEvent),
      suppressedBy: null,
      inMaintenance: inMaintenance(agent, now),
      uptime24h: journal === null ? null : await uptimeSince(journal, agent.name, null, now - dayMs),
      warnings: [budgetWarning(agent, health)].filter((warning) => warning !== null),
      checks: health,
    });
  }
  const dependsOn = new Map(selected.map(({ agent }) => [agent.name, agent.dependsOn]));
  const suppressors = suppressorsOf(
    judged.map(({ agent, state, safetyEvent }) => ({ name: agent, state, safetyEvent, dependsOn: dependsOn.get(agent) ?? [] })),
  );
  const agents = judged.map((agent) => ({ ...agent, suppressedBy: suppressors.get(agent.agent) ?? null }));
  const state = judgeFleet(agents.filter(counts));
  return { fleet: fleet.name, generatedAt: now, state, agents, tookMs, complete: !ctx.signal.aborted };
};

interface CheckStanding {
  readonly evidence: CheckEvidence;
  readonly isSafetyEvent: boolean;
  /** Null where the check has never run. */
  readonly health: CheckHealth | null;
}

const standingOf = async (
  agent: Agent,
  check: Check,
  result: CheckResult | null,
  { journal, mode, now, safetyWindowMs }: Pick<StatusRequest, 'journal' | 'mode'> & Pick<Evidence, 'now' | 'safetyWindowMs'>,
): Promise<CheckStanding> => {
  const series: Series = mode === 'slots' ? 'slots' : 'all';
  const history = await historyOf(journal, series, agent, check, result, now);
  // What was just run is judged as of the moment it ended: it does not grow old while slower agents are waited for.
  const { standing, evidence: decisive, flapping } = foldResults(check, history, mode, result?.endedAt ?? now);
  const streak = async (last: PastResult) => {
    const stored = journal === null ? null : await streakOf(journal, last, series);
    return { length: Math.max(1, stored?.length ?? 1), since: stored?.since ?? last.endedAt };
  };
  const whole = async (past: PastResult | null): Promise<CheckResult | null> => {
    if (past?.id === result?.id) return result;
    return past === null || journal === null ? null : resultById(journal, past.id);
  };
  const last = history[0] ?? null;
  const newest = await whole(last);
  const evidence = decisive === last ? newest : await whole(decisive);
  if (newest === null || evidence === null) return { evidence: neverRun(check), isSafetyEvent: false, health: null };
  const shown = await streak(newest);
  const since = evidence === newest ? shown.since : (await streak(evidence)).since;
  // Asked of the store and not of the history at hand: a window holds more results than a streak needs.
  const failure = check.safety && journal !== null ? await lastFailure(journal, agent.name, check.id, now - safetyWindowMs, now) : null;
  return {
    evidence: {
      check: check.id,
      standing,
      since: standing === 'stale' ? freshUntil(check, evidence.endedAt) : since,
      reason: evidence.reason,
      safety: check.safety,
      lastFailure: failure,
      flapping,
      drift: evidence.drift,
      driftAt: evidence.endedAt,
    },
    isSafetyEvent: failure?.answered ?? (check.safety && newest.status === 'fail' && isAnswered(newest.outcome)),
    // Added in place: V8 gives each spread copy a hidden class of its own, a KiB with it.
    health: Object.assign(newest, { streak: shown.length }),
  };
};

/** Newest first. What was just run comes first where it decides, even if another process has stored something later. */
const historyOf = async (
  journal: Journal | null,
  series: Series,
  agent: Agent,
  check: Check,
  result: CheckResult | null,
  now: number,
): Promise<readonly PastResult[]> => {
  const stored =
    journal === null
      ? []
      : await latestResults(journal, { agent: agent.name, check: check.id, series, until: now, limit: foldDepth(check) });
  if (result === null || (journal !== null && series === 'slots')) return stored;
  return [result, ...stored.filter(({ id }) => id !== result.id)];
};

const neverRun = (check: Check): CheckEvidence => ({
  check: check.id,
  standing: 'never',
  since: null,
  reason: '',
  safety: check.safety,
  lastFailure: null,
  flapping: false,
  drift: [],
  driftAt: null,
});
