import { isoTime, longDocument } from '../ground/output/json.ts';
import { toUsd } from '../ground/units/amount.ts';
import type { AgentHealth, CheckHealth, HealthReport } from '../oversight/status/health-report.ts';
import type { CheckResult } from '../quality/health/result.ts';

/** One result as every JSON document shows it. */
export const resultJson = (result: CheckResult) => ({
  check: result.check,
  status: result.status,
  outcome: result.outcome,
  cause: result.cause,
  reason: result.reason,
  at: isoTime(result.endedAt),
  slot_at: isoTime(result.slotAt),
  latency_ms: result.latencyMs,
  ttft_ms: result.ttftMs,
  cost_usd: result.costNanos === null ? null : toUsd(result.costNanos),
  cost_source: result.costSource,
  attempts: result.attempts,
  trace_id: result.traceId,
  safety: result.safety,
  in_maintenance: result.inMaintenance,
  drift: result.drift,
  assertions: result.assertions.map(({ assertion, pass, score, saw, message, informative }) => ({
    assertion,
    pass,
    score,
    saw,
    message,
    informative: informative === true,
  })),
});

const checkJson = (check: CheckHealth) => {
  const { assertions, ...facts } = resultJson(check);
  return { ...facts, streak: check.streak, assertions };
};

const agentJson = (agent: AgentHealth) => ({
  agent: agent.agent,
  tier: agent.tier,
  owner: agent.owner,
  env: agent.env,
  state: agent.state,
  since: isoTime(agent.since),
  reasons: agent.reasons,
  warnings: agent.warnings,
  safety_event: agent.safetyEvent,
  suppressed_by: agent.suppressedBy,
  in_maintenance: agent.inMaintenance,
  uptime_24h: agent.uptime24h,
  *checks() {
    for (const check of agent.checks) yield checkJson(check);
  },
});

/** The public document of `agentops health --json`. */
export const renderHealthJson = (report: HealthReport): Iterable<string> =>
  longDocument(report.fleet, report.generatedAt, {
    state: report.state,
    complete: report.complete,
    took_ms: Math.round(report.tookMs),
    *agents() {
      for (const agent of report.agents) yield agentJson(agent);
    },
  });
