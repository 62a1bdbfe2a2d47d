import type { AgentHealth, CheckHealth, HealthReport, HistoryReport } from '../../src/oversight/status/health-report.ts';
import type { AssertionResult } from '../../src/quality/health/result.ts';

/** 2026-11-01 14:00:00 UTC. */
const now = Date.UTC(2026, 10, 1, 14);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const assertion = (parts: Partial<AssertionResult> = {}): AssertionResult => ({
  assertion: 'contains: 30 days',
  pass: true,
  score: 1,
  saw: 'You have 30 days.',
  message: 'The answer contains "30 days".',
  ...parts,
});

export const check = (parts: Partial<CheckHealth> = {}): CheckHealth => ({
  id: 'r1',
  agent: 'support',
  check: 'refund-window',
  slotAt: null,
  startedAt: now - 1240,
  endedAt: now,
  status: 'pass',
  outcome: 'ok',
  cause: null,
  reason: '',
  attempts: 1,
  latencyMs: 1240,
  ttftMs: null,
  costNanos: 4_200_000,
  judgeNanos: 0,
  costSource: 'manifest',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  assertions: [assertion()],
  safety: false,
  inMaintenance: false,
  fingerprint: null,
  drift: [],
  streak: 1,
  ...parts,
});

export const agent = (parts: Partial<AgentHealth> = {}): AgentHealth => ({
  agent: 'support',
  tier: 1,
  owner: '@cx',
  env: 'prod',
  state: 'green',
  since: now - 40 * day,
  reasons: [],
  warnings: [],
  safetyEvent: false,
  suppressedBy: null,
  inMaintenance: false,
  uptime24h: 1,
  checks: [check()],
  ...parts,
});

export const report = (parts: Partial<HealthReport> = {}): HealthReport => ({
  fleet: 'acme',
  generatedAt: now,
  state: 'green',
  agents: [agent()],
  tookMs: 3210,
  complete: true,
  ...parts,
});

const wrongWindow = check({
  status: 'fail',
  streak: 3,
  attempts: 2,
  reason: 'The answer does not contain "30 days".',
  assertions: [
    assertion({
      pass: false,
      score: 0,
      saw: 'You have 14 days to return a phone, counted from the day on which the parcel was handed to you.',
      message: 'The answer does not contain "30 days".',
    }),
    assertion({ assertion: 'tool-called: search_kb', saw: 'search_kb', message: 'search_kb was called.' }),
  ],
});

/** A fleet in which every state, exception and kind of failure occurs. */
export const troubled: HealthReport = report({
  state: 'red',
  agents: [
    agent({
      state: 'red',
      since: now - 3 * minute,
      uptime24h: 0.972,
      reasons: ['refund-window failed: the answer does not contain "30 days".', 'Quality is below 0.8.'],
      checks: [wrongWindow, check({ check: 'greeting', latencyMs: 820 })],
    }),
    agent({
      agent: 'kb-search',
      tier: 2,
      state: 'red',
      since: now - 12 * minute,
      uptime24h: 0.9995,
      reasons: ['lookup failed: connection to kb.acme.io:443 was refused.'],
      checks: [
        check({
          agent: 'kb-search',
          check: 'lookup',
          status: 'fail',
          outcome: 'unreachable',
          cause: 'ECONNREFUSED',
          reason: 'Connection to kb.acme.io:443 was refused.',
          attempts: 2,
          streak: 5,
          latencyMs: null,
          costNanos: null,
          assertions: [],
        }),
      ],
    }),
    agent({
      agent: 'returns-eu-central',
      tier: 2,
      state: 'yellow',
      since: now - 26 * hour,
      uptime24h: 0.9962,
      reasons: ['label took 3.40 s, above the 3 s from which it counts as degraded.'],
      checks: [
        check({
          agent: 'returns-eu-central',
          check: 'label',
          status: 'degraded',
          reason: 'label took 3.40 s, above the 3 s from which it counts as degraded.',
          latencyMs: 3400,
          assertions: [],
        }),
      ],
    }),
    agent({
      agent: 'billing',
      tier: 1,
      state: 'unknown',
      since: null,
      uptime24h: null,
      reasons: ['The credential for billing was refused: 401 from billing.acme.io.'],
      checks: [
        check({
          agent: 'billing',
          check: 'invoice',
          status: 'error',
          outcome: 'unauthorized',
          cause: 'http 401',
          reason: 'The credential for billing was refused: 401 from billing.acme.io.',
          latencyMs: 90,
          costNanos: null,
          assertions: [],
        }),
      ],
    }),
    agent({
      agent: 'chat',
      state: 'red',
      since: now - 12 * minute,
      suppressedBy: 'kb-search',
      reasons: ['answer failed: the agent said it failed.'],
      uptime24h: 0.98,
      checks: [
        check({
          agent: 'chat',
          check: 'answer',
          status: 'fail',
          outcome: 'agent_error',
          cause: 'http 503',
          reason: 'The agent said it failed.',
          assertions: [],
        }),
      ],
    }),
    agent({ agent: 'nightly', tier: 3, inMaintenance: true, state: 'yellow', reasons: ['digest was skipped.'], checks: [] }),
    agent({ agent: 'translate', tier: 3, checks: [check({ agent: 'translate', check: 'german', costNanos: 310_000 })] }),
    agent({
      agent: 'search',
      tier: 2,
      since: now - 5 * hour,
      uptime24h: null,
      checks: [check({ agent: 'search', check: 'ping', latencyMs: 12_300 })],
    }),
  ],
});

const past = (name: string, letters: string, reason: string): HistoryReport['checks'][number]['results'] =>
  [...letters].map((letter, at) =>
    check({
      id: `${name}-${at}`,
      check: name,
      startedAt: now - (letters.length - at) * 15 * minute - 1240,
      endedAt: now - (letters.length - at) * 15 * minute,
      status: ({ '+': 'pass', '!': 'degraded', x: 'fail', '?': 'error', '.': 'skipped' } as const)[letter] ?? 'pass',
      reason: letter === '+' ? '' : reason,
    }),
  );

/** An agent with one check that has had a bad hour and one that is fine. */
export const past24h: HistoryReport = {
  fleet: 'acme',
  generatedAt: now,
  agent: 'support',
  uptime: { d1: 0.972, d7: 0.9951, d30: null },
  checks: [
    {
      check: 'refund-window',
      uptime: { d1: 0.945, d7: 0.99, d30: null },
      results: past('refund-window', '++++++++++xxx++!!++++++++?+.++++++++++++x++++', 'The answer does not contain "30 days".'),
    },
    { check: 'greeting', uptime: { d1: 1, d7: 1, d30: null }, results: past('greeting', '++++++++++++++++++++', '') },
  ],
};
