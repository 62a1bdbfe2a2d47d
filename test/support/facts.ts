import type { Agent, Check, Controls, Fleet } from '../../src/fleet/agent.ts';
import type { CheckEvidence } from '../../src/oversight/status/evidence.ts';
import type { CheckResult } from '../../src/quality/health/result.ts';

/** 2026-03-02 12:00:00 UTC, a Monday. */
export const noon = Date.UTC(2026, 2, 2, 12);
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A check that asks every ten minutes and is satisfied with any answer. */
export const aCheck = (parts: Partial<Check> = {}): Check => ({
  id: 'ping',
  kind: 'prompt',
  schedule: { kind: 'every', everyMs: 10 * minute },
  heartbeat: null,
  suite: null,
  turns: [{ input: 'hello', expect: [] }],
  expect: [],
  degraded: { latencyMs: null, ttftMs: null, costNanos: null },
  retry: { max: 0, on: [] },
  failAfter: 1,
  recoverAfter: 1,
  safety: false,
  timeoutMs: null,
  ...parts,
});

export const aHeartbeat = (everyMs: number, graceMs: number, parts: Partial<Check> = {}): Check =>
  aCheck({ id: 'beat', kind: 'heartbeat', heartbeat: { everyMs, graceMs }, turns: [], ...parts });

const at = { file: 'agentops.yaml', line: 1, column: 1 };

/** An agent on which nothing can be done. */
export const noControls: Controls = {
  throttle: null,
  disable: null,
  kill: [],
  rollback: { prompt: null, model: null, deploy: null },
  failover: null,
  route_model: null,
  scale: null,
  queue: null,
  sampling: null,
};

/** A normal agent with one check and an endpoint at a host of its own. */
export const anAgent = (parts: Partial<Agent> = {}): Agent => {
  const name = parts.name ?? 'support';
  return {
    name,
    description: null,
    owner: null,
    tier: 2,
    env: null,
    tags: [],
    endpoint: { kind: 'fake', config: { url: { secret: `https://${name}.example/v1`, base: '/' } }, at },
    checks: [aCheck()],
    dependsOn: [],
    maintenance: [],
    probeBudgetNanos: null,
    traces: null,
    sla: { latencyP95Ms: null, errorRate: null, quality: null, availability: null },
    budget: {
      perRequestNanos: null,
      perHourNanos: null,
      perDayNanos: null,
      perMonthNanos: null,
      tokensPerRequest: null,
      stepsPerRequest: null,
    },
    evals: [],
    qualityScore: null,
    controls: noControls,
    fallback: [],
    tools: { allow: null, deny: [] },
    safetyScores: [],
    at,
    ...parts,
  };
};

export const aFleet = (...agents: readonly Agent[]): Fleet => ({
  name: 'acme',
  path: '/acme/agentops.yaml',
  stateFolder: '/acme/.agentops',
  database: null,
  defaults: { timeoutMs: 30_000, windowMs: 15 * minute },
  agents,
  capture: 'none',
  budget: { perDayNanos: null, perMonthNanos: null },
  backends: {},
  prices: {},
  judges: {},
  sections: {},
  watchdog: null,
  connections: {},
  notify: {},
  runbooks: [],
});

export const selectedOf = (fleet: Fleet) => fleet.agents.map((agent) => ({ agent, checks: agent.checks }));

/** Numbered, so that results of the same moment keep the order in which they were made. */
let made = 0;

/** A pass that filled no slot. */
export const aResult = (parts: Partial<CheckResult> = {}): CheckResult => {
  made += 1;
  const endedAt = parts.endedAt ?? noon;
  const status = parts.status ?? 'pass';
  return {
    id: `${String(made).padStart(8, '0')}:support/ping`,
    agent: 'support',
    check: 'ping',
    slotAt: null,
    startedAt: endedAt - 120,
    endedAt,
    status,
    outcome: status === 'skipped' ? null : status === 'error' ? 'checker_error' : 'ok',
    cause: null,
    reason: status === 'pass' ? '' : `it is ${status}`,
    attempts: 1,
    latencyMs: 120,
    ttftMs: null,
    costNanos: null,
    judgeNanos: 0,
    costSource: null,
    traceId: null,
    assertions: [],
    safety: false,
    inMaintenance: false,
    fingerprint: null,
    drift: [],
    ...parts,
  };
};

/** A result that filled a slot. */
export const aSlot = (parts: Partial<CheckResult> = {}): CheckResult => {
  const endedAt = parts.endedAt ?? noon;
  return aResult({ slotAt: endedAt - 500, ...parts });
};

/** What a check that is up says of its agent. */
export const checkEvidence = (parts: Partial<CheckEvidence> = {}): CheckEvidence => ({
  check: 'ping',
  standing: 'up',
  since: noon,
  reason: '',
  safety: false,
  lastFailure: null,
  flapping: false,
  drift: [],
  driftAt: null,
  ...parts,
});
